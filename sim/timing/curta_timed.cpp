// SPDX-License-Identifier: Apache-2.0
// curta_timed.cpp - the golden device with time, and time alone, as C functions (curta_timed.h)
#include "curta_timed.h"
#include <cerrno>
#include <cstring>
#include <memory>
#include "curta_time_host.h"
#include "curta_time_run.h"

using namespace curta_time;

namespace {

struct timed {
  golden_host host;
  std::unique_ptr<runner> run;
  std::unique_ptr<core> device;
};

timed *self(const void *ctx)
{
  return const_cast<timed *>(static_cast<const timed *>(ctx));
}

// Cycles of an access to a register: AXI4-Lite, and the slave answers a cycle after it has both address and data.
const uint64_t AccessCycles = 4;

void pass(timed *d)
{
  d->run->run(*d->device, d->run->now + AccessCycles, [] { return false; });
}

int reg_read(void *ctx, uint32_t offset, uint32_t *value)
{
  timed *d = self(ctx);
  if (!d->host.legal(offset))
    return -EINVAL;
  pass(d);
  *value = d->host.read(*d->device, offset);
  return 0;
}

int reg_write(void *ctx, uint32_t offset, uint32_t value)
{
  timed *d = self(ctx);
  if (!d->host.legal(offset))
    return -EINVAL;
  pass(d);
  if (offset == CURTA_REG_CTRL && (value & 1)) {
    d->device->halt(d->run->now);
    d->run->run(*d->device, Never, [d] { return d->device->quiet(); });
  }
  d->host.write(*d->device, offset, value, d->run->now);
  return 0;
}

int mem_read(void *ctx, uint32_t addr, void *dst, size_t bytes)
{
  timed *d = self(ctx);
  return d->host.golden.mem_read(d->host.g, addr, dst, bytes);
}

int mem_write(void *ctx, uint32_t addr, const void *src, size_t bytes)
{
  timed *d = self(ctx);
  return d->host.golden.mem_write(d->host.g, addr, src, bytes);
}

void *mem_map(void *ctx, uint32_t addr, size_t bytes)
{
  timed *d = self(ctx);
  return d->host.golden.mem_map(d->host.g, addr, bytes);
}

int wait_irq(void *ctx, uint64_t limit)
{
  timed *d = self(ctx);
  uint64_t end = d->run->now + limit < d->run->now ? Never : d->run->now + limit;
  d->run->run(*d->device, end, [d] { return d->host.irq(); });
  return d->host.irq() ? 0 : -ETIMEDOUT;
}

int on_retire(void *ctx, void (*fn)(void *, const curta_retire *), void *user)
{
  timed *d = self(ctx);
  d->host.retire_fn = fn;
  d->host.retire_user = user;
  return 0;
}

// Time alone: a program in an array, nothing is executed.
class program_host : public host {
public:
  program_host(const curta_config &s, const uint32_t (*c)[32], uint32_t count) : shape(s), cmd(c), n(count) {}
  int fetch(uint64_t addr, uint32_t *word) override
  {
    uint64_t k = addr / CURTA_CMD_BYTES;
    if (k > n)
      return CURTA_ERR_RANGE;
    if (word && k == n) {          // the ring: CALL, END
      memset(word, 0, CURTA_CMD_BYTES);
      curta_cmd_set(word, CURTA_CMD_OPCODE, called ? CURTA_OP_END : CURTA_OP_CALL);
      curta_cmd_set(word, CURTA_CALL_COUNT, called ? 0 : n);
      called = true;
    } else if (word) {
      memcpy(word, cmd[k], CURTA_CMD_BYTES);
    }
    return 0;
  }
  int check(const uint32_t *, const uint32_t *) override { return 0; }
  int execute(const uint32_t *c, uint32_t *checksum) override
  {
    *checksum = 0;
    if (curta_cmd_get(c, CURTA_CMD_OPCODE) == CURTA_OP_LOAD && curta_cmd_get(c, CURTA_LOAD_LIST))
      lists[curta_cmd_get(c, CURTA_LOAD_DST)] = expected(c);
    return 0;
  }
  uint32_t list(uint32_t tile) override { return lists[tile]; }
  bool skips(const uint32_t *word) override { return !curta_cmd_get(word, CURTA_SKIP_COND); }   // the registers are equal
  void retired(const curta_retire &r) override
  {
    if (fn)
      fn(user, &r, device->counters_then());
  }
  void ended(uint32_t) override { end = true; }
  void stopped() override { end = true; }
  uint32_t error_info() override { return 0; }

