// SPDX-License-Identifier: Apache-2.0
// curta_systemc.cpp - the TLM-2.0 model behind curta_bus.h: a processor thread that does one access after the other
#include "curta_systemc.h"
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include "curta_systemc_int.h"

using namespace sc_core;

// libsystemc brings a main() that wants it; programs with a main of their own never come here.
extern "C" int sc_main(int, char **)
{
  return 0;
}

namespace {

// The processor: does what the C side asks for and then pauses the simulation.
class processor : public sc_module {
public:
  tlm_utils::simple_initiator_socket<processor> regs;
  sc_in<bool> irq;
  const sc_time period;
  SC_HAS_PROCESS(processor);
  processor(sc_module_name name, const sc_time &p) : sc_module(name), regs("regs"), irq("irq"), period(p) { SC_THREAD(work); }

  int access(bool write, uint32_t offset, uint32_t *value)
  {
    kind = write ? Write : Read;
    address = offset;
    data = *value;
    run();
    *value = data;
    return ok ? 0 : -EIO;
  }

  void wait_irq(uint64_t limit)
  {
    const uint64_t most = UINT64_MAX / (2 * (uint64_t)period.value());
    kind = Wait;
    cycles = limit < most ? limit : most;
    // It touches nothing until then: the accelerator may go ahead.
    tlm::tlm_global_quantum::instance().set(quantum);
    run();
    tlm::tlm_global_quantum::instance().set(SC_ZERO_TIME);
  }

  sc_time quantum = sc_max_time();

private:
  enum { Read, Write, Wait } kind = Wait;
  sc_event request;
  uint32_t address = 0, data = 0;
  uint64_t cycles = 0;
  bool ok = false;

  void run()
  {
    request.notify(SC_ZERO_TIME);
    sc_start();
  }

