/* SPDX-License-Identifier: Apache-2.0
 * vector_bench.h - the Verilated vector engine with a memory, an accumulator memory and scale registers around it
 *
 * The memory answers with random latency and back-pressure and watches the port rules: requests stay until accepted,
 * bursts stay inside 4 KiB and inside [0, mem_size), data stays until taken, no beat without an address.
 */
#ifndef VECTOR_BENCH_H
#define VECTOR_BENCH_H
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <vector>
#define STRING2(x) #x
#define STRING(x) STRING2(x)
#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#define TOP PASTE(Vvector_, CONFIG)
#include STRING(TOP.h)
#include "verilated.h"

struct Random {
  uint64_t state = 1;
  uint32_t next()
  {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
  }
  uint32_t below(uint32_t n) { return next() % n; }
  int between(int lo, int hi) { return lo + (int)below((uint32_t)(hi - lo + 1)); }
  bool chance(int permille) { return (int)below(1000) < permille; }
};

struct Bench {
  struct Burst {
    uint32_t addr;
    unsigned beats, at;
    uint64_t ready;
  };
  TOP top;
  Random rng;
  std::vector<uint8_t> mem;
  std::vector<int32_t> acc;
  uint32_t s[64] = {};
  uint32_t flags = 0;     // as in the FLAGS register
  uint32_t mem_size;
  unsigned port = 0;                        // scale register at the port
  uint64_t cycles = 0, beats_written = 0, beats_read = 0;
  // behaviour of the memory
  int stall = 0;          // permille: no ready, no data in this cycle
  unsigned latency = 1;   // least; stalls add to it
  int64_t bad_read = -1, bad_write = -1;  // bursts until one answers with an error
  bool withdrawn = false; // a request was taken back or changed: only on an error or a stop
  char wrong[160] = "";   // first broken rule

  std::deque<Burst> reads[2], writes;
  std::deque<uint64_t> acks;
  uint32_t held_addr[3] = {};
  bool held[3] = {}, held_data = false;
  uint8_t kept[P_BUS];
  uint64_t kept_strb = 0;

  explicit Bench(uint32_t bytes) : mem(bytes), acc((size_t)P_P * P_T * P_T), mem_size(bytes)
  {
    top.clk_i = 0;
    top.cfg_valid_i = top.go_i = top.stop_i = top.rst_ni = 0;
    clear_inputs();
  }
  void clear_inputs()
  {
    top.rd0_ready_i = top.rd1_ready_i = top.rsp0_valid_i = top.rsp1_valid_i = 0;
    top.wr_ready_i = top.wd_ready_i = top.wb_valid_i = top.vx_gnt_i = 0;
  }
  void rule(bool ok, const char *text)
  {
    if (!ok && !wrong[0] && top.rst_ni)
      snprintf(wrong, sizeof wrong, "%s in cycle %llu", text, (unsigned long long)cycles);
  }
  void check_request(int port, bool valid, bool ready, uint32_t addr, unsigned beats)
  {
    if (held[port] && !(valid && addr == held_addr[port]))
      withdrawn = true;
    held[port] = valid && !ready;
    held_addr[port] = addr;
    if (!valid)
      return;
    uint64_t end = (uint64_t)addr + beats * P_BUS;
    rule(addr % P_BUS == 0 && beats > 0 && beats <= 128, "burst misaligned or of a wrong length");
    rule((addr & 4095) + beats * P_BUS <= 4096, "burst crosses 4 KiB");
    rule(end <= mem_size, "burst outside the memory");
  }
  template <class D> static void put(D &port, const void *from, size_t n) { memcpy(&port, from, n); }

  bool failing = false;   // an error was answered

  // One client's answers in this cycle.
  template <class V, class D, class L, class E> void answer(int k, V &valid, D &data, L &last, E &err)
  {
    valid = 0;
    err = 0;
    if (reads[k].empty() || cycles < reads[k].front().ready || rng.chance(stall))
      return;
    Burst &b = reads[k].front();
    valid = 1;
    put(data, &mem[b.addr + b.at * P_BUS], P_BUS);
    last = b.at + 1 == b.beats;
    if (bad_read == 0) {
      err = 1;
      failing = true;
      bad_read = -1;
    }
    beats_read++;
    b.at++;
    if (last) {
      reads[k].pop_front();
      if (bad_read > 0)
        bad_read--;
    }
  }

  void tick()
  {
    top.mem_size_i = mem_size;
    top.rd0_ready_i = !rng.chance(stall);
    top.rd1_ready_i = !rng.chance(stall);
    top.wr_ready_i = !rng.chance(stall);
    top.wd_ready_i = !rng.chance(stall);
    answer(0, top.rsp0_valid_i, top.rsp0_data_i, top.rsp0_last_i, top.rsp0_err_i);
    answer(1, top.rsp1_valid_i, top.rsp1_data_i, top.rsp1_last_i, top.rsp1_err_i);
    top.wb_valid_i = 0;
    top.wb_err_i = 0;
    if (!acks.empty() && cycles >= acks.front() && !rng.chance(stall)) {
      acks.pop_front();
      top.wb_valid_i = 1;
      if (bad_write == 0) {
        top.wb_err_i = 1;
        failing = true;
      }
      if (bad_write >= 0)
        bad_write--;
    }
    bool grant = !rng.chance(stall);
    top.eval();
    for (int i = 0; i < 2; i++) {
      top.s_rdata_i = s[port];
      top.vx_gnt_i = top.vx_re_o && grant;
      top.eval();
    }
    if (top.rst_ni)
      sample();
    port = top.s_soon_o ? top.s_raddr_o : rng.next() % 64;        // of the next cycle
    top.clk_i = 1;
    top.eval();
    if (next_acc)
      put(top.vx_rdata_i, next_acc, 4 * P_C);
    else
      for (unsigned i = 0; i < P_C; i++)
        ((uint32_t *)&top.vx_rdata_i)[i] = rng.next();
    top.clk_i = 0;
    top.cfg_valid_i = 0;
    top.go_i = 0;
    top.eval();
    cycles++;
  }
  const int32_t *next_acc = nullptr;

