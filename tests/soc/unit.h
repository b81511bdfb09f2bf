// SPDX-License-Identifier: Apache-2.0
// unit.h - what the benches of the SoC's small peripherals share: random numbers, the clock, words of registers
#ifndef UNIT_H
#define UNIT_H
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include "verilated.h"

static uint64_t unit_state = 1, unit_cycle;
static uint32_t random32() { unit_state = unit_state * 6364136223846793005ull + 1442695040888963407ull; return (uint32_t)(unit_state >> 33); }
static bool chance(uint32_t of) { return random32() % of == 0; }

// A peripheral with select_i, addr_i, write_i, wdata_i, rdata_o; each() runs in every cycle before the edge.
template <class Top> class unit {
public:
  std::unique_ptr<Top> top{new Top};
  virtual ~unit() {}
  virtual void each() {}

  void edge()
  {
    top->eval();
    each();
    top->eval();
    top->clk_i = 1;
    top->eval();
    top->clk_i = 0;
    top->eval();
    unit_cycle++;
  }
  void write(uint32_t word, uint32_t value) { access(word, true, value); }
  uint32_t read(uint32_t word)
  {
    access(word, false, random32());
    return top->rdata_o;
  }
  void reset()
  {
    top->rst_ni = 0;
    access(random32() % 4, random32() & 1, random32());   // means nothing now
    edge();
    top->rst_ni = 1;
  }

private:
  void access(uint32_t word, bool write, uint32_t value)
  {
    top->select_i = 1;
    top->addr_i = (uint8_t)word;
    top->write_i = write;
    top->wdata_i = value;
    edge();
    top->select_i = 0;
    top->write_i = random32() & 1;                         // without select_i they mean nothing
    top->addr_i = random32() & 3;
    top->wdata_i = random32();
  }
};
#endif
