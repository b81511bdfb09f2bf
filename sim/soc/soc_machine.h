// SPDX-License-Identifier: Apache-2.0
// soc_machine.h - the standalone machine in Verilator: core, accelerator, memory, flash, the other end of its serial line
//   Built with SOC_SDRAM the memory is an SDRAM on its pins, whose rules are checked.
#ifndef SOC_MACHINE_H
#define SOC_MACHINE_H
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <sys/mman.h>
#include <type_traits>
#include <vector>
#include "Vsoc.h"
#include "Vsoc___024root.h"
#include "curta_rtl_mem.h"
#include "curta_standalone.h"
#include "soc_flash.h"
#include "soc_line.h"
#ifdef SOC_SDRAM
#include "soc_sdram.h"
#define ALONE(path) curta_standalone_sdram__DOT__u_alone__DOT__##path
#else
#define ALONE(path) curta_standalone__DOT__##path
#endif
#include "verilated.h"

static const uint64_t kMemory = CURTA_ALONE_MEMORY;
static const int kBit = SOC_DIVIDER;
static const int kReset = 16;                  // cycles of a reset
static const int kSettle = 64;                 // cycles that the accelerator's clock goes on after it has nothing to do

[[noreturn]] static inline void die(const std::string &text)
{
  fprintf(stderr, "soc_sim: %s\n", text.c_str());
  exit(2);
}

static inline std::vector<uint8_t> contents(const std::string &name)
{
  FILE *f = fopen(name.c_str(), "rb");
  if (!f) die(name + ": " + strerror(errno));
  std::vector<uint8_t> all;
  uint8_t block[65536];
  for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) all.insert(all.end(), block, block + n);
  fclose(f);
  return all;
}

// The model needs one evaluation a cycle: the falling edges have no effect but to arm the next rising ones. Where the model shows
// its memory of the clocks, that is set instead.
template <class M, class = void> struct has_previous_clock : std::false_type {};
template <class M> struct has_previous_clock<M, std::void_t<decltype(std::declval<M>().__Vtrigrprev__TOP__clk_i)>> : std::true_type {};

template <class M> static inline void falling_edge(M *root, Vsoc &m)
{
  m.clk_i = m.accel_clk_i = 0;
  if constexpr (has_previous_clock<M>::value)
    root->__Vtrigrprev__TOP__clk_i = root->__Vtrigrprev__TOP__accel_clk_i = 0;
  else
    m.eval();
}

class soc_machine {
public:
  soc_line line;
  soc_flash flash;
  bool has_flash = false;                      // its pins are connected
  bool always = false;                         // the accelerator's clock never stands still
  uint64_t cycle = 0;
  uint8_t *memory;

  soc_machine(const std::string &rom, const curta_rtl_options &options)
  {
    Verilated::randReset(2);
    top.reset(new Vsoc);
    mem.opt = options;
    mem.bytes = mem.limit = kMemory;
    memory = mem.image = (uint8_t *)mmap(nullptr, kMemory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mem.image == MAP_FAILED) die("no memory");
#ifdef SOC_SDRAM
    sdram.cell = mem.image;
    sdram.silence = SOC_SDRAM;
#else
    mem.init(sizeof top->m_rdata_i);
#endif
    line.bit = kBit;
    load_rom(rom);
    top->clk_i = top->accel_clk_i = 0;
  }

  // A reset begins: memory and flash keep what they hold.
  void reset()
  {
    resetting = kReset;
    line.hang_up();
#ifdef SOC_SDRAM
    sdram.reset();
#else
    mem.reset();
    mem.limit = kMemory;
#endif
  }

  // The timer's low word goes on from -n/2 when it has come to n/2: a carry every n cycles.
  void hurry(uint32_t n)
  {
    uint64_t &time = top->rootp->ALONE(u_soc__DOT__u_timer__DOT__time_q);
    if ((uint32_t)time == n / 2) time = time >> 32 << 32 | (uint32_t)-(n / 2);
  }

  // One clock cycle; a byte that has come from the SoC, or -1.
  int tick()
  {
    top->rst_ni = cycle >= 4 && !resetting;
    top->rx_i = line.drive();
    top->miso_i = has_flash ? flash.cycle(top->cs_no, top->sck_o, top->mosi_o) : 1;
    if (top->rst_ni) memory_cycle();
    clock();
    if (resetting) resetting--;
    int c = cycle > 10 ? line.sample(top->tx_o) : -1;
    if (c == -2) die("stop bit is 0 at cycle " + std::to_string(cycle));
    cycle++;
    return c;
  }

private:
  std::unique_ptr<Vsoc> top;
  curta_rtl_mem mem;                           // with an SDRAM only its bytes
#ifdef SOC_SDRAM
  soc_sdram sdram;
#endif
  int settle = kSettle, resetting = 0;

  void load_rom(const std::string &name)
  {
    auto &rom = top->rootp->ALONE(u_soc__DOT__u_rom__DOT__mem);
    std::vector<uint8_t> image = contents(name);
    image.resize((image.size() + 3) & ~3u);
    if (image.size() > sizeof rom) die(name + " is larger than the boot ROM");
    for (size_t k = 0; k < image.size() / 4; k++) memcpy(&rom[k], &image[4 * k], 4);
  }

#ifdef SOC_SDRAM
  void memory_cycle()
  {
    Vsoc &m = *top;
    m.sd_dq_i = sdram.edge({m.sd_cmd_o, m.sd_ba_o, m.sd_dqm_o, m.sd_a_o, m.sd_dq_o, !!m.sd_oe_o});
  }
#else
  void memory_cycle()
  {
    Vsoc &m = *top;
    curta_axi_out a = {};
    a.arvalid = m.m_arvalid_o;
    a.arid = m.m_arid_o;
    a.araddr = m.m_araddr_o;
    a.arlen = m.m_arlen_o;
    a.awvalid = m.m_awvalid_o;
    a.awid = m.m_awid_o;
    a.awaddr = m.m_awaddr_o;
    a.awlen = m.m_awlen_o;
    a.arsize = a.awsize = (uint32_t)__builtin_ctz(mem.width);
    a.arburst = a.awburst = 1;
    a.rready = a.bready = true;
    a.wvalid = m.m_wvalid_o;
    a.wlast = m.m_wlast_o;
    a.wstrb = m.m_wstrb_o;
    mem.cycle(a, (const uint8_t *)&m.m_wdata_o);
    m.m_arready_i = mem.in.arready;
    m.m_rvalid_i = mem.in.rvalid;
    if (mem.in.rvalid) {
      m.m_rid_i = (uint8_t)mem.in.rid;
      m.m_rlast_i = mem.in.rlast;
      m.m_rresp_i = (uint8_t)mem.in.rresp;
      memcpy(&m.m_rdata_i, mem.in.rdata, mem.width);
    }
    m.m_awready_i = mem.in.awready;
    m.m_wready_i = mem.in.wready;
    m.m_bvalid_i = mem.in.bvalid;
    m.m_bid_i = (uint8_t)mem.in.bid;
    m.m_bresp_i = (uint8_t)mem.in.bresp;
  }
#endif

  void clock()
  {
    Vsoc &m = *top;
    if (m.accel_busy_o || m.rootp->ALONE(u_curta__DOT__busy) || !m.rst_ni || always) settle = kSettle;
    else if (settle) settle--;
    m.clk_i = 1;
    m.accel_clk_i = settle != 0;
    m.eval();
    falling_edge(m.rootp, m);
  }
};
#endif
