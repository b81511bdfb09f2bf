// SPDX-License-Identifier: Apache-2.0
// curta_rtl.cpp - curta_bus.h over a Verilated device: registers by AXI4-Lite, memory by pointer, records in order
#include <cerrno>
#include <map>
#include <memory>
#include "curta_image.h"
#include "curta_rtl.h"
#include "curta_rtl_dev.h"
#include "curta_spec.h"

// The configurations of this library: CURTA_RTL_BUILT is X(tiny) X(base) ...
#define X(name) extern curta_rtl_make_fn curta_rtl_make_##name;
CURTA_RTL_BUILT
#undef X

namespace {

const unsigned Patience = 20000;   // cycles until a register access has failed

struct record {
  curta_retire retire;
  uint64_t counters[CURTA_CNT_COUNT];   // of a GEMM
};

struct rtl {
  std::unique_ptr<curta_rtl_dev> dev;
  curta_image image;
  uint32_t random = 1;
  uint32_t stall = 0;
  // Records wait here until all of lower index have come.
  std::map<uint32_t, record> waiting;
  uint64_t counters[CURTA_CNT_COUNT] = {};  // with the record that fn has just been given
  uint32_t next = 0;
  void (*fn)(void *, const curta_retire *) = nullptr;
  void *user = nullptr;
};

rtl *self(const void *ctx)
{
  return const_cast<rtl *>(static_cast<const rtl *>(ctx));
}

bool pause(rtl *d)
{
  if (!d->stall)
    return false;
  d->random = d->random * 1664525u + 1013904223u;
  return (d->random >> 8) % 1000u < d->stall;
}

void retired(void *ctx, const curta_retire *r)
{
  rtl *d = self(ctx);
  record &now = d->waiting[r->index];
  now.retire = *r;
  if (r->engine == CURTA_ENGINE_MATRIX && d->fn)
    (void)d->dev->counters(now.counters);
  while (!d->waiting.empty() && d->waiting.begin()->first == d->next) {
    const record ready = d->waiting.begin()->second;
    d->waiting.erase(d->waiting.begin());
    d->next++;
    memcpy(d->counters, ready.counters, sizeof d->counters);
    if (d->fn)
      d->fn(d->user, &ready.retire);
  }
}

// Address and data go in random order when stalls are on; a ready that was sampled holds until it is used. -EIO: an answer that
// came before its request was taken.
int reg_write(void *ctx, uint32_t offset, uint32_t value)
{
  rtl *d = self(ctx);
  curta_lite_in &in = d->dev->lite_in;
  const curta_lite_out &out = d->dev->lite_out;
  bool aw = false, w = false, b = false, asked = false;
  if (offset > 0xfff || offset % 4)
    return -EINVAL;
  if (offset == CURTA_REG_MEM_SIZE)
    d->dev->mem.limit = value;
  for (unsigned k = 0; k < Patience && !b; k++) {
    in.awvalid = !aw && (in.awvalid || !pause(d));
    in.wvalid = !w && (in.wvalid || !pause(d));
    in.awaddr = offset;
    in.wdata = value;
    in.wstrb = 0xf;
    in.bready = !pause(d);
    asked = aw && w;
    aw = aw || (in.awvalid && out.awready);
    w = w || (in.wvalid && out.wready);
    b = in.bready && out.bvalid;
    d->dev->step();
  }
  in.awvalid = in.wvalid = in.bready = false;
  if (!b || !asked)
    return b ? -EIO : -ETIMEDOUT;
  if (offset == CURTA_REG_CTRL && (value & 1)) {
    d->waiting.clear();
    d->next = 0;
  }
  return 0;
}

int reg_read(void *ctx, uint32_t offset, uint32_t *value)
{
  rtl *d = self(ctx);
  curta_lite_in &in = d->dev->lite_in;
  const curta_lite_out &out = d->dev->lite_out;
  bool ar = false, r = false, asked = false;
  if (offset > 0xfff || offset % 4)
    return -EINVAL;
  for (unsigned k = 0; k < Patience && !r; k++) {
    in.arvalid = !ar && (in.arvalid || !pause(d));
    in.araddr = offset;
    in.rready = !pause(d);
    asked = ar;
    ar = ar || (in.arvalid && out.arready);
    r = in.rready && out.rvalid;
    if (r)
      *value = out.rdata;
    d->dev->step();
  }
  in.arvalid = in.rready = false;
  return !r ? -ETIMEDOUT : asked ? 0 : -EIO;
}

void *mem_map(void *ctx, uint32_t addr, size_t bytes)
{
  return self(ctx)->image.at(addr, bytes);
}

int mem_read(void *ctx, uint32_t addr, void *dst, size_t bytes)
{
  return self(ctx)->image.read(addr, dst, bytes);
}

int mem_write(void *ctx, uint32_t addr, const void *src, size_t bytes)
{
  return self(ctx)->image.write(addr, src, bytes);
}

int wait_irq(void *ctx, uint64_t limit)
{
  return self(ctx)->dev->run(limit) ? 0 : -ETIMEDOUT;
}

int on_retire(void *ctx, void (*fn)(void *, const curta_retire *), void *user)
{
#ifdef CURTA_RTL_NETLIST
  if (fn)
    return -ENOTSUP;                               // synthesized without records
#endif
  self(ctx)->fn = fn;
  self(ctx)->user = user;
  return 0;
}

const struct {
  const char *name;
  curta_rtl_make_fn *make;
} built[] = {
#define X(name) { #name, curta_rtl_make_##name },
  CURTA_RTL_BUILT
#undef X
};

void set_default(uint32_t *value, uint32_t fallback)
{
  if (!*value)
    *value = fallback;
}

// Waits until the scale registers and counters are cleared.
int leave_reset(rtl *d)
{
  for (unsigned k = 0; k < 1000; k++) {
    uint32_t status = 1;
    int err = reg_read(d, CURTA_REG_STATUS, &status);
    if (err)
      return err;
    if (!(status & 1))
      return 0;
  }
  return -EIO;
}

}  // namespace

