// SPDX-License-Identifier: Apache-2.0
// test_soc_rom - the boot ROM: the words of its file, a cycle after they are asked for, and held until the next one is
// usage: test_soc_rom [reads [seed]]
#include <vector>
#include "Vcurta_soc_rom.h"
#include "unit.h"

static const char *argument = "1";
[[noreturn]] static void fail(const char *what, uint32_t at, uint32_t got, uint32_t want)
{
  printf("FAIL soc_rom: cycle %llu, seed %s: %s, address %u: 0x%08x, not 0x%08x\n", (unsigned long long)unit_cycle, argument, what, at, got, want);
  exit(1);
}

static std::vector<uint32_t> words(const char *name)
{
  std::vector<uint32_t> all;
  FILE *f = fopen(name, "r");
  for (unsigned word; f && fscanf(f, "%x", &word) == 1;) all.push_back(word);
  if (f) fclose(f);
  return all;
}

int main(int argc, char **argv)
{
  uint32_t reads = argc > 1 ? (uint32_t)strtoul(argv[1], nullptr, 0) : 20000;
  if (argc > 2) argument = argv[2];
  unit_state = strtoull(argument, nullptr, 0);
  Verilated::randReset(2);
  const std::vector<uint32_t> want = words(SOC_ROM_FILE);
  if (want.size() != SOC_ROM_WORDS) fail("words in the file", 0, (uint32_t)want.size(), SOC_ROM_WORDS);
  std::unique_ptr<Vcurta_soc_rom> top(new Vcurta_soc_rom);
  uint32_t last = 0;
  top->clk_i = 0;
  top->eval();
  for (uint32_t k = 0; k < reads; k++, unit_cycle++) {
    uint32_t at = k < SOC_ROM_WORDS ? k : random32() % SOC_ROM_WORDS;
    bool ask = k < SOC_ROM_WORDS || chance(2);
    top->re_i = ask;
    top->addr_i = (uint16_t)at;
    top->clk_i = 1;
    top->eval();
    top->clk_i = 0;
    top->eval();
    if (ask) last = want[at];
    if (top->rdata_o != last) fail(ask ? "read" : "held", at, top->rdata_o, last);
  }
  printf("PASS soc_rom: %u words, %u cycles\n", SOC_ROM_WORDS, reads);
  return 0;
}
