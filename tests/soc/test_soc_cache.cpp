// SPDX-License-Identifier: Apache-2.0
// test_soc_cache - the program cache: random reads with jumps and conflicts, a memory that delays and refuses, resets with another program
// usage: test_soc_cache [resets [seed]]
// A line that was fetched whole and not displaced must be answered in the next cycle. A line with a refused beat is never kept: its beats
// before that one may be answered, the others end with an error. After a reset nothing of the old program is left.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>
#include "Vcurta_soc_cache.h"
#include "verilated.h"

static const uint32_t kWindow = 8192, kCache = 1024, kLine = 64, kBase = 0x3e000, kLines = kCache / kLine, kBeats = kLine / 8;
static uint64_t state = 1;
static uint32_t random32() { state = state * 6364136223846793005ull + 1442695040888963407ull; return (uint32_t)(state >> 33); }
static bool chance(uint32_t of) { return random32() % of == 0; }

static const char *argument = "1";
static uint64_t cycle, resets;
[[noreturn]] static void fail(const char *what, uint32_t addr)
{
  printf("FAIL soc_cache: cycle %llu, seed %s, address 0x%x: %s\n     repeat: build/tests/soc/test_soc_cache %llu %s\n", (unsigned long long)cycle,
         argument, addr, what, (unsigned long long)resets + 1, argument);
  exit(1);
}

struct bench {
  std::unique_ptr<Vcurta_soc_cache> top{new Vcurta_soc_cache};
  std::vector<uint32_t> word = std::vector<uint32_t>(kWindow / 4);
  std::vector<uint8_t> first_bad = std::vector<uint8_t>(kWindow / kLine);     // beat that the memory refuses, kBeats: none
  int64_t kept[kLines];                            // the line that must hit, -1 none
  // the fetch under way, the access under way
  bool fetching = false, asking = false, must_hit = false;
  uint32_t line = 0, beat = 0, addr = 0, wanted = 0;
  uint64_t asked = 0, hits = 0, misses = 0, early = 0, errors = 0;

  void edge()
  {
    top->clk_i = 1;
    top->eval();
    top->clk_i = 0;
    top->eval();
    cycle++;
  }

  void reset()
  {
    for (uint32_t &w : word) w = random32();
    for (uint8_t &b : first_bad) b = (uint8_t)(chance(5) ? random32() % kBeats : kBeats);
    for (int64_t &k : kept) k = -1;
    fetching = asking = false;
    wanted = 0;
    top->rst_ni = 0;
    top->ask_i = top->taken_i = top->beat_i = 0;
    for (int k = 0; k < 3; k++) edge();
    top->rst_ni = 1;
  }

  void ask(bool more)
  {
    if (asking || !more || !chance(2)) return;
    // on from here, a jump near by, a jump anywhere, the same place in another line of the same tag
    addr = chance(8) ? random32() % kWindow : chance(8) ? addr ^ kCache : chance(6) ? addr + 4 * (random32() % 64) : addr + 4;
    addr = addr % kWindow & ~3u;
    asking = true;
    asked = cycle;
    must_hit = kept[addr / kLine % kLines] == addr / kLine;
  }

  void answer()
  {
    if (!top->ready_o) {
      if (asking && must_hit && cycle > asked) fail("a line that is there does not hit", addr);
      return;
    }
    if (!asking || cycle == asked) fail("an answer that was not asked for", addr);
    uint32_t bad = first_bad[addr / kLine], at = addr % kLine / 8;
    if (top->error_o ? bad == kBeats : at >= bad) fail(top->error_o ? "an error out of nothing" : "a refused beat is no error", addr);
    if (!top->error_o && top->rdata_o != word[addr / 4]) fail("wrong word", addr);
    errors += top->error_o;
    hits += must_hit;
    misses += !must_hit;
    early += fetching && line == addr / kLine;
    asking = false;
  }

  void memory()
  {
    bool last = top->beat_i && beat == kBeats - 1;
    if (top->beat_i) beat++;
    if (last) {
      fetching = false;
      kept[line % kLines] = first_bad[line] == kBeats ? (int64_t)line : -1;
    }
    if (wanted && (!top->want_o || top->addr_o != wanted)) fail("a fetch changes before it is taken", top->addr_o);
    wanted = top->want_o && !top->taken_i ? top->addr_o : 0;
    if (!top->taken_i) return;
    if (fetching) fail("two fetches at once", top->addr_o);
    if (!asking || top->addr_o != (kBase | (addr & ~(kLine - 1))) || top->len_o != kBeats - 1) fail("the fetch is not the line's", addr);
    if (must_hit) fail("a line that is there is fetched", addr);
    fetching = true;
    line = addr / kLine;
    beat = 0;
    kept[line % kLines] = -1;
  }

  void run(uint32_t cycles)
  {
    bool slow = chance(2), hold = false;
    reset();
    for (uint32_t k = 0; k < cycles || asking || fetching; k++) {
      ask(k < cycles);
      if (asking && cycle > asked + 1000) fail("no answer", addr);
      top->ask_i = asking;
      top->addr_i = addr;
      hold = asking && cycle > asked ? hold && !chance(6) : chance(4);    // writes end while the core waits, none begins
      top->hold_i = hold;
      top->taken_i = 0;
      top->beat_i = fetching && chance(slow ? 5 : 1);
      uint32_t at = line * kLine + beat * 8;
      if (top->beat_i) top->data_i = (uint64_t)word[at / 4 + 1] << 32 | word[at / 4];
      top->bad_i = top->beat_i && first_bad[line] == beat;
      top->eval();
      top->taken_i = top->want_o && chance(slow ? 9 : 1);
      top->eval();
      answer();
      memory();
      edge();
    }
  }
};

int main(int argc, char **argv)
{
  uint64_t n = argc > 1 ? strtoull(argv[1], nullptr, 0) : 300;
  if (argc > 2) argument = argv[2];
  state = strtoull(argument, nullptr, 0);
  Verilated::randReset(2);
  bench b;
  b.top->clk_i = 0;
  for (; resets < n; resets++) b.run(100 + random32() % 6000);
  if (n >= 100 && (!b.hits || !b.misses || !b.early || !b.errors)) fail("a case did not occur", 0);
  printf("PASS soc_cache: %llu resets, %llu cycles, %llu reads that had to hit, %llu others, %llu answered while their line came, %llu errors\n",
         (unsigned long long)n, (unsigned long long)cycle, (unsigned long long)b.hits, (unsigned long long)b.misses, (unsigned long long)b.early,
         (unsigned long long)b.errors);
  return 0;
}