const char *curta_rtl_configs(void)
{
#define X(name) #name " "
  return CURTA_RTL_BUILT;
#undef X
}

int curta_rtl_open(struct curta_bus *bus, const struct curta_rtl_options *options)
{
  if (!options || !options->config || !options->mem_bytes || options->mem_bytes % 4096 || options->mem_bytes > 1ull << 32)
    return -EINVAL;
#ifndef CURTA_RTL_TRACE
  if (options->trace_file)
    return -ENOTSUP;
#endif
  curta_rtl_make_fn *make = nullptr;
  for (const auto &b : built)
    if (!strcmp(b.name, options->config))
      make = b.make;
  if (!make) {
    fprintf(stderr, "curta_rtl: no configuration %s in this library, which has %s\n", options->config, curta_rtl_configs());
    return -EINVAL;
  }
  std::unique_ptr<rtl> d(new rtl);
  d->dev.reset(make(options->trace_file));
  if (!d->dev)
    return -EIO;
  if (!d->image.map(options->mem_bytes))
    return -ENOMEM;
  d->stall = options->stall_permille;
  d->random = options->seed + 1;
  curta_rtl_mem &mem = d->dev->mem;
  mem.image = d->image.data;
  mem.bytes = d->image.bytes;
  mem.opt = *options;
  set_default(&mem.opt.latency, 30);
  set_default(&mem.opt.refresh_interval, 780);
  set_default(&mem.opt.refresh_cycles, 26);
  mem.init(d->dev->width);
  d->dev->retire = retired;
  d->dev->retire_user = d.get();
  d->dev->reset(3);
  int err = leave_reset(d.get());
  if (err)
    return err;
  *bus = { d.get(), reg_read, reg_write, mem_read, mem_write, mem_map, wait_irq, on_retire, options->mem_bytes, "rtl" };
  d.release();
  return 0;
}

void curta_rtl_close(struct curta_bus *bus)
{
  delete self(bus->ctx);
  bus->ctx = nullptr;
}

int curta_rtl_reset(struct curta_bus *bus, unsigned cycles, uint32_t *cut)
{
  rtl *d = self(bus->ctx);
  curta_lite_in &in = d->dev->lite_in;
  if (cycles < 2)
    return -EINVAL;
  // Any part of a write and of a read: what the device has taken of them it must forget.
  d->random = d->random * 1664525u + 1013904223u;
  in.awvalid = d->random >> 8 & 1;
  in.wvalid = d->random >> 9 & 1;
  in.arvalid = d->random >> 10 & 1;
  in.awaddr = in.araddr = CURTA_REG_RING_LOG2;
  in.wdata = ~0u;
  in.wstrb = 0xf;
  for (unsigned k = d->random >> 11 & 3; k; k--)
    d->dev->step();
  in = {};
  *cut = d->dev->hard_reset(cycles);
  d->waiting.clear();
  d->next = 0;
  return leave_reset(d);
}

uint64_t curta_rtl_cycles(const struct curta_bus *bus)
{
  return self(bus->ctx)->dev->mem.now;
}

void curta_rtl_run(struct curta_bus *bus, uint64_t cycles)
{
  while (cycles--)
    self(bus->ctx)->dev->step();
}

void curta_rtl_inject(struct curta_bus *bus, uint32_t lo, uint32_t hi)
{
  self(bus->ctx)->dev->mem.opt.error_lo = lo;
  self(bus->ctx)->dev->mem.opt.error_hi = hi;
}

int curta_rtl_peek(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value)
{
  rtl *d = self(bus->ctx);
  if (space == 0)
    return d->image.read((uint64_t)word * 4, value, 4);
  return d->dev->peek(space, word, value) ? -ERANGE : 0;
}

int curta_rtl_counters(const struct curta_bus *bus, uint64_t value[CURTA_CNT_COUNT])
{
  uint64_t now[CURTA_CNT_COUNT];
  if (self(bus->ctx)->dev->counters(now))
    return -ENOTSUP;
  memcpy(value, self(bus->ctx)->counters, sizeof now);
  return 0;
}
