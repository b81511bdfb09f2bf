// SPDX-License-Identifier: Apache-2.0
// test_sdram - the SDRAM controller against memory in an array, random bursts under random delays; the model on its pins checks every rule
// usage: test_sdram [bursts [seed]]
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>
#include "Vcurta_soc_sdram.h"
#include "soc_sdram.h"
#include "verilated.h"

static const uint32_t kBytes = 32u << 20;
static uint32_t seed = 1;
static uint32_t random32() { seed = seed * 1664525u + 1013904223u; return seed >> 8; }

struct burst { uint32_t id, addr, beats, done; std::vector<uint64_t> data; std::vector<uint8_t> strb; };

static bool overlaps(const std::deque<burst> &list, uint32_t addr, uint32_t beats)
{
  for (const burst &b : list)
    if (addr < b.addr + 8 * b.beats && b.addr < addr + 8 * beats) return true;
  return false;
}

// A few rows near both ends, so that bursts meet, and the corners of the address, or on from where the last one ends; never over 4 KiB.
static burst make(uint32_t id)
{
  static uint32_t end;
  static const uint32_t bases[] = {0, 0x1000, 0x7ff000, 0x1fff000, 0x1000000};
  burst b = {id, 0, 0, 0, {}, {}};
  uint32_t kind = random32() % 8;
  b.beats = kind == 0 ? 128 : kind < 3 ? 1 : kind < 6 ? 8 : 1 + random32() % 40;
  uint32_t room = 512 - b.beats;
  b.addr = bases[random32() % 5] + 8 * (kind == 4 ? 8 * (random32() % (room / 8)) : random32() % (room + 1));
  if (random32() % 2 && end % 4096 + 8 * b.beats <= 4096) b.addr = end;
  end = (b.addr + 8 * b.beats) % 0x2000000;
  return b;
}

