// SPDX-License-Identifier: Apache-2.0
// curta_tlm.h - a Curta as a SystemC TLM-2.0 module, and a memory that knows its time
//
// curta_tlm: registers through a target socket (b_transport, 4 bytes), memory through an initiator socket. Commands and
// tensors are read and written through a direct pointer (DMI) by the golden operators when a command starts; the time of
// every burst comes from a transaction of its own (nb_transport, BEGIN_REQ .. BEGIN_RESP with its data), so that any
// memory target with DMI will do. The command processor and the three engines are processes; within a cycle they run in
// a fixed order, the memory last, so that results do not depend on the scheduler.
//
// Temporal decoupling (curta_tlm_ahead.cpp): with a global quantum (tlm_global_quantum) that is not zero, a process that
// runs goes on with whatever comes next, of whichever agent, until the kernel has something to do, an interrupt is raised
// or the quantum is over. Cycles and order of everything stay the same; the kernel's time stands still meanwhile. The
// memory hands over its clock for as long, as it has its bytes with DMI: bursts that begin and end in between are no
// transactions. Who sets a quantum promises to touch no register before the interrupt or an event of the kernel's.
#ifndef CURTA_TLM_H
#define CURTA_TLM_H
#include <deque>
#include <memory>
#include <vector>
#include <systemc>
#include <tlm>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include "curta_image.h"
#include "curta_time_host.h"
#include "curta_tlm_port.h"

// Beside a burst: when its beats can move (write), when they moved (read). Memories that do not know it ignore it.
struct curta_tlm_beats : tlm::tlm_extension<curta_tlm_beats> {
  curta_time::burst *burst = nullptr;  // in cycles of the initiator
  uint64_t unit = 0, sent = 0;         // its period; when it sent the request (values of sc_time)
  uint32_t width = 0;                  // bytes of its beats
  const void *from = nullptr;          // the initiator
  curta_time::memory *clock = nullptr; // of CURTA_AHEAD
  // What shows that nobody takes time in between: the memory has seen the request before the call with it came back; it
  // is in its call with the response; the initiator is in its call with CURTA_AHEAD.
  bool taken = false, answering = false, asking = false;
  tlm::tlm_extension_base *clone() const override { return new curta_tlm_beats(*this); }
  void copy_from(const tlm::tlm_extension_base &other) override { *this = static_cast<const curta_tlm_beats &>(other); }
};

// Phases beside those of the base protocol, for memories that have answered a burst with its beats and nobody in between
// who takes time (curta_tlm_beats::taken, answering); they may ignore the first (TLM_ACCEPTED). The initiator is alone and asks for the memory's clock (curta_tlm_beats::clock), in which it begins and ends bursts
// itself. A transaction that is older than that: its burst has ended, it wants its answer. And: the kernel's time is
// everybody's again; what is still under way has become transactions before.
TLM_DECLARE_EXTENDED_PHASE(CURTA_AHEAD);
TLM_DECLARE_EXTENDED_PHASE(CURTA_ENDED);
TLM_DECLARE_EXTENDED_PHASE(CURTA_LEVEL);

// Within a cycle the agents act at eighths of the period, in the order of ActOrder; answers of the memory are seen last.
const int CycleParts = 8, AnswerPart = 5;

class curta_tlm : public sc_core::sc_module, public curta_time::kernel {
public:
  tlm_utils::simple_target_socket<curta_tlm> regs;
  tlm_utils::simple_initiator_socket<curta_tlm> mem;
  sc_core::sc_out<bool> irq;

  // config: tiny, base, base16, large. mem_bytes: what the memory behind `mem` has from address 0. latency: from the last beat
  // of a write to its acknowledgement, in cycles of the accelerator.
  curta_tlm(sc_core::sc_module_name name, const char *config, uint64_t mem_bytes, uint32_t latency,
            const sc_core::sc_time &period = sc_core::sc_time(8, sc_core::SC_NS));
  ~curta_tlm() override;

  // Inside host.retire_fn, called for a GEMM: the counters at its end, bytes to whole bursts.
  const uint64_t *counters_then() const { return device->counters_then(); }
  uint64_t cycle() const;                       // since the start of the simulation
  const curta_config &shape() const { return host.g->conf; }
  curta_time::golden_host host;                 // retirement records: host.retire_fn
  sc_core::sc_event quiet_event;                // something has ended, perhaps everything

  // kernel
  void wake(curta_time::agent a, uint64_t t) override;
  void submit(curta_time::burst *b) override;

private:
  SC_HAS_PROCESS(curta_tlm);
  struct flight : tlm::tlm_generic_payload {
    curta_tlm_beats beats;
    bool open = false; // not answered
    flight() { set_extension(&beats); }
    ~flight() override { clear_extension(&beats); }
  };

