// SPDX-License-Identifier: Apache-2.0
// curta_systemc_rtl.cpp - the platform of curta_systemc.cpp around the RTL
#include "curta_systemc_rtl.h"
#include <cerrno>
#include <cstring>
#include "curta_systemc_int.h"
#include "curta_tlm_rtl.h"

namespace {

struct rtl : curta_systemc_module {
  curta_tlm_rtl curta;
  rtl(uint32_t latency, const sc_core::sc_time &period) : curta("curta", latency, period) {}
  void bind(tlm::tlm_initiator_socket<> &cpu, curta_tlm_memory &memory, sc_core::sc_signal<bool> &irq) override
  {
    cpu.bind(curta.regs);
    curta.mem.bind(memory.socket);
    curta.irq(irq);
  }
  void on_retire(void (*fn)(void *, const curta_retire *), void *user) override
  {
    curta.retire_fn = fn;
    curta.retire_user = user;
  }
  uint64_t cycle() const override { return curta.cycle(); }
  int peek(int, uint32_t, uint32_t *) const override { return -ENOTSUP; }
};

curta_systemc_module *make_rtl(const char *, uint64_t, uint32_t latency, const sc_core::sc_time &period)
{
  return new rtl(latency, period);
}

}  // namespace

const char *curta_systemc_rtl_config(void)
{
  return curta_tlm_rtl::config();
}

int curta_systemc_rtl_open(struct curta_bus *bus, const char *config, uint64_t mem_bytes,
                           const struct curta_timed_memory *memory)
{
  if (!config || strcmp(config, curta_tlm_rtl::config()))
    return -EINVAL;
  return curta_systemc_open_module(bus, make_rtl, config, mem_bytes, memory);
}