  bool end = false;
  void (*fn)(void *, const curta_retire *, const uint64_t *) = nullptr;
  void *user = nullptr;
  const core *device = nullptr;

private:
  const curta_config &shape;
  const uint32_t (*cmd)[32];
  uint32_t n;
  bool called = false;
  std::map<uint32_t, uint32_t> lists;

  // Groups of a list whose channels all have a delta, at any places of their windows: of p places, t channels meet
  // p (1 - (1 - 1/p)^t).
  uint32_t expected(const uint32_t *c) const
  {
    uint64_t tiles = (uint64_t)curta_cmd_get(c, CURTA_LOAD_N1) * curta_cmd_get(c, CURTA_LOAD_N2) * curta_cmd_get(c, CURTA_LOAD_N3);
    uint32_t places = 1u << (curta_cmd_get(c, CURTA_LOAD_KH_LOG2) + curta_cmd_get(c, CURTA_LOAD_KW_LOG2)), met = 0;
    for (int i = 0; i < shape.t; i++)
      met += 256 - met / places;
    return curta_cmd_get(c, CURTA_LOAD_DIGIT) ? 0 : (uint32_t)(tiles * (uint64_t)(shape.t / shape.v) * met / 256);
  }
};

bool power_of_two(int x)
{
  return x > 0 && (x & (x - 1)) == 0;
}

bool legal_shape(const curta_config &s)
{
  return (s.t == 8 || s.t == 16) && power_of_two(s.r) && power_of_two(s.c) && power_of_two(s.v) && s.r <= s.t && s.c <= s.t &&
         s.v <= s.t && (s.bus == s.t || s.bus == 2 * s.t) && power_of_two(s.lanes) && s.lanes <= s.c && 4 * s.lanes >= s.bus && s.outst >= 1 && s.outst <= 64;
}

}  // namespace

int curta_timed_open(struct curta_bus *bus, const char *config, uint64_t mem_bytes, const struct curta_timed_memory *memory)
{
  std::unique_ptr<timed> d(new timed);
  if (mem_bytes % 4096)
    return -EINVAL;
  int r = d->host.open(config, mem_bytes);
  if (r)
    return r;
  memory_options o = curta_timed_options(d->host.g->conf, memory);
  d->run.reset(new runner(o));
  d->device.reset(new core(d->host.g->conf, o, *d->run, d->host));
  *bus = curta_bus{ d.get(), reg_read, reg_write, mem_read, mem_write, mem_map, wait_irq, on_retire, mem_bytes, "timed" };
  d.release();
  return 0;
}

void curta_timed_close(struct curta_bus *bus)
{
  delete self(bus->ctx);
  bus->ctx = nullptr;
}

uint64_t curta_timed_cycles(const struct curta_bus *bus)
{
  return self(bus->ctx)->run->now;
}

void curta_timed_inject(struct curta_bus *bus, uint32_t lo, uint32_t hi)
{
  self(bus->ctx)->run->mem.error_lo = lo;
  self(bus->ctx)->run->mem.error_hi = hi;
}

int curta_timed_counters(const struct curta_bus *bus, uint64_t counters[CURTA_CNT_COUNT])
{
  memcpy(counters, self(bus->ctx)->device->counters_then(), CURTA_CNT_COUNT * sizeof *counters);
  return 0;
}

int curta_timed_peek(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value)
{
  return curta_golden_peek(&self(bus->ctx)->host.golden, space, word, value);
}

int curta_timed_program(const struct curta_config *shape, const struct curta_timed_memory *memory, const uint32_t (*cmd)[32],
                        uint32_t n, void (*fn)(void *user, const struct curta_retire *record, const uint64_t *then), void *user,
                        uint64_t counters[CURTA_CNT_COUNT])
{
  if (!legal_shape(*shape))
    return -EINVAL;
  for (uint32_t k = 0; k < n; k++)
    if ((cmd[k][0] & 0xff) >= 0x40)
      return -ENOEXEC;
  memory_options o = curta_timed_options(*shape, memory);
  program_host h(*shape, cmd, n);
  runner run(o);
  std::unique_ptr<core> device(new core(*shape, o, run, h));
  h.fn = fn;
  h.user = user;
  h.device = device.get();
  device->doorbell(n * CURTA_CMD_BYTES, 0, 2, 0);
  run.run(*device, Never, [&h] { return h.end; });
  if (!h.end)
    return -EDEADLK;
  if (counters) {
    device->account(run.now + 1);
    memcpy(counters, device->cause.value, sizeof device->cause.value);
    counters[CURTA_CNT_CYCLES] = 0;
    for (int k = CURTA_CNT_BUSY; k <= CURTA_CNT_OTHER; k++)
      counters[CURTA_CNT_CYCLES] += counters[k];
  }
  return 0;
}
