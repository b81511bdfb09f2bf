// SPDX-License-Identifier: Apache-2.0
// test_tlm.cpp - the accelerator and the memory in platforms of others: an initiator with bursts of any length, buses
// that hold payloads and take time, two clocks, and what is refused; model and RTL
//
// usage: test_tlm   from the repository root; each case is a process, as SystemC has one simulation a process
#include <sys/mman.h>
#include "curta_tlm_rtl.h"
#include "tlm_parts.h"

using namespace sc_core;

namespace
{

// The memory of a case: rate 8, latency 30, refresh 26 of 780 cycles, all `slow` times as slow.
curta_time::memory_options options(uint32_t slow = 1)
{
  curta_time::memory_options o;
  o.rate = (8 + slow - 1) / slow; // a beat in `slow` cycles
  o.latency *= slow;
  o.interval *= slow;
  o.refresh *= slow;
  return o;
}

// ---- a memory and a DMA

// Every length in and out; time as the rate and the latency say; what is no burst is refused.
int dma_lengths()
{
  static std::vector<uint8_t> from(1 << 20), to(1 << 20);
  int bad = 0;
  for (size_t i = 0; i < from.size(); i++)
    from[i] = (uint8_t)(i * 2654435761u >> 24);
  curta_tlm_memory memory("memory", Bytes, options());
  dma d("dma", [&](dma &self) {
    for (uint32_t n : {1u, 4u, 8u, 512u, 513u, 520u, 4096u, 65536u, 1u << 20})
      for (uint64_t at : {0u, 8u, 3u, 4096u - 4}) {
        bad += self.move(tlm::TLM_WRITE_COMMAND, at, from.data(), n) != tlm::TLM_OK_RESPONSE;
        const double in = self.took / Period;
        std::fill(to.begin(), to.end(), (uint8_t)0);
        bad += self.move(tlm::TLM_READ_COMMAND, at, to.data(), n) != tlm::TLM_OK_RESPONSE ||
               memcmp(from.data(), to.data(), n);
        const double out = self.took / Period, least = (at % 8 + n + 7) / 8;
        bad += in < least || in > 1.04 * least + 30 || out < least + 29 || out > 1.04 * least + 30 + 30;
      }
    uint8_t x[16] = {};
    bad += self.move(tlm::TLM_READ_COMMAND, 0, x, 0) != tlm::TLM_BURST_ERROR_RESPONSE;
    bad += self.move(tlm::TLM_READ_COMMAND, 0, x, 16, 8) != tlm::TLM_BURST_ERROR_RESPONSE;
    bad += self.move(tlm::TLM_READ_COMMAND, Bytes - 8, x, 16) != tlm::TLM_ADDRESS_ERROR_RESPONSE;
    bad += self.move(tlm::TLM_READ_COMMAND, UINT64_MAX - 7, x, 16) != tlm::TLM_ADDRESS_ERROR_RESPONSE;
    bad += self.move(tlm::TLM_IGNORE_COMMAND, 0, nullptr, 0) != tlm::TLM_OK_RESPONSE;
    memory.inject(4096, 4097);
    bad += self.move(tlm::TLM_READ_COMMAND, 0, to.data(), 4096) != tlm::TLM_OK_RESPONSE;
    bad += self.move(tlm::TLM_READ_COMMAND, 0, to.data(), 8192) != tlm::TLM_ADDRESS_ERROR_RESPONSE;
    bad += 1000; // the end was reached
  });
  d.out.bind(memory.socket);
  sc_start();
  return bad != 1000;
}

// b_transport with byte enables, transport_dbg, DMI.
int memory_blocking()
{
  int bad = 0;
  curta_tlm_memory memory("memory", 4096, options());
  dma d("dma", [&](dma &self) {
    uint8_t x[8] = {1, 2, 3, 4, 5, 6, 7, 8}, enable[2] = {TLM_BYTE_ENABLED, TLM_BYTE_DISABLED};
    sc_time delay;
    tlm::tlm_generic_payload p;
    tlm::tlm_dmi granted;
    p.set_write();
    p.set_data_ptr(x);
    p.set_data_length(8);
    p.set_streaming_width(8);
    p.set_byte_enable_ptr(enable);
    p.set_byte_enable_length(2);
    self.out->b_transport(p, delay);
    bad += !p.is_response_ok() || memcmp(memory.image.data, "\1\0\3\0\5\0\7", 8);
    memset(x, 9, sizeof x);
    p.set_read();
    self.out->b_transport(p, delay);
    bad += !p.is_response_ok() || memcmp(x, "\1\11\3\11\5\11\7\11", 8);
    p.set_address(4092); // what there is of it
    p.set_write();
    bad += self.out->transport_dbg(p) != 4 || memory.image.data[4095] != 9;
    memset(x, 0, sizeof x);
    p.set_read();
    bad += self.out->transport_dbg(p) != 4 || memcmp(x, memory.image.data + 4092, 4) || x[4];
    p.set_address(4096);
    bad += self.out->transport_dbg(p) != 0;
    bad += self.out->get_direct_mem_ptr(p, granted);
    p.set_address(0);
    bad += !self.out->get_direct_mem_ptr(p, granted) || granted.get_end_address() != 4095;
    bad += 1000;
  });
  d.out.bind(memory.socket);
  sc_start();
  return bad != 1000;
}

// ---- registers

template <class M> int registers(M &m, bool debugs)
{
  int bad = 0;
  curta_tlm_memory memory("memory", Bytes, options());
  sc_signal<bool> irq;
  dma d("dma", [&](dma &self) {
    auto access = [&](tlm::tlm_command c, uint64_t at, uint32_t *value, uint32_t n, uint32_t streaming,
                      unsigned char *enable) {
      tlm::tlm_generic_payload p;
      sc_time delay;
      p.set_command(c);
      p.set_address(at);
      p.set_data_ptr(reinterpret_cast<unsigned char *>(value));
      p.set_data_length(n);
      p.set_streaming_width(streaming);
      p.set_byte_enable_ptr(enable);
      p.set_byte_enable_length(enable ? 4 : 0);
      self.out->b_transport(p, delay);
      return p.get_response_status();
    };
    uint32_t x[2] = {3, 0};
    unsigned char all[4] = {TLM_BYTE_ENABLED, TLM_BYTE_ENABLED, TLM_BYTE_ENABLED, TLM_BYTE_ENABLED};
    const tlm::tlm_command read = tlm::TLM_READ_COMMAND, write = tlm::TLM_WRITE_COMMAND;
    bad += access(write, CURTA_REG_IRQ_ENABLE, x, 4, 4, nullptr) != tlm::TLM_OK_RESPONSE;
    x[0] = 0;
    bad += access(tlm::TLM_IGNORE_COMMAND, CURTA_REG_IRQ_ENABLE, x, 4, 4, nullptr) != tlm::TLM_OK_RESPONSE;
    x[0] = 1;
    bad += access(write, CURTA_REG_IRQ_ENABLE, x, 8, 8, nullptr) != tlm::TLM_BURST_ERROR_RESPONSE;
    bad += access(write, CURTA_REG_IRQ_ENABLE, x, 2, 2, nullptr) != tlm::TLM_BURST_ERROR_RESPONSE;
    bad += access(write, CURTA_REG_IRQ_ENABLE, x, 4, 2, nullptr) != tlm::TLM_BURST_ERROR_RESPONSE;
    bad += access(write, CURTA_REG_IRQ_ENABLE, x, 4, 4, all) != tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    bad += access(write, CURTA_REG_IRQ_ENABLE + 2, x, 4, 4, nullptr) != tlm::TLM_ADDRESS_ERROR_RESPONSE;
    bad +=
        access(write, ((uint64_t)1 << 32) + CURTA_REG_IRQ_ENABLE, x, 4, 4, nullptr) != tlm::TLM_ADDRESS_ERROR_RESPONSE;
    bad += access(read, CURTA_REG_IRQ_ENABLE, x, 4, 4, nullptr) != tlm::TLM_OK_RESPONSE || x[0] != 3;
    uint32_t want[2];
    for (uint32_t k = 0; k < 2; k++)
      bad += access(read, CURTA_REG_ID + 4 * k, &want[k], 4, 4, nullptr) != tlm::TLM_OK_RESPONSE || !want[k];
    tlm::tlm_generic_payload p;
    p.set_read();
    p.set_address(CURTA_REG_ID);
    p.set_data_ptr(reinterpret_cast<unsigned char *>(x));
    p.set_data_length(8);
    const sc_time before = sc_time_stamp();
    bad += self.out->transport_dbg(p) != (debugs ? 8u : 0u) || (debugs && memcmp(x, want, sizeof x));
    p.set_address(0xffc);
    bad += self.out->transport_dbg(p) != (debugs ? 4u : 0u);
    p.set_address(CURTA_REG_IRQ_ENABLE);
    p.set_write();
    bad += self.out->transport_dbg(p) != 0 || sc_time_stamp() != before;
    bad += 1000;
    sc_stop();
  });
  d.out.bind(m.regs);
  m.mem.bind(memory.socket);
  m.irq(irq);
  sc_start();
  return bad != 1000;
}

// ---- trainings

struct result {
  bool right;
  double cycles;   // of the accelerator
  uint64_t bursts; // over the bus
} * shared;        // with the processes of the cases

struct platform {
  const char *name;
  enum { Direct, Slow, SlowNaive, Route } bus;
  bool rtl, quantum, other; // other: a DMA beside it
  double ns, memory_ns;
  uint32_t slow;
};

int train(const platform &x, result &r)
{
  std::unique_ptr<task> t(new task);
  if (make_task(*t, x.rtl ? curta_tlm_rtl::config() : "base", x.rtl ? 1 : 2))
    return 1;
  const sc_time period(x.ns, SC_NS);
  if (x.quantum)
    tlm::tlm_global_quantum::instance().set(sc_time(1, SC_MS));
  curta_tlm_memory memory("memory", 2 * Bytes, options(x.slow), sc_time(x.memory_ns, SC_NS));
  processor cpu("processor", *t, memory.image.data);
  std::unique_ptr<curta_tlm> model;
  std::unique_ptr<curta_tlm_rtl> rtl;
  std::unique_ptr<router> bus;
  std::unique_ptr<dma> beside;
  sc_signal<bool> irq;
  if (x.rtl)
    rtl.reset(new curta_tlm_rtl("curta", 30, period));
  else
    model.reset(new curta_tlm("curta", "base", Bytes, (uint32_t)(30 * x.slow * x.memory_ns / x.ns), period));
  tlm::tlm_initiator_socket<> &mem = x.rtl ? static_cast<tlm::tlm_initiator_socket<> &>(rtl->mem) : model->mem;
  if (x.rtl)
    cpu.regs.bind(rtl->regs);
  else
    cpu.regs.bind(model->regs);
  (x.rtl ? rtl->irq : model->irq)(irq);
  cpu.irq(irq);
  slow_bus *slow = nullptr;
  if (x.bus == platform::Direct)
    mem.bind(memory.socket);
  else if (x.bus == platform::Route)
    bus.reset(new router("bus"));
  else
    bus.reset(slow = new slow_bus("bus", x.bus == platform::Slow));
  if (bus) {
    mem.bind(bus->in);
    bus->out.bind(memory.socket);
  }
  if (x.other) {
    beside.reset(new dma("dma", [](dma &d) {
      static uint8_t data[4096];
      for (uint32_t n = 1;; n = n % 4096 + 1) {
        d.move(n % 2 ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND, Bytes + n, data, n);
        wait(sc_time(100 + n, SC_NS));
      }
    }));
    if (bus)
      beside->out.bind(bus->in);
    else
      beside->out.bind(memory.socket);
  }
  sc_start();
  const std::vector<int8_t> want = golden(*t);
  r.right = !want.empty() && cpu.weights == want && (!bus || !bus->broken);
  r.cycles = cpu.finished / period;
  r.bursts = slow ? slow->bursts : 0;
  return !r.right;
}

int judge(const char *name, bool good, double a, double b)
{
  printf("%s %s: %.0f and %.0f cycles\n", good ? "PASS" : "FAIL", name, a, b);
  return !good;
}

const platform List[] = {
    {"direct", platform::Direct, false, false, false, 8, 8, 1},
    {"direct, with a quantum", platform::Direct, false, true, false, 8, 8, 1},
    {"a bus that takes time", platform::Slow, false, false, false, 8, 8, 1},
    {"a bus that takes time, with a quantum", platform::Slow, false, true, false, 8, 8, 1},
    {"a bus that takes time and hands on phases that it does not know, with a quantum", platform::SlowNaive, false,
     true, false, 8, 8, 1},
    {"a bus that takes time, a DMA beside, with a quantum", platform::Slow, false, true, true, 8, 8, 1},
    {"a router and a DMA on one socket", platform::Route, false, false, true, 8, 8, 1},
    {"a router and a DMA on one socket, with a quantum", platform::Route, false, true, true, 8, 8, 1},
    {"RTL, a bus that takes time, a DMA beside", platform::Slow, true, false, true, 8, 8, 1},
    {"both clocks twice as long", platform::Direct, false, true, false, 16, 16, 1},
    {"a memory with a clock three times as long", platform::Direct, false, true, false, 8, 24, 1},
    {"a memory three times as slow", platform::Direct, false, true, false, 8, 8, 3},
    {"10 ns beside a memory of 8 ns", platform::Direct, false, false, false, 10, 8, 1},
    {"10 ns beside a memory of 8 ns, with a quantum", platform::Direct, false, true, false, 10, 8, 1},
    {"8 ns beside a memory of 10 ns", platform::Direct, false, true, false, 8, 10, 1},
    {"8 ns beside a memory of 2 ns", platform::Direct, false, true, false, 8, 2, 1},
    {"8 ns beside a memory of 10 ns, a bus that takes time", platform::Slow, false, true, true, 8, 10, 1},
};
enum {
  Plain,
  PlainQuantum,
  Bus,
  BusQuantum,
  BusNaive,
  BusDma,
  Routed,
  RoutedQuantum,
  Rtl,
  Longer,
  LongClock,
  SlowMemory,
  Ten,
  TenQuantum,
  Eight,
  Fast,
  Mixed
};

} // namespace

