// SPDX-License-Identifier: Apache-2.0
// test_soc_irq - the interrupt register: pending lines as they are, enabled ones interrupt in the next cycle, no other ones
// usage: test_soc_irq [accesses [seed]]
#include "Vcurta_soc_irq.h"
#include "unit.h"

static const char *argument = "1";
[[noreturn]] static void fail(const char *what, uint32_t got, uint32_t want)
{
  printf("FAIL soc_irq: cycle %llu, seed %s: %s: %u, not %u\n", (unsigned long long)unit_cycle, argument, what, got, want);
  exit(1);
}

class bench : public unit<Vcurta_soc_irq> {
public:
  uint32_t enabled = 0, lines = 0, rises = 0;
  bool want = false;                          // the interrupt of this cycle
  void each() override
  {
    if (top->irq_o != want) fail("interrupt", top->irq_o, want);
    lines = random32() & random32() & 3;
    top->lines_i = (uint8_t)lines;
    rises += !want && top->rst_ni && (lines & enabled);
    want = top->rst_ni && (lines & enabled);
  }
};

int main(int argc, char **argv)
{
  uint32_t accesses = argc > 1 ? (uint32_t)strtoul(argv[1], nullptr, 0) : 20000;
  if (argc > 2) argument = argv[2];
  unit_state = strtoull(argument, nullptr, 0);
  Verilated::randReset(2);
  bench b;
  b.top->clk_i = 0;
  b.top->rst_ni = 0;
  b.top->eval();
  b.want = b.top->irq_o;                      // anything before the first edge
  b.reset();
  for (uint32_t k = 0; k < accesses; k++) {
    uint32_t value = random32(), word = random32() & 1;
    if (chance(200)) {
      b.reset();
      b.enabled = 0;
    }
    if (chance(3)) {
      b.write(word, value);
      if (word) b.enabled = value & 3;
    }
    if (b.read(0) != b.lines) fail("PENDING", b.top->rdata_o, b.lines);
    if (b.read(1) != b.enabled) fail("ENABLE", b.top->rdata_o, b.enabled);
  }
  if (accesses >= 1000 && b.rises < accesses / 10) fail("interrupts", b.rises, accesses / 10);
  printf("PASS soc_irq: %u accesses, %u interrupts\n", accesses, b.rises);
  return 0;
}
