// SPDX-License-Identifier: Apache-2.0
// test_soc_timer - the timer against a count of the bench's own: reads of both halves around every carry, the interrupt to the cycle
// usage: test_soc_timer [rounds [seed]]
#include "Vcurta_soc_timer.h"
#include "Vcurta_soc_timer___024root.h"
#include "unit.h"

static const char *argument = "1";
[[noreturn]] static void fail(const char *what, uint64_t got, uint64_t want)
{
  printf("FAIL soc_timer: cycle %llu, seed %s: %s: 0x%llx, not 0x%llx\n", (unsigned long long)unit_cycle, argument, what, (unsigned long long)got,
         (unsigned long long)want);
  exit(1);
}

class bench : public unit<Vcurta_soc_timer> {
public:
  uint64_t zero = 0, compare = UINT64_MAX, rises = 0;     // the time is unit_cycle - zero
  bool known = false, irq = false;                        // of the next cycle
  uint64_t now() const { return unit_cycle - zero; }
  void each() override
  {
    if (known && top->irq_o != irq) fail("interrupt", top->irq_o, irq);
    irq = top->rst_ni && now() >= compare;
    rises += irq && !top->irq_o;
    known = true;
  }
  void start()
  {
    known = false;
    compare = UINT64_MAX;
    reset();
    zero = unit_cycle;                                    // the first cycle behind the reset
    if (read(0) != 0) fail("time after a reset", top->rdata_o, 0);
    if (read(2) != UINT32_MAX || read(3) != UINT32_MAX) fail("compare after a reset", top->rdata_o, UINT32_MAX);
  }
  void warp(uint64_t to)                                  // as if so much time had passed
  {
    top->rootp->curta_soc_timer__DOT__time_q = to;
    zero = unit_cycle - to;
  }
  uint64_t look()
  {
    uint64_t at = now(), low = read(0);
    for (uint32_t k = random32() % 40; k; k--) edge();
    uint64_t time = (uint64_t)read(1) << 32 | low;
    if (time != at) fail("time", time, at);
    return time;
  }
  void at(uint64_t when)                                  // as the firmware does: no interrupt in between
  {
    write(3, UINT32_MAX);
    compare |= (uint64_t)UINT32_MAX << 32;
    write(2, (uint32_t)when);
    compare = (compare >> 32 << 32) | (uint32_t)when;
    write(3, (uint32_t)(when >> 32));
    compare = when;
    uint64_t low = read(2), high = read(3);
    if ((high << 32 | low) != when) fail("compare", high << 32 | low, when);
  }
};

int main(int argc, char **argv)
{
  uint32_t rounds = argc > 1 ? (uint32_t)strtoul(argv[1], nullptr, 0) : 2000;
  if (argc > 2) argument = argv[2];
  unit_state = strtoull(argument, nullptr, 0);
  Verilated::randReset(2);
  bench b;
  b.top->clk_i = 0;
  for (uint32_t k = 0; k < rounds; k++) {
    if (k % 50 == 0) b.start();
    // shortly before a carry of 8, 16, 32 or 48 bits, or anywhere
    static const uint32_t bits[] = {8, 16, 32, 32, 48, 63};
    uint64_t to = chance(3) ? (uint64_t)random32() << 32 | random32() : ((uint64_t)1 + random32() % 3) << bits[random32() % 6];
    b.warp(to - random32() % 60);
    b.known = false;
    b.edge();
    b.look();
    b.at(b.now() + random32() % 60);
    for (uint32_t n = random32() % 60; n; n--) b.edge();
    b.look();
    if (chance(4)) b.at(b.now() - 1 - random32() % 1000);
    if (chance(4)) b.at((b.now() & ~(uint64_t)UINT32_MAX) + ((uint64_t)1 << 32) + random32() % 20);
    for (uint32_t n = random32() % 60; n; n--) b.edge();
    b.at(b.now() + 100000);
  }
  if (rounds >= 100 && b.rises < rounds / 4) fail("interrupts", b.rises, rounds / 4);
  printf("PASS soc_timer: %u rounds, %llu interrupts\n", rounds, (unsigned long long)b.rises);
  return 0;
}
