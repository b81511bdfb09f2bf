// SPDX-License-Identifier: Apache-2.0
// curta_rtl_dev.h - a Verilated model with its memory: what curta_rtl.cpp needs of any configuration
#ifndef CURTA_RTL_DEV_H
#define CURTA_RTL_DEV_H
#include <cstdint>
#include "curta_rtl.h"
#include "curta_rtl_mem.h"

// Registers as AXI4-Lite sees them in a cycle: the harness drives in, the device out.
struct curta_lite_in {
  bool awvalid, wvalid, bready, arvalid, rready;
  uint32_t awaddr, wdata, wstrb, araddr;
};
struct curta_lite_out {
  bool awready, wready, bvalid, arready, rvalid;
  uint32_t rdata, bresp, rresp;
};

class curta_rtl_dev {
public:
  virtual ~curta_rtl_dev() {}
  virtual void reset(unsigned cycles) = 0;             // holds rst_ni low, of a device that has not run
  virtual uint32_t hard_reset(unsigned cycles) = 0;    // the same of device and memory at work; returns the bursts that it cuts off
  virtual void step() = 0;                             // one cycle with the present lite_in
  virtual bool run(uint64_t cycles) = 0;               // many cycles; true as soon as the interrupt line is high
  virtual int peek(int space, uint32_t word, uint32_t *value) const = 0;
  virtual int counters(uint64_t value[CURTA_CNT_COUNT]) const = 0;  // as they are now; 0 or -1
  virtual bool irq() const = 0;

  uint32_t width = 0;                                  // bytes of the memory port
  curta_rtl_mem mem;
  curta_lite_in lite_in = {};
  curta_lite_out lite_out = {};
  void (*retire)(void *user, const curta_retire *record) = nullptr;  // in order of retirement, not of index
  void *retire_user = nullptr;
};

// curta_rtl_model.cpp defines curta_rtl_make_<name> for each configuration; null when the waveform file cannot be made.
typedef curta_rtl_dev *curta_rtl_make_fn(const char *trace_file);
#endif
