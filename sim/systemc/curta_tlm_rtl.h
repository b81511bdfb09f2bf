// SPDX-License-Identifier: Apache-2.0
// curta_tlm_rtl.h - the RTL, built with `verilator --sc`, with the sockets of curta_tlm: either can take the other's place
//
// AXI4 becomes one transaction a burst, with its data; a read burst is handed to the RTL when its last beat has moved, a
// write burst goes out when its last beat has come: some cycles later than on the bus itself.
#ifndef CURTA_TLM_RTL_H
#define CURTA_TLM_RTL_H
#include <map>
#include "curta_tlm.h"

class curta_tlm_rtl : public sc_core::sc_module {
public:
  tlm_utils::simple_target_socket<curta_tlm_rtl> regs;
  tlm_utils::simple_initiator_socket<curta_tlm_rtl> mem;
  sc_core::sc_out<bool> irq;

  // The configuration is that of the library; latency: from the last beat of a write to its acknowledgement.
  curta_tlm_rtl(sc_core::sc_module_name name, uint32_t latency, const sc_core::sc_time &period = sc_core::sc_time(8, sc_core::SC_NS));
  ~curta_tlm_rtl() override;
  static const char *config();
  uint64_t cycle() const
  {
    return cycles;
  }
  void (*retire_fn)(void *, const curta_retire *) = nullptr; // in order of index
  void *retire_user = nullptr;

private:
  SC_HAS_PROCESS(curta_tlm_rtl);
  struct pins; // the Verilated module and a signal for each of its ports
  struct flight : tlm::tlm_generic_payload {
    std::vector<uint8_t> data, enable;
    uint32_t id = 0, at = 0; // AXI ID; bytes that have moved
    uint64_t ready = 0;      // when the RTL can have the answer; Never: there is none yet
  };
  void clock();
  void bridge();
  flight *get(uint32_t addr, uint32_t beats, bool write);
  void issue(flight *f);
  void respond(flight *f, const sc_core::sc_time &delay);
  void report();
  void b_transport(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
  bool lite_write(uint32_t addr, uint32_t value);
  bool lite_read(uint32_t addr, uint32_t *value);
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &p, tlm::tlm_phase &phase, sc_core::sc_time &delay);

  const sc_core::sc_time period;
  const uint32_t latency;
  std::unique_ptr<pins> pin;
  uint64_t cycles = 0;
  sc_core::sc_event tick;
  curta_tlm_port<flight> port;
  std::deque<flight *> reads, writing, acks; // in the order of their addresses; writing: whose data comes
  std::map<uint32_t, curta_retire> waiting;
  uint32_t next_record = 0;
};
#endif
