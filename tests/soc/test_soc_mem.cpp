// SPDX-License-Identifier: Apache-2.0
// test_soc_mem - the arbiter in front of the memory: words of the core and bursts of an accelerator, all random, against an array
// usage: test_soc_mem [cycles [seed]]
// Every word has one writer. A reader of another's word must see a value that the word had since the read began, or, for the core,
// since it last looked at the accelerator (drop_i) or the line was surely fetched: never an older one. Its own words it must see exactly;
// the line that it has must be answered at once, where only the core writes beyond looks at the accelerator. So too its own words
// in its program too, whose lines it writes until it reads them there.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>
#include "Vcurta_soc_mem.h"
#include "verilated.h"

static const uint32_t kBad = 12288, kBadEnd = 16384;    // between them the memory refuses everything; behind them only the core writes
static const uint32_t kProgram = 65536, kBytes = 131072; // between them lies the core's program
static uint64_t state = 1;
static uint32_t random32() { state = state * 6364136223846793005ull + 1442695040888963407ull; return (uint32_t)(state >> 33); }
static bool chance(uint32_t of) { return random32() % of == 0; }

struct value { uint64_t since; uint32_t word; };       // of one word of memory
struct beat { uint64_t data; uint32_t strb; };
struct burst { uint32_t id, addr, beats, done; std::vector<beat> data; };
static const char *argument = "1";
static uint64_t cycle;

[[noreturn]] static void fail(const char *what, uint32_t addr)
{
  printf("FAIL soc_mem: cycle %llu, seed %s, address 0x%x: %s\n     repeat: build/tests/soc/test_soc_mem %llu %s\n", (unsigned long long)cycle,
         argument, addr, what, (unsigned long long)cycle + 1000, argument);
  exit(1);
}

static bool refuses(uint32_t addr) { return addr >= kBad && addr < kBadEnd; }
static bool of_core(uint32_t addr) { return addr >= kBadEnd || (addr >> 2) * 2654435761u >> 31; }   // the only writer of this word
// A few lines, so that all meet in them; now and then one that is refused.
static uint32_t somewhere() { return (chance(60) ? kBad : 0) + (random32() % 6) * 64 + 0x400 * (random32() % 2); }

class memory {                                         // words with their past; a write happens when it is acknowledged
public:
  std::vector<std::vector<value>> past{kBytes / 4};
  std::deque<burst> reads, writes, done;
  uint32_t beats = 0;
  memory() { for (auto &w : past) w.push_back({0, random32()}); }
  uint32_t word(uint32_t addr) const { return past[addr / 4].back().word; }
  bool had(uint32_t addr, uint32_t word, uint64_t from) const
  {
    const std::vector<value> &w = past[addr / 4];
    for (size_t k = w.size(); k-- > 0;) {
      if (w[k].word == word) return true;
      if (w[k].since <= from) return false;
    }
    return false;
  }
  void put(uint32_t addr, uint64_t data, uint32_t strb, bool core)
  {
    for (uint32_t k = 0; k < 8; k++) {
      if (!(strb >> k & 1)) continue;
      uint32_t at = addr + k, w = word(at & ~3u), shift = at % 4 * 8;
      if (of_core(at) != core) fail("a byte is written that its writer did not name", at);
      w = (w & ~(255u << shift)) | (uint32_t)(data >> 8 * k & 255) << shift;
      past[at / 4].push_back({cycle, w});
    }
  }
};

