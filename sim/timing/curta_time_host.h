// SPDX-License-Identifier: Apache-2.0
// curta_time_host.h - the functional side of a device with time: registers, commands and data of the golden device
#ifndef CURTA_TIME_HOST_H
#define CURTA_TIME_HOST_H
#include <memory>
#include "curta_time_core.h"
#include "curta_timed.h"
extern "C" {
#include "curta_golden_int.h"
}

namespace curta_time {

// A named configuration; "base16" is base with a port of 16 bytes. False: unknown.
bool find_shape(const char *name, curta_config *shape);

class golden_host : public host {
public:
  // 0, -EINVAL, -ENOMEM as curta_golden_open.
  int open(const char *config, uint64_t mem_bytes);
  ~golden_host() override;

  // Uses another memory than the golden device's own (SystemC: what the initiator socket leads to).
  void use_memory(uint8_t *mem) { g->mem = mem; }

  // Registers at cycle t. A write of CTRL[0] is a reset of both sides: the caller lets the core fall quiet first.
  uint32_t read(const core &c, uint32_t offset) const;
  int legal(uint32_t offset) const { return offset % 4 == 0 && offset <= 0xfff; }
  void write(core &c, uint32_t offset, uint32_t value, uint64_t t);
  bool irq() const { return g->irq_status & g->irq_enable; }

  curta_bus golden = {};                     // memory access and records go through it
  curta_golden *g = nullptr;
  void (*retire_fn)(void *, const curta_retire *) = nullptr;
  void *retire_user = nullptr;

  // host
  int fetch(uint64_t addr, uint32_t *cmd) override;
  int check(const uint32_t *cmd, const uint32_t *issued) override;
  int execute(const uint32_t *cmd, uint32_t *checksum) override;
  bool skips(const uint32_t *cmd) override;
  uint32_t list(uint32_t tile) override;
  void retired(const curta_retire &r) override;
  void ended(uint32_t cookie) override;
  void stopped() override { g->irq_status |= 2u; }
  uint32_t error_info() override { return g->info; }

private:
  uint8_t *own = nullptr;
  void mirror(const core &c) const;
};

}  // namespace curta_time

// With the defaults filled in; memory may be null.
curta_time::memory_options curta_timed_options(const curta_config &shape, const curta_timed_memory *memory);
#endif