  void work()
  {
    for (;;) {
      wait(request);
      if (kind == Wait) {
        if (!irq.read() && cycles)
          wait(period * (double)cycles, irq.posedge_event());
      } else {
        tlm::tlm_generic_payload p;
        sc_time delay = SC_ZERO_TIME;
        p.set_command(kind == Write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
        p.set_address(address);
        p.set_data_ptr(reinterpret_cast<unsigned char *>(&data));
        p.set_data_length(4);
        p.set_streaming_width(4);
        regs->b_transport(p, delay);
        wait(delay);
        ok = p.is_response_ok();
      }
      sc_pause();
    }
  }
};

struct platform {
  sc_signal<bool> irq;
  curta_tlm_memory memory;
  std::unique_ptr<curta_systemc_module> device;
  processor cpu;
  platform(curta_systemc_maker *make, const char *config, uint64_t n, const curta_time::memory_options &o, const sc_time &period)
    : irq("irq"), memory("memory", n, o, period), device(make(config, n, o.latency, period)), cpu("processor", period)
  {
    device->bind(cpu.regs, memory, irq);
    cpu.irq(irq);
  }
};

// The model itself.
struct model : curta_systemc_module {
  curta_tlm curta;
  model(const char *config, uint64_t n, uint32_t latency, const sc_time &period) : curta("curta", config, n, latency, period) {}
  void bind(tlm::tlm_initiator_socket<> &cpu, curta_tlm_memory &memory, sc_signal<bool> &irq) override
  {
    cpu.bind(curta.regs);
    curta.mem.bind(memory.socket);
    curta.irq(irq);
  }
  void on_retire(void (*fn)(void *, const curta_retire *), void *user) override
  {
    curta.host.retire_fn = fn;
    curta.host.retire_user = user;
  }
  uint64_t cycle() const override { return curta.cycle(); }
  const uint64_t *counters_then() const override { return curta.counters_then(); }
  int peek(int space, uint32_t word, uint32_t *value) const override
  {
    return curta_golden_peek(&curta.host.golden, space, word, value);
  }
};

curta_systemc_module *make_model(const char *config, uint64_t n, uint32_t latency, const sc_time &period)
{
  return new model(config, n, latency, period);
}

bool is_open;

platform *self(const void *ctx)
{
  return const_cast<platform *>(static_cast<const platform *>(ctx));
}

int reg_read(void *ctx, uint32_t offset, uint32_t *value)
{
  return offset > 0xfff || offset % 4 ? -EINVAL : self(ctx)->cpu.access(false, offset, value);
}

int reg_write(void *ctx, uint32_t offset, uint32_t value)
{
  return offset > 0xfff || offset % 4 ? -EINVAL : self(ctx)->cpu.access(true, offset, &value);
}

void *mem_map(void *ctx, uint32_t addr, size_t bytes)
{
  return self(ctx)->memory.image.at(addr, bytes);
}

int mem_read(void *ctx, uint32_t addr, void *dst, size_t bytes)
{
  return self(ctx)->memory.image.read(addr, dst, bytes);
}

int mem_write(void *ctx, uint32_t addr, const void *src, size_t bytes)
{
  return self(ctx)->memory.image.write(addr, src, bytes);
}

int wait_irq(void *ctx, uint64_t limit)
{
  platform *d = self(ctx);
  d->cpu.wait_irq(limit);
  return d->irq.read() ? 0 : -ETIMEDOUT;
}

int on_retire(void *ctx, void (*fn)(void *, const curta_retire *), void *user)
{
  platform *d = self(ctx);
  d->device->on_retire(fn, user);
  return 0;
}

}  // namespace

int curta_systemc_open_module(struct curta_bus *bus, curta_systemc_maker *make, const char *config, uint64_t mem_bytes,
                              const struct curta_timed_memory *memory)
{
  curta_config shape;
  if (is_open)
    return -EBUSY;
  if (!curta_time::find_shape(config, &shape) || !mem_bytes || mem_bytes % 4096 || mem_bytes > (uint64_t)1 << 32)
    return -EINVAL;
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
  sc_get_curr_simcontext()->reset();      // what an earlier device has left
  platform *d = new platform(make, config, mem_bytes, curta_timed_options(shape, memory), sc_time(8, SC_NS));
  sc_start(SC_ZERO_TIME);
  is_open = true;
  *bus = curta_bus{ d, reg_read, reg_write, mem_read, mem_write, mem_map, wait_irq, on_retire, mem_bytes, "systemc" };
  return 0;
}

int curta_systemc_open(struct curta_bus *bus, const char *config, uint64_t mem_bytes, const struct curta_timed_memory *memory)
{
  return curta_systemc_open_module(bus, make_model, config, mem_bytes, memory);
}

void curta_systemc_close(struct curta_bus *bus)
{
  delete self(bus->ctx);
  bus->ctx = nullptr;
  is_open = false;
}

void curta_systemc_quantum(struct curta_bus *bus, uint64_t cycles)
{
  platform *d = self(bus->ctx);
  d->cpu.quantum = cycles < UINT64_MAX / d->cpu.period.value() ? d->cpu.period * (double)cycles : sc_max_time();
}

uint64_t curta_systemc_cycles(const struct curta_bus *bus)
{
  return self(bus->ctx)->device->cycle();
}

void curta_systemc_inject(struct curta_bus *bus, uint32_t lo, uint32_t hi)
{
  self(bus->ctx)->memory.inject(lo, hi);
}

int curta_systemc_counters(const struct curta_bus *bus, uint64_t counters[CURTA_CNT_COUNT])
{
  const uint64_t *then = self(bus->ctx)->device->counters_then();
  if (then)
    memcpy(counters, then, CURTA_CNT_COUNT * sizeof *counters);
  return then ? 0 : -ENOTSUP;
}

int curta_systemc_peek(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value)
{
  platform *d = self(bus->ctx);
  if (space == CURTA_SPACE_MEM)
    return d->memory.image.read((uint64_t)word * 4, value, 4);
  return d->device->peek(space, word, value);
}