int sc_main(int, char **)
{
  int failed = Quiet;
  shared = static_cast<result *>(
      mmap(nullptr, sizeof(result) * 64, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  failed |= check_case("a DMA with bursts of any length", 0, dma_lengths);
  failed |= check_case("memory: byte enables, transport_dbg, DMI", 0, memory_blocking);
  failed |= check_case("registers: transport_dbg, and what is refused", 0, [] {
    curta_tlm m("curta", "base", Bytes, 30);
    return registers(m, true);
  });
  failed |= check_case("registers of the RTL: what is refused", 0, [] {
    curta_tlm_rtl m("curta", 30);
    return registers(m, false);
  });
  size_t n = 0;
  for (const platform &x : List) {
    char line[160];
    result *r = &shared[n++];
    (void)snprintf(line, sizeof line, "training, %s: weights = golden", x.name);
    failed |= check_case(line, 0, [&x, r] { return train(x, *r); });
  }
  const result *s = shared;
  failed |= judge("a quantum changes nothing", s[Plain].cycles == s[PlainQuantum].cycles, s[Plain].cycles,
                  s[PlainQuantum].cycles);
  // 24 + 16 + 40 ns and more on the way; an answer that waits for a request of 40 ns before it
  failed |=
      judge("a bus that takes time costs time",
            s[Bus].cycles > 1.003 * s[Plain].cycles && s[Bus].cycles < 3 * s[Plain].cycles && s[Bus].bursts > 1000,
            s[Plain].cycles, s[Bus].cycles);
  failed |=
      judge("the same, with a quantum", s[Bus].cycles == s[BusQuantum].cycles, s[Bus].cycles, s[BusQuantum].cycles);
  failed |= judge("the same, with a bus that hands on what it does not know", s[Bus].cycles == s[BusNaive].cycles,
                  s[Bus].cycles, s[BusNaive].cycles);
  failed |= judge("a DMA takes its part", s[BusDma].cycles > s[Bus].cycles, s[Bus].cycles, s[BusDma].cycles);
  failed |= judge("a router, with a quantum",
                  s[Routed].cycles == s[RoutedQuantum].cycles && s[Routed].cycles > s[Plain].cycles, s[Routed].cycles,
                  s[RoutedQuantum].cycles);
  failed |= judge("clocks count cycles, not nanoseconds", s[Longer].cycles == s[Plain].cycles, s[Plain].cycles,
                  s[Longer].cycles);
  failed |= judge("a third of the clock is a third of the rate and three times the latency",
                  s[LongClock].cycles == s[SlowMemory].cycles, s[SlowMemory].cycles, s[LongClock].cycles);
  failed |=
      judge("a faster memory saves some", s[Ten].cycles < s[Plain].cycles && s[Ten].cycles > 0.8 * s[Plain].cycles,
            s[Plain].cycles, s[Ten].cycles);
  failed |=
      judge("the same, with a quantum", s[Ten].cycles == s[TenQuantum].cycles, s[Ten].cycles, s[TenQuantum].cycles);
  failed |=
      judge("a slower memory costs some", s[Eight].cycles > s[Plain].cycles && s[Eight].cycles < 1.25 * s[Plain].cycles,
            s[Plain].cycles, s[Eight].cycles);
  failed |= judge("the port stays what it is", s[Fast].cycles < s[Ten].cycles && s[Fast].cycles > 0.7 * s[Plain].cycles,
                  s[Plain].cycles, s[Fast].cycles);
  failed |= judge("two clocks and a bus", s[Mixed].cycles > s[Eight].cycles && s[Mixed].cycles < 3 * s[Eight].cycles,
                  s[Eight].cycles, s[Mixed].cycles);
  return failed;
}
