/* SPDX-License-Identifier: Apache-2.0
 * vector_model.h - the golden device as the model of single vector commands
 */
#ifndef VECTOR_MODEL_H
#define VECTOR_MODEL_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
struct vector_model {
  void *golden;
  uint8_t *mem;     /* mem_bytes */
  int32_t *acc;     /* [p_tiles][T][T] */
  uint32_t *s;      /* scale registers */
  uint32_t *flags;  /* as in the FLAGS register */
  uint32_t p_tiles;
};
/* 0, or a negative error number. */
int vector_model_open(struct vector_model *m, const char *config, uint64_t mem_bytes);
/* Executes one legal vector command: error code; *info and *check as in machine.md. */
int vector_model_run(struct vector_model *m, const uint32_t *cmd, uint32_t mem_size, uint32_t *info, uint32_t *check);
#ifdef __cplusplus
}
#endif
#endif