  // What the engine does in this cycle.
  void sample()
  {
    uint64_t late = cycles + latency;
    check_request(0, top.rd0_valid_o, top.rd0_ready_i, top.rd0_addr_o, top.rd0_beats_o);
    check_request(1, top.rd1_valid_o, top.rd1_ready_i, top.rd1_addr_o, top.rd1_beats_o);
    check_request(2, top.wr_valid_o, top.wr_ready_i, top.wr_addr_o, top.wr_beats_o);
    if (top.rd0_valid_o && top.rd0_ready_i)
      reads[0].push_back({top.rd0_addr_o, top.rd0_beats_o, 0, late});
    if (top.rd1_valid_o && top.rd1_ready_i)
      reads[1].push_back({top.rd1_addr_o, top.rd1_beats_o, 0, late});
    if (held_data)
      rule(top.wd_valid_o && !memcmp(kept, &top.wd_data_o, P_BUS) && kept_strb == top.wd_strb_o, "write data changed");
    held_data = top.wd_valid_o && !top.wd_ready_i;
    memcpy(kept, &top.wd_data_o, P_BUS);
    kept_strb = top.wd_strb_o;
    if (top.wd_valid_o && top.wd_ready_i)
      take_beat();
    if (top.wr_valid_o && top.wr_ready_i)
      writes.push_back({top.wr_addr_o, top.wr_beats_o, 0, 0});
    flags |= (uint32_t)(top.flag_weight_o << 1 | top.flag_delta_o << 2 | top.flag_wrap_o << 3);
    if (top.s_we_o)
      s[top.s_waddr_o] = top.s_wdata_o;
    next_acc = nullptr;
    if (top.vx_re_o && top.vx_gnt_i)
      next_acc = &acc[(size_t)top.vx_raddr_o * P_C];
  }
  void take_beat()
  {
    rule(!writes.empty(), "write data without an address");
    if (writes.empty())
      return;
    Burst &b = writes.front();
    const uint8_t *d = (const uint8_t *)&top.wd_data_o;
    for (unsigned i = 0; i < P_BUS; i++)
      if (top.wd_strb_o >> i & 1)
        mem[b.addr + b.at * P_BUS + i] = d[i];
    b.at++;
    beats_written++;
    rule(top.wd_last_o == (b.at == b.beats), "wd_last_o is wrong");
    if (b.at == b.beats) {
      writes.pop_front();
      acks.push_back(cycles + latency);
    }
  }

  void reset()
  {
    top.rst_ni = 0;
    for (int i = 0; i < 3; i++)
      tick();
    top.rst_ni = 1;
    top.eval();
  }
  void configure(const uint32_t *cmd)
  {
    for (unsigned i = 0; i < 16;) {
      top.eval();
      if (top.cfg_ready_o) {
        top.cfg_valid_i = 1;
        top.cfg_index_i = (uint8_t)i;
        top.cfg_data_i = cmd[2 * i] | (uint64_t)cmd[2 * i + 1] << 32;
        i++;
      }
      tick();
    }
  }
  struct Result {
    bool done;
    unsigned error;
    uint32_t info, check;
    uint64_t cycles;
  };
  // Runs one command; stop_after >= 0: stop_i after so many cycles, until the engine is idle.
  Result run(const uint32_t *cmd, uint64_t limit, int64_t stop_after = -1)
  {
    Result r = {false, 0, 0, 0, 0};
    failing = withdrawn = false;
    configure(cmd);
    top.go_i = 1;
    uint64_t start = cycles;
    while (cycles - start < limit) {
      top.stop_i = stop_after >= 0 && cycles - start >= (uint64_t)stop_after;
      top.eval();
      if (top.done_o) {
        r = {true, top.error_o, top.error_info_o, top.check_o, cycles - start};
        rule(reads[0].empty() && reads[1].empty() && writes.empty() && acks.empty(), "done with transfers outstanding");
        rule(r.error || !withdrawn, "a request was withdrawn or changed");
        tick();
        break;
      }
      if (top.stop_i && top.idle_o && cycles - start > (uint64_t)stop_after) {
        r.cycles = cycles - start;
        rule(reads[0].empty() && reads[1].empty() && writes.empty() && acks.empty(), "idle with transfers outstanding");
        break;
      }
      tick();
    }
    if (cycles - start >= limit)
      rule(false, "the command does not end");
    top.stop_i = 0;
    tick();
    return r;
  }
};
#endif