int main(int argc, char **argv)
{
  uint64_t cycles = argc > 1 ? strtoull(argv[1], nullptr, 0) : 4000000;
  if (argc > 2) argument = argv[2];
  state = strtoull(argument, nullptr, 0);
  Verilated::randReset(2);
  std::unique_ptr<Vcurta_soc_mem> top(new Vcurta_soc_mem);
  Vcurta_soc_mem &m = *top;
  memory mem;
  std::vector<uint32_t> mine(kBytes / 4);              // the core's words as it wrote them
  for (uint32_t i = 0; i < kBytes / 4; i++) mine[i] = mem.word(4 * i);
  // core
  bool core_busy = false, code = false, refused = false;             // refused: a write of the core, its next access must say so
  uint32_t addr = 0, strb = 0, data = 0;
  int64_t kept = -1, coming = -1;                      // the line that must hit; the one that is being fetched
  uint32_t coming_beats = 0;
  bool must_hit = false;
  uint64_t private_hits = 0;
  uint32_t near = 0;                                   // the last address that was not of the program
  bool over_fetch = false, fetch_between = false;      // before the last store; since it
  uint64_t pairs = 0;                                  // stores that left as one, an instruction fetched between them
  uint32_t opened = 0;                                 // lines of the program that were read
  uint64_t code_loads = 0, asked = 0, dropped = 0, fetched = 0, hits = 0, loads = 0, stores = 0, bursts = 0, errors = 0, drops_in_fetch = 0;
  // accelerator
  burst ar = {}, aw = {};
  bool ar_on = false, aw_on = false, w_on = false;
  std::deque<burst> a_reads, a_writes, a_data;         // asked and not answered; data still to be sent
  uint64_t a_wdata = 0, held_ar = 0, held_aw = 0, held_w = 0;
  uint32_t a_wstrb = 0;
  bool b_on = false, r_on = false;
  uint32_t refusals = 0;
  uint64_t last = 0;
  for (cycle = 0; cycle < cycles || core_busy || ar_on || aw_on || !a_reads.empty() || !a_writes.empty() || m.busy_o; cycle++) {
    bool end = cycle >= cycles;
    uint32_t mood = cycle >> 12 & 7, lazy = mood & 1 ? 8 : 1, slow = mood & 2 ? 9 : 1, dense = mood & 4 ? 1 : 12;
    if (cycle > last + 20000) fail("nothing happens any more", addr);
    m.rst_ni = cycle >= 4;
    bool up = cycle >= 8;
    // ---- the core: one access at a time; the inputs of an access stay
    m.select_i = 0;
    m.drop_i = 0;
    if (up && !core_busy && !end && chance(lazy)) {
      if (chance(12)) {
        m.drop_i = 1;
        dropped = cycle;
        if (kept < kBadEnd) kept = -1;
        if (coming < kBadEnd) coming = -1;
        drops_in_fetch += !mem.reads.empty();
      } else {
        m.select_i = core_busy = true;
        asked = cycle;
        code = chance(4);
        uint32_t recent = opened < 40 ? opened : 40, words = 4 * (random32() % 16);
        bool fresh = opened < 1000 && (chance(6) || !opened);
        if (code) {
          addr = kProgram + 64 * (fresh ? opened : opened - 1 - random32() % recent) + words;
          code = !fresh || chance(4);
          opened += fresh && code;
        } else addr = chance(6) ? kBadEnd + 4 * (random32() % 64) : addr >= kProgram ? (chance(2) ? near ^ 4 : somewhere()) : chance(4) ? addr ^ 4 : chance(3) ? (addr & ~63u) + 4 * (random32() % 16) : somewhere() + 4 * (random32() % 16);
        if (addr < kProgram) code = false, near = addr;
        strb = of_core(addr) && (addr < kProgram ? chance(2) : !code) ? 1 + random32() % 15 : 0;
        data = random32();
        must_hit = !code && !strb && kept == (int64_t)(addr & ~63u) && !refuses(addr);
      }
    }
    m.addr_i = code ? 0x50000000u | (addr - kProgram) : 0x40000000u | addr;
    m.strb_i = (uint8_t)strb;
    m.wdata_i = data;
    // ---- the accelerator. It reads nothing that it has under way as a write.
    if (up && !ar_on && !end && a_reads.size() < 8 && chance(dense)) {
      ar = {random32() % 4, somewhere() + 8 * (random32() % 8), 1 + random32() % 20, 0, {}};
      bool meets = aw_on && ar.addr < aw.addr + 8 * aw.beats && aw.addr < ar.addr + 8 * ar.beats;
      for (const burst &b : a_writes) meets |= ar.addr < b.addr + 8 * b.beats && b.addr < ar.addr + 8 * ar.beats;
      ar_on = !meets;
    }
    if (up && !aw_on && !end && a_writes.size() < 8 && chance(dense)) {
      aw = {0, somewhere() + 8 * (random32() % 8), 1 + random32() % 20, 0, {}};
      bool meets = ar_on && aw.addr < ar.addr + 8 * ar.beats && ar.addr < aw.addr + 8 * aw.beats;
      for (const burst &b : a_reads) meets |= aw.addr < b.addr + 8 * b.beats && b.addr < aw.addr + 8 * aw.beats;
      aw_on = !meets;
    }
    if (!a_data.empty() && !w_on && chance(slow)) {
      w_on = true;
      a_wdata = (uint64_t)random32() << 33 ^ random32();
      uint32_t at = a_data[0].addr + 8 * a_data[0].done;
      a_wstrb = (of_core(at) ? 0 : 15u) | (of_core(at + 4) ? 0 : 240u);
      if (chance(3)) a_wstrb &= random32();
    }
    m.s_arvalid_i = ar_on;
    m.s_arid_i = (uint8_t)ar.id;
    m.s_araddr_i = ar.addr;
    m.s_arlen_i = (uint8_t)(ar.beats - 1);
    m.s_awvalid_i = aw_on;
    m.s_awaddr_i = aw.addr;
    m.s_awlen_i = (uint8_t)(aw.beats - 1);
    m.s_wvalid_i = w_on;
    m.s_wdata_i = a_wdata;
    m.s_wstrb_i = (uint8_t)a_wstrb;
    m.s_wlast_i = w_on && a_data[0].done + 1 == a_data[0].beats;
    // ---- the memory: one beat of some ID's oldest read, one acknowledged write of some ID's oldest
    m.m_arready_i = mem.reads.size() < 12 && chance(slow);
    m.m_awready_i = mem.writes.size() + mem.done.size() < 12 && chance(slow);
    m.m_wready_i = chance(slow);
    r_on = !mem.reads.empty() && chance(slow);
    size_t r = r_on ? random32() % mem.reads.size() : 0;
    for (size_t k = 0; r_on && k < r; k++)
      if (mem.reads[k].id == mem.reads[r].id) r = k;
    m.m_rvalid_i = r_on;
    if (r_on) {
      const burst &b = mem.reads[r];
      uint32_t at = b.addr + 8 * b.done;
      m.m_rid_i = (uint8_t)b.id;
      m.m_rdata_i = (uint64_t)mem.word(at + 4) << 32 | mem.word(at);
      m.m_rresp_i = refuses(at) ? 2 : 0;
    }
    b_on = !mem.done.empty() && chance(slow);
    size_t d = b_on ? random32() % mem.done.size() : 0;
    for (size_t k = 0; b_on && k < d; k++)
      if (mem.done[k].id == mem.done[d].id) d = k;
    m.m_bvalid_i = b_on;
    if (b_on) {
      m.m_bid_i = mem.done[d].id != 0;
      m.m_bresp_i = refuses(mem.done[d].addr) ? 2 : 0;
    }
    m.eval();
    if (up) {
      // ---- what is shown stays until it is taken
      uint64_t show_ar = m.m_arvalid_o ? 1ull << 63 | (uint64_t)m.m_araddr_o << 16 | (uint64_t)m.m_arlen_o << 4 | m.m_arid_o : 0;
      uint64_t show_aw = m.m_awvalid_o ? 1ull << 63 | (uint64_t)m.m_awaddr_o << 16 | (uint64_t)m.m_awlen_o << 4 | m.m_awid_o : 0;
      uint64_t show_w = m.m_wvalid_o ? m.m_wdata_o ^ (uint64_t)m.m_wstrb_o << 56 ^ m.m_wlast_o : 0;
      if (held_ar && show_ar != held_ar) fail("a read address changes before it is taken", m.m_araddr_o);
      if (held_aw && show_aw != held_aw) fail("a write address changes before it is taken", m.m_awaddr_o);
      if (held_w && show_w != held_w) fail("write data changes before it is taken", 0);
      held_ar = m.m_arready_i ? 0 : show_ar;
      held_aw = m.m_awready_i ? 0 : show_aw;
      held_w = m.m_wready_i ? 0 : show_w;
      if (m.m_arvalid_o && (m.m_araddr_o / 4096 != (m.m_araddr_o + 8 * m.m_arlen_o) / 4096)) fail("a burst over 4 KB", m.m_araddr_o);
      if (!m.busy_o)
        for (uint32_t k = 0; k < 8; k++) {             // a doorbell would ring now
          uint32_t at = chance(2) ? random32() % (kBad / 4) : kProgram / 4 + opened * 16 + random32() % 16;
          if (of_core(4 * at) && mem.word(4 * at) != mine[at]) fail("not busy, but a write of the core is not in memory", 4 * at);
        }
      // ---- the core's answer
      if (must_hit && core_busy && cycle == asked + 1 && !m.ready_o) fail("a line that is there does not hit", addr);
      if (m.ready_o) {
        if (!core_busy || cycle == asked) fail("the core is answered and did not ask", addr);
        bool bad = refused || (!strb && refuses(addr));
        if (!!m.error_o != bad) fail(bad ? "an error is lost" : "an error out of nothing", addr);
        errors += bad;
        refused = false;
        if (!strb && !bad) {
          loads++;
          if (code) code_loads++;
          else hits += fetched < asked;
          if (of_core(addr) ? m.rdata_o != mine[addr / 4] : !mem.had(addr, m.rdata_o, dropped))
            fail(of_core(addr) ? "the core does not read what it wrote" : "the core reads what was there before it looked at the accelerator", addr);
        }
        private_hits += must_hit && addr >= kBadEnd && dropped > fetched;
        fetch_between |= code;
        if (strb) {
          stores++;
          over_fetch = fetch_between;
          fetch_between = false;
          if (kept == (int64_t)(addr & ~63u)) kept = -1;
          if (coming == (int64_t)(addr & ~63u)) coming = -1;
          for (uint32_t k = 0; k < 4; k++)
            if (strb >> k & 1) mine[addr / 4] = (mine[addr / 4] & ~(255u << 8 * k)) | (data & 255u << 8 * k);
        }
        core_busy = false;
        last = cycle;
      }
      // ---- the accelerator's answers
      if (!!m.s_rvalid_o != (r_on && mem.reads[r].id < 4)) fail("a beat for the accelerator is lost, or one of the core's reaches it", 0);
      if (!!m.s_bvalid_o != (b_on && mem.done[d].id == 0)) fail("an acknowledgement is lost, or one of the core's reaches the accelerator", 0);
      if (m.s_rvalid_o) {
        size_t k = 0;
        while (k < a_reads.size() && a_reads[k].id != mem.reads[r].id) k++;
        if (k == a_reads.size()) fail("data that the accelerator did not ask for", 0);
        burst &b = a_reads[k];
        uint32_t at = b.addr + 8 * b.done;
        if (at != mem.reads[r].addr + 8 * mem.reads[r].done) fail("the accelerator reads elsewhere", at);
        if (++b.done == b.beats) a_reads.erase(a_reads.begin() + (long)k);
        last = cycle;
      }
      if (m.s_bvalid_o) a_writes.pop_front();
      // ---- the memory takes
      if (r_on && mem.reads[r].id == 4 && ++coming_beats == 8) kept = coming;
      if (r_on && ++mem.reads[r].done == mem.reads[r].beats) mem.reads.erase(mem.reads.begin() + (long)r);
      if (b_on) {
        const burst &b = mem.done[d];
        if (b.id && refuses(b.addr)) refused = true, refusals++;
        for (uint32_t k = 0; k < b.beats; k++)
          if (!refuses(b.addr + 8 * k)) mem.put(b.addr + 8 * k, b.data[k].data, b.data[k].strb, b.id != 0);
        mem.done.erase(mem.done.begin() + (long)d);
      }
      if (m.m_wvalid_o && m.m_wready_i) {
        if (mem.writes.empty()) fail("write data without an address", 0);
        burst &b = mem.writes.front();
        uint32_t at = b.addr + 8 * b.done;
        b.data.push_back({m.m_wdata_o, m.m_wstrb_o});
        if (!!m.m_wlast_o != (b.done + 1 == b.beats)) fail("wrong last beat", at);
        if (b.id == 0) {                               // the accelerator's, as it sent it
          if (!w_on || m.m_wdata_o != a_wdata || m.m_wstrb_o != a_wstrb || !m.s_wready_o) fail("the accelerator's data is not what goes out", at);
          w_on = false;
          if (++a_data[0].done == a_data[0].beats) a_data.pop_front();
        } else if (m.s_wready_o) fail("the accelerator's beat is swallowed", at);
        pairs += b.id && over_fetch && m.m_wstrb_o & 15 && m.m_wstrb_o >> 4;
        if (++b.done == b.beats) {
          mem.done.push_back(b);
          mem.writes.pop_front();
        }
      } else if (m.s_wready_o && w_on) fail("the accelerator's beat is swallowed", 0);
      if (m.m_arvalid_o && m.m_arready_i) {
        mem.reads.push_back({m.m_arid_o, m.m_araddr_o, m.m_arlen_o + 1u, 0, {}});
        if (m.m_arid_o == 4) {
          fetched = cycle;
          coming = m.m_araddr_o;
          coming_beats = 0;
          kept = -1;
        }
        if ((m.m_arid_o < 4) != !!m.s_arready_o) fail("a read address is lost", m.m_araddr_o);
      } else if (m.s_arready_o && ar_on) fail("a read address is lost", ar.addr);
      if (ar_on && m.s_arready_o) { a_reads.push_back(ar); ar_on = false; }
      bursts += m.m_awvalid_o && m.m_awready_i && m.m_awid_o;
      if (m.m_awvalid_o && m.m_awready_i) mem.writes.push_back({m.m_awid_o, m.m_awaddr_o, m.m_awlen_o + 1u, 0, {}});
      if (aw_on && m.s_awready_o) {
        if (!m.m_awvalid_o || m.m_awid_o || m.m_awaddr_o != aw.addr || m.m_awlen_o + 1u != aw.beats) fail("a write address is lost", aw.addr);
        a_writes.push_back(aw);
        a_data.push_back(aw);
        aw_on = false;
      }
    }
    m.clk_i = 1;
    m.eval();
    m.clk_i = 0;
    m.eval();
  }
  for (uint32_t i = 0; i < kBytes / 4; i++)
    if (!refuses(4 * i) && of_core(4 * i) && mem.word(4 * i) != mine[i]) fail("at the end the memory is not what the core wrote", 4 * i);
  if (cycles >= 100000 && (!hits || !errors || !refusals || !drops_in_fetch || opened < 20 || !private_hits || bursts >= stores || !pairs)) fail("a case did not occur", 0);
  printf("PASS soc_mem: %llu cycles, core %llu loads (%llu without a fetch, %llu of them after a look, %llu of its program), %llu stores in %llu bursts (%llu pairs around a fetch), %llu errors\n", (unsigned long long)cycle,
         (unsigned long long)loads, (unsigned long long)hits, (unsigned long long)private_hits, (unsigned long long)code_loads, (unsigned long long)stores, (unsigned long long)bursts, (unsigned long long)pairs, (unsigned long long)errors);
  return 0;
}
