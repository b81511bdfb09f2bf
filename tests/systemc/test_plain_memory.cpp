// SPDX-License-Identifier: Apache-2.0
// test_plain_memory.cpp - the accelerator in a platform that knows nothing of it: a memory with b_transport and DMI, no extension;
// a training ends in the weights of the golden device, without and with a quantum, and without DMI there is a message
//
// usage: test_plain_memory   from the repository root; each case is a process, as SystemC has one simulation a process
#include "tlm_trainer.h"

using namespace sc_core;

namespace {

struct plain_memory : sc_module {
  tlm_utils::simple_target_socket<plain_memory> socket;
  std::vector<uint8_t> data;
  const bool grants;
  uint64_t bursts = 0;
  plain_memory(sc_module_name name, bool dmi) : sc_module(name), socket("socket"), data(Bytes), grants(dmi)
  {
    socket.register_b_transport(this, &plain_memory::b_transport);
    socket.register_get_direct_mem_ptr(this, &plain_memory::direct);
  }
  void b_transport(tlm::tlm_generic_payload &p, sc_time &delay)
  {
    const uint64_t at = p.get_address(), n = p.get_data_length();
    bursts++;
    p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    if (at > Bytes || n > Bytes - at)
      return;
    if (p.is_read())
      memcpy(p.get_data_ptr(), &data[at], n);
    else
      memmove(&data[at], p.get_data_ptr(), n);
    delay += Period * 20;
    p.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  bool direct(tlm::tlm_generic_payload &, tlm::tlm_dmi &d)
  {
    d.set_dmi_ptr(data.data());
    d.set_start_address(0);
    d.set_end_address(Bytes - 1);
    d.allow_read_write();
    return grants;
  }
};

// 0 right, 1 wrong, 3 refused with the message that it should be
int run(bool dmi, bool quantum)
{
  std::unique_ptr<task> t(new task);
  if (make_task(*t, "base", 2))
    return 1;
  if (quantum)
    tlm::tlm_global_quantum::instance().set(sc_time(1, SC_US));
  try {
    plain_memory memory("memory", dmi);
    processor cpu("processor", *t, memory.data.data());
    curta_tlm curta("curta", t->config.c_str(), Bytes, 30, Period);
    sc_signal<bool> irq;
    cpu.regs.bind(curta.regs);
    curta.mem.bind(memory.socket);
    curta.irq(irq);
    cpu.irq(irq);
    sc_start();
    const std::vector<int8_t> want = golden(*t);
    return want.empty() || cpu.weights != want || memory.bursts < 100;
  } catch (const sc_report &r) {
    if (!dmi && strstr(r.get_msg(), "must grant read and write DMI"))
      return 3;
    fprintf(stderr, "%s\n", r.what());
  }
  return 1;
}

} // namespace

int sc_main(int, char **)
{
  int failed = Quiet | check_case("a memory of b_transport: weights = golden", 0, [] { return run(true, false); });
  failed |=
      check_case("a memory of b_transport, with a global quantum: weights = golden", 0, [] { return run(true, true); });
  failed |= check_case("a memory without DMI is refused", 3, [] { return run(false, false); });
  return failed;
}