  void end_of_elaboration() override;
  void step(int a);
  void notify(curta_time::agent a);
  uint64_t value_of(uint64_t t, int part) const { return unit * t + unit * (uint64_t)part / CycleParts; }
  sc_core::sc_time until(uint64_t value) const;  // from the kernel's time
  void acted()                                   // something has happened
  {
    if (host.irq() != irq_level || halting)
      tell();
  }
  void tell();
  void show_irq();
  void b_transport(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
  unsigned debug(tlm::tlm_generic_payload &p);
  tlm::tlm_response_status access(tlm::tlm_generic_payload &p);
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &p, tlm::tlm_phase &phase, sc_core::sc_time &delay);
  uint64_t local() const { return value_of(local_cycle, local_part); }
  void stop_at(uint64_t value);
  void begin(curta_time::burst *b);
  void respond(flight *f, const sc_core::sc_time &delay);
  void answer(flight *f);
  void answered();
  void run_ahead();
  bool next_ahead();
  void ended_ahead(curta_time::burst *b);
  flight *flight_of(const curta_time::burst *b);
  bool tell_memory(const tlm::tlm_phase &phase);

  const sc_core::sc_time period;
  const uint64_t unit;                           // the period's value
  uint64_t here = 0;                             // the kernel's time, while it stands still
  std::unique_ptr<curta_time::core> device;
  sc_core::sc_event events[curta_time::Agents];  // each starts the process of an agent
  curta_time::wake_times next;
  sc_core::sc_event irq_event, answer_event;
  bool irq_level = false, halting = false, submitting = false;
  bool ahead = false, lone = true, direct_path = false; // decoupled; nothing spoke against it yet; the memory can take part
  uint64_t local_cycle = 0;                              // the accelerator's time,
  int local_part = 0;
  uint64_t bound = 0, last_cycle = 0, horizon = 0; // and where the kernel's comes first; its cycle, and the first whose answers come too late
  curta_time::memory *clock = nullptr; // the memory's, while ahead
  curta_tlm_port<flight> port;
  flight *notice;               // of CURTA_AHEAD and CURTA_LEVEL
  int open = 0;                 // flights
  std::deque<flight *> answers; // arrived, to be seen later
  std::vector<uint8_t> scratch; // where the data of reads goes: the operators read through DMI
  uint8_t *direct = nullptr;
};

// A memory for any number of initiators: DMI, untimed b_transport, bursts in the time of curta_time_mem.h. Bursts are
// of any length; those with curta_tlm_beats come in the width and in the cycles of their initiator. The border between
// two clocks costs nothing: what happens in a cycle of one has happened at its end, and counts in the cycle of the
// other that does not end before; a read port takes a beat a cycle of its own.
class curta_tlm_memory : public sc_core::sc_module {
public:
  tlm_utils::multi_passthrough_target_socket<curta_tlm_memory> socket;

  curta_tlm_memory(sc_core::sc_module_name name, uint64_t bytes, const curta_time::memory_options &options,
                   const sc_core::sc_time &period = sc_core::sc_time(8, sc_core::SC_NS));
  curta_image image;
  void inject(uint32_t lo, uint32_t hi);         // bursts that touch [lo, hi) are answered with an error

private:
  SC_HAS_PROCESS(curta_tlm_memory);
  struct entry : curta_time::burst_user {
    curta_time::burst own, *b = nullptr; // own: a piece of a burst that the clock cannot take as it is
    tlm::tlm_generic_payload *payload = nullptr;
    int id = 0;
    curta_tlm_beats *beats = nullptr;
    uint64_t at = 0, lag = 0;     // own: when the memory takes the address; how long the request was on its way
    uint64_t total = 0, base = 0; // own: beats of this memory, of all pieces and before this one
    bool bad = false;
    void burst_done(curta_time::burst *, uint64_t) override {}
  };
  struct side {                  // of a socket
    entry *answered = nullptr;   // its response has not ended
    std::deque<entry *> waiting; // for their response to begin
    uint64_t free = 0;           // no read beat before (value of sc_time), where beats are converted
  };
  void b_transport(int id, tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
  unsigned debug(int id, tlm::tlm_generic_payload &p);
  tlm::tlm_sync_enum nb_transport_fw(int id, tlm::tlm_generic_payload &p, tlm::tlm_phase &phase,
                                     sc_core::sc_time &delay);
  bool dmi(int id, tlm::tlm_generic_payload &p, tlm::tlm_dmi &d);
  tlm::tlm_sync_enum lead(const tlm::tlm_phase &phase, curta_tlm_beats *beats);
  sc_core::sc_time until(uint64_t value) const; // from the kernel's time
  void take(entry *e, const sc_core::sc_time &delay);
  void submit(entry *e, uint64_t now);
  void piece(entry *e, uint64_t now);
  void moved(entry *e);
  void plan(uint64_t t);
  void serve();
  void answer(curta_time::burst *b);
  void respond(entry *e);
  void responded(side &s);
  void go_on();
  uint64_t cycle(const sc_core::sc_time &delay = sc_core::SC_ZERO_TIME) const;
  uint64_t here() const { return led ? still : sc_core::sc_time_stamp().value(); }
  side &side_of(int id);

  const sc_core::sc_time period;
  const uint64_t unit; // the period's value
  curta_time::memory time;
  std::vector<std::unique_ptr<entry>> entries;
  std::vector<entry *> spare, open;
  std::vector<side> sides;
  sc_core::sc_event due, next;
  uint64_t planned = curta_time::Never; // the cycle that serve() waits for
  bool led = false;                     // the only initiator has the clock
  uint64_t still = 0;                   // the kernel's time meanwhile
};
#endif
