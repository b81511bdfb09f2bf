/* SPDX-License-Identifier: Apache-2.0
 * session.h - a device with a network on it, ready for batches of any size up to the nominal one
 *
 * A plan is made for one batch size; a data set ends with a smaller batch. A session holds one plan for each size that
 * it has met; all of them share the weights.
 */
#ifndef CURTA_TOOL_SESSION_H
#define CURTA_TOOL_SESSION_H
#include <stdint.h>

#include "args.h"
#include "curta.h"
#include "data.h"
#include "device.h"
#include "fail.h"

#define CURTA_SESSION_PLANS 4 /* full and last batch, of training and of test */

struct curta_network {
  char *text; /* of the network file, zero-terminated */
  struct curta_net net;
  struct curta_opt opt;
};

struct curta_planned {
  struct curta_plan plan;
  struct curta_run run;
  uint32_t (*cmd)[CURTA_CMD_WORDS];
};

struct curta_session {
  struct curta_device device;
  struct curta_dev dev;
  const struct curta_network *network;
  uint32_t weight_base, work_end; /* work_end: 0 before the first plan */
  struct curta_planned *planned[CURTA_SESSION_PLANS];
  int8_t table[CURTA_DATA_CHANNELS][256]; /* pixel to input */
  int32_t input_exp;
  uint32_t step;      /* training steps done */
  uint8_t apart;      /* tensors that one can look at after a step (curta.h) */
  uint8_t sequential; /* blocks that do not overlap */
  uint8_t banks;      /* of the plans: 0 or 2 (curta.h) */
  uint32_t mem_bw;    /* bytes a cycle that the plan counts on, 0: width of the memory port */
  int32_t weight_exp[CURTA_MAX_WEIGHTED];
  uint32_t rate;  /* NITRO-D: inverse learning rate */
  uint32_t flags; /* and what left its range since the device was opened */
  int32_t mean[CURTA_DATA_CHANNELS], deviation[CURTA_DATA_CHANNELS]; /* and its normalisation */
  int8_t *x;                                                         /* one batch of inputs */
  uint8_t *pixels;                                                   /* and its pixels, after augmentation */
  uint32_t capacity;                                                 /* images in x */
};

/* Network file and training options. text: the file's content for a checkpoint's network, else null to read args->net.
 */
int curta_network_load(struct curta_network *network, const struct curta_args *args, const char *text,
                       struct curta_fail *fail);
void curta_network_free(struct curta_network *network);

/* Opens device `name` for this network; a session is large: keep it static. -EIO and -ETIMEDOUT are device errors. */
int curta_session_open(struct curta_session *s, const struct curta_network *network, const char *name,
                       const struct curta_args *args, struct curta_fail *fail);
/* The same without opening a device: what answers at `bus`, which must outlive the session. */
int curta_session_attach(struct curta_session *s, const struct curta_network *network, const struct curta_bus *bus,
                         struct curta_fail *fail);
void curta_session_close(struct curta_session *s);
/* Normalisation of this data set; its shape must be the network's. */
int curta_session_data(struct curta_session *s, const struct curta_data *data, struct curta_fail *fail);
/* Plans a batch of n images into p; nothing of it goes to the device. */
int curta_session_compile(struct curta_session *s, struct curta_planned *p, uint32_t n, struct curta_fail *fail);
/* The plan for n images, made when first asked for. */
int curta_session_plan(struct curta_session *s, uint32_t n, struct curta_planned **planned, struct curta_fail *fail);
/* Fresh weights by opt.seed. */
int curta_session_init_weights(struct curta_session *s, struct curta_fail *fail);

struct curta_batch {
  const struct curta_data *data;
  const uint32_t *index; /* n image numbers */
  uint32_t n;
  unsigned augment;     /* CURTA_AUGMENT_* */
  uint32_t seed, epoch; /* for the augmentation */
};

struct curta_outcome {
  uint32_t correct;
  int64_t loss_micro; /* sum over the images of the cross entropy (NITRO-D: of the squared error), in 1e-6; for display
                         only */
  uint32_t images;    /* of an evaluation */
};

/* One training step (train) or forward pass of this batch. mu only with train. */
int curta_session_step(struct curta_session *s, const struct curta_batch *batch, int train, int32_t mu,
                       struct curta_outcome *outcome, struct curta_fail *fail);
/* Accuracy over a whole data set, in batches of `batch`. stop: ends early when it becomes non-zero (then -EINTR). */
int curta_session_evaluate(struct curta_session *s, const struct curta_data *data, uint32_t batch,
                           const volatile int *stop, struct curta_outcome *outcome, struct curta_fail *fail);
/* Images that an epoch or an evaluation over n images takes: NITRO-D leaves out what does not fill a batch. */
uint32_t curta_epoch_images(const struct curta_net *net, uint32_t n, uint32_t batch);
/* session_nitro.c */
int curta_session_is_nitro(const struct curta_session *s);
void curta_nitro_table(struct curta_session *s); /* from mean and deviation */
int curta_nitro_normalise(struct curta_session *s, const struct curta_data *data, struct curta_fail *fail);
int curta_nitro_init_weights(struct curta_session *s, struct curta_fail *fail);
int curta_nitro_augment(struct curta_session *s, uint32_t n, struct curta_fail *fail);
int64_t curta_nitro_squared_error(const int8_t *logits, uint32_t n, uint32_t classes, const uint16_t *labels);
/* A device that has raised WEIGHT or DELTA is not to be believed: an error. */
int curta_nitro_flags(const struct curta_session *s, uint32_t flags, struct curta_fail *fail);
/* Turns -errno of the driver into a message; names the command and the tensor when the device stopped. */
int curta_session_error(struct curta_session *s, int code, const char *doing, struct curta_fail *fail);

#endif
