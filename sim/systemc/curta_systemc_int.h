// SPDX-License-Identifier: Apache-2.0
// curta_systemc_int.h - what curta_systemc.cpp needs of a module with the sockets of curta_tlm
#ifndef CURTA_SYSTEMC_INT_H
#define CURTA_SYSTEMC_INT_H
#include "curta_systemc.h"
#include "curta_tlm.h"

struct curta_systemc_module {
  virtual ~curta_systemc_module() {}
  virtual void bind(tlm::tlm_initiator_socket<> &cpu, curta_tlm_memory &memory, sc_core::sc_signal<bool> &irq) = 0;
  virtual void on_retire(void (*fn)(void *, const curta_retire *), void *user) = 0;
  virtual uint64_t cycle() const = 0;
  virtual const uint64_t *counters_then() const { return nullptr; }   // as in curta_tlm; null: unknown
  virtual int peek(int space, uint32_t word, uint32_t *value) const = 0;
};
typedef curta_systemc_module *curta_systemc_maker(const char *config, uint64_t mem_bytes, uint32_t latency,
                                                  const sc_core::sc_time &period);

// A platform around the module that `make` makes.
int curta_systemc_open_module(struct curta_bus *bus, curta_systemc_maker *make, const char *config, uint64_t mem_bytes,
                              const struct curta_timed_memory *memory);
#endif