int main(int argc, char **argv)
{
  uint32_t bursts = argc > 1 ? (uint32_t)strtoul(argv[1], nullptr, 0) : 20000;
  seed = argc > 2 ? (uint32_t)strtoul(argv[2], nullptr, 0) : 1;
  Verilated::randReset(2);
  std::unique_ptr<Vcurta_soc_sdram> top(new Vcurta_soc_sdram);
  Vcurta_soc_sdram &m = *top;
  soc_sdram sdram;
  std::vector<uint8_t> cells(kBytes), want(kBytes);
  for (uint32_t i = 0; i < kBytes; i++) want[i] = cells[i] = (uint8_t)random32();
  sdram.cell = cells.data();
  sdram.silence = 1000;
  std::deque<burst> reads, writes, data;       // asked and not answered; data: of writes, still to be sent
  burst ar = {}, aw = {};
  bool ar_valid = false, aw_valid = false;
  uint32_t issued = 0, moved = 0;
  uint64_t cycle = 0, busy_from = 0;
  auto fail = [&](const char *what) { printf("FAIL sdram: cycle %llu, seed %s: %s\n", (unsigned long long)cycle, argc > 2 ? argv[2] : "1", what); exit(1); };
  for (; issued < bursts || !reads.empty() || !writes.empty() || ar_valid || aw_valid; cycle++) {
    if (cycle > 4000000000ull || (cycle > busy_from + 20000 && cycle > 3000)) fail("nothing happens any more");
    m.rst_ni = cycle >= 4;
    uint32_t lull = cycle >> 14 & 3;           // sometimes dense, sometimes thin
    if (!ar_valid && issued < bursts && cycle > 8 && random32() % (1 + 40 * (lull == 1)) == 0 && reads.size() < 30) {
      ar = make(random32() % 5);
      if (!overlaps(writes, ar.addr, ar.beats) && !(aw_valid && overlaps({aw}, ar.addr, ar.beats))) { ar_valid = true; issued++; }
    }
    if (!aw_valid && issued < bursts && cycle > 8 && random32() % (1 + 40 * (lull == 2)) == 0 && writes.size() < 30) {
      aw = make(random32() % 2);
      if (!overlaps(reads, aw.addr, aw.beats) && !(ar_valid && overlaps({ar}, aw.addr, aw.beats))) {
        aw_valid = true;
        issued++;
        for (uint32_t k = 0; k < aw.beats; k++) {
          aw.data.push_back((uint64_t)random32() << 40 ^ (uint64_t)random32() << 20 ^ random32());
          aw.strb.push_back((uint8_t)(random32() % 4 ? 255 : random32()));
        }
      }
    }
    m.s_arvalid_i = ar_valid;
    m.s_arid_i = (uint8_t)ar.id;
    m.s_araddr_i = ar.addr;
    m.s_arlen_i = (uint8_t)(ar.beats - 1);
    m.s_awvalid_i = aw_valid;
    m.s_awid_i = (uint8_t)aw.id;
    m.s_awaddr_i = aw.addr;
    m.s_awlen_i = (uint8_t)(aw.beats - 1);
    // the data of a write may wait until every read asked for is answered (lull 0)
    m.s_wvalid_i = !data.empty() && (lull == 3 ? random32() % 8 == 0 : lull == 0 && data[0].done == 0 ? reads.empty() : random32() % 8 != 0);
    if (!data.empty()) {
      m.s_wdata_i = data[0].data[data[0].done];
      m.s_wstrb_i = data[0].strb[data[0].done];
      m.s_wlast_i = data[0].done + 1 == data[0].beats;
    }
    if (cycle >= 4) m.sd_dq_i = sdram.edge({m.sd_cmd_o, m.sd_ba_o, m.sd_dqm_o, m.sd_a_o, m.sd_dq_o, !!m.sd_oe_o});
    m.eval();
    bool ar_taken = ar_valid && m.s_arready_o, aw_taken = aw_valid && m.s_awready_o, w_taken = m.s_wvalid_i && m.s_wready_o;
    if (cycle >= 6 && m.s_rvalid_o) {
      if (reads.empty()) fail("data that nobody asked for");
      burst &b = reads.front();                // this controller answers in order
      uint64_t value;
      memcpy(&value, &want[b.addr + 8 * b.done], 8);
      if (m.s_rid_o != b.id || !!m.s_rlast_o != (b.done + 1 == b.beats)) fail("wrong ID or last");
      if (m.s_rdata_o != value) fail("wrong data");
      busy_from = cycle;
      moved++;
      if (++b.done == b.beats) reads.pop_front();
    }
    if (cycle >= 6 && m.s_bvalid_o) {
      if (writes.empty() || m.s_bid_o != writes.front().id) fail("a write is acknowledged that is not next");
      if (!data.empty() && writes.size() <= data.size()) fail("a write is acknowledged before its data");
      writes.pop_front();
      busy_from = cycle;
    }
    if (ar_taken) { reads.push_back(ar); ar_valid = false; }
    if (w_taken) {
      moved++;
      if (++data[0].done == data[0].beats) data.pop_front();
    }
    if (aw_taken) {
      for (uint32_t k = 0; k < aw.beats; k++)
        for (uint32_t j = 0; j < 8; j++)
          if (aw.strb[k] >> j & 1) want[aw.addr + 8 * k + j] = (uint8_t)(aw.data[k] >> 8 * j);
      writes.push_back(aw);
      data.push_back(aw);
      aw_valid = false;
    }
    m.clk_i = 1;
    m.eval();
    m.clk_i = 0;
    m.eval();
  }
  for (int k = 0; k < 40; k++) {               // what has been acknowledged may still be on its way to the pins
    m.sd_dq_i = sdram.edge({m.sd_cmd_o, m.sd_ba_o, m.sd_dqm_o, m.sd_a_o, m.sd_dq_o, !!m.sd_oe_o});
    m.clk_i = 1;
    m.eval();
    m.clk_i = 0;
    m.eval();
  }
  if (want != cells) fail("the memory is not what was written");
  printf("PASS sdram: %u bursts, %u beats, %.2f bytes a cycle\n", bursts, moved, 8.0 * moved / (double)cycle);
  return 0;
}
