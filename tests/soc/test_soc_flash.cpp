// SPDX-License-Identifier: Apache-2.0
// test_soc_flash - the SPI master, its pins in every cycle: clock, level and order of the bits, what comes in, lost writes, resets anywhere
//   Its input is noise while the clock is low: a flash answers a falling edge late.
// usage: test_soc_flash [operations [seed]]
#include "Vcurta_soc_flash.h"
#include "unit.h"

static const char *argument = "1";
[[noreturn]] static void fail(const char *what, uint32_t got, uint32_t want)
{
  printf("FAIL soc_flash: cycle %llu, seed %s: %s: 0x%x, not 0x%x\n", (unsigned long long)unit_cycle, argument, what, got, want);
  exit(1);
}

enum { CONTROL, DATA, WORD, STATUS };

class bench : public unit<Vcurta_soc_flash> {
public:
  bool selected = false, known = false;
  uint32_t bits = 0, out[32], in[32];         // of the operation that began with the write of cycle `start`
  uint64_t start = 0;

  // Bit k lies on the pins in the two cycles from start + 1 + 2 k on; the clock is high in the second.
  uint64_t passed() const { return unit_cycle - start - 1; }
  bool busy() const { return passed() < 2 * bits; }

  void each() override
  {
    bool high = known && busy() && passed() % 2;
    top->miso_i = high ? in[passed() / 2] : random32() & 1;
    if (!known) return;
    if (top->sck_o != high) fail("clock", top->sck_o, high);
    if (top->cs_no != !selected) fail("chip select", top->cs_no, !selected);
    if (busy() && top->mosi_o != out[passed() / 2]) fail("bit that goes out", top->mosi_o, out[passed() / 2]);
  }
  void restart()
  {
    known = false;
    reset();
    selected = false;
    bits = 0;
    start = unit_cycle;
    known = true;
  }
  void select(bool on)
  {
    write(CONTROL, (random32() & ~1u) | on);
    selected = on;
    if (read(CONTROL) != on) fail("CONTROL", top->rdata_o, on);
  }
  void shift(uint32_t word, uint32_t value)
  {
    uint64_t now = unit_cycle;
    write(word, value);
    bits = word == WORD ? 32 : 8;
    start = now;
    for (uint32_t k = 0; k < bits; k++) {
      out[k] = value >> (k / 8 * 8 + 7 - k % 8) & 1;      // the lowest byte first, of a byte the highest bit
      in[k] = random32() & 1;
    }
  }
  void status()
  {
    bool want = busy();
    if (read(STATUS) != want) fail("STATUS", top->rdata_o, want);
  }
  void came()
  {
    uint32_t value = 0;
    for (uint32_t k = 0; k < bits; k++) value |= in[k] << (k / 8 * 8 + 7 - k % 8);
    uint32_t last = value >> (bits - 8);
    if (bits == 32 && read(WORD) != value) fail("word that came in", top->rdata_o, value);
    if (read(DATA) != last) fail("byte that came in", top->rdata_o, last);
  }
};

int main(int argc, char **argv)
{
  uint32_t operations = argc > 1 ? (uint32_t)strtoul(argv[1], nullptr, 0) : 20000, lost = 0, resets = 0;
  if (argc > 2) argument = argv[2];
  unit_state = strtoull(argument, nullptr, 0);
  Verilated::randReset(2);
  bench b;
  b.top->clk_i = 0;
  b.restart();
  for (uint32_t k = 0; k < operations; k++) {
    if (chance(4)) b.select(random32() & 1);
    if (chance(16)) b.write(STATUS, random32());            // means nothing
    b.shift(random32() & 1 ? WORD : DATA, random32());
    bool cut = false;
    while (b.busy() && !cut) {
      if (chance(8)) b.status();
      else if (chance(8)) {
        b.write(random32() % 3, random32());
        lost++;
      } else b.edge();
      cut = chance(500);
    }
    if (cut) {
      b.restart();
      b.status();
      resets++;
      continue;
    }
    b.status();
    for (uint32_t n = random32() % 4; n; n--) b.edge();
    b.came();
  }
  if (operations >= 1000 && (lost < operations / 2 || resets < operations / 100)) fail("writes while it shifts, resets", lost, resets);
  printf("PASS soc_flash: %u operations, %u writes lost, %u resets\n", operations, lost, resets);
  return 0;
}
