// SPDX-License-Identifier: Apache-2.0
// soc_sim - the standalone machine in Verilator: core, accelerator, memory, flash, its serial line on standard input and output
// usage: soc_sim --rom FILE --program FILE [options]      (built with SOC_SDRAM: the memory is an SDRAM on its pins, whose rules are checked)
//   --program FILE   the program's image, put where it lies in the shared memory; without it there must be one in the flash
//   --pty            the serial line is a pseudo-terminal, whose name goes to standard error
//   --load FILE@ADDR puts a file into the shared memory (ADDR as the accelerator sees it); may be repeated
//   --dump FILE@ADDR+BYTES   writes shared memory to a file at the end
//   --bandwidth N    bytes a cycle of the memory (default: its port); --latency N cycles (30); --no-refresh
//   --flash FILE     the flash holds this file at the start (if there is one) and is written to it at the end; without it there is no flash
//   --cut N          the power goes at cycle N: status 4, the flash as it is then, in the middle of an operation perhaps
//                    (SIGTERM does the same now)
//   --cycles N       ends with status 3 after so many cycles
//   --gap BITS       bit times between bytes that are sent; --break: every 5th byte is sent without its stop bit first
//   --after LINE     sends nothing before the firmware has sent a line that begins so (there is no flow control)
//   --always         the accelerator's clock never stands still (slower; the same result)
// Ends when the firmware says "exit N", with status N.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <poll.h>
#include <pty.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
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
static const int kSettle = 64;                 // cycles that the accelerator's clock goes on after it has nothing to do

struct options {
  std::string rom, after, flash;
  std::vector<std::string> load, dump;
  bool pty = false, bad_bytes = false, always = false;
  int gap = 0;
  uint64_t limit = UINT64_MAX, cut = UINT64_MAX;
  curta_rtl_options memory = {};
};

static volatile sig_atomic_t Off;             // the power is to go
static void on_signal(int) { Off = 1; }

static void die(const std::string &text)
{
  fprintf(stderr, "soc_sim: %s\n", text.c_str());
  exit(2);
}

static std::vector<uint8_t> contents(const std::string &name)
{
  FILE *f = fopen(name.c_str(), "rb");
  if (!f) die(name + ": " + strerror(errno));
  std::vector<uint8_t> all;
  uint8_t block[65536];
  for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) all.insert(all.end(), block, block + n);
  fclose(f);
  return all;
}

static options parse(int argc, char **argv)
{
  options o;
  o.memory.latency = 30;
  o.memory.refresh_interval = 780;
  o.memory.refresh_cycles = 26;
  for (int i = 1; i < argc; i++) {
    std::string a = argv[i];
    auto value = [&] { if (i + 1 >= argc) die(a + " needs a value"); return std::string(argv[++i]); };
    if (a == "--rom") o.rom = value();
    else if (a == "--pty") o.pty = true;
    else if (a == "--program") o.load.push_back(value() + "@" + std::to_string(CURTA_ALONE_PROGRAM));
    else if (a == "--load") o.load.push_back(value());
    else if (a == "--dump") o.dump.push_back(value());
    else if (a == "--bandwidth") o.memory.bytes_per_cycle = (uint32_t)atoi(value().c_str());
    else if (a == "--latency") o.memory.latency = (uint32_t)atoi(value().c_str());
    else if (a == "--no-refresh") o.memory.refresh_interval = CURTA_RTL_NONE;
    else if (a == "--flash") o.flash = value();
    else if (a == "--cut") o.cut = strtoull(value().c_str(), nullptr, 0);
    else if (a == "--cycles") o.limit = strtoull(value().c_str(), nullptr, 0);
    else if (a == "--gap") o.gap = atoi(value().c_str());
    else if (a == "--break") o.bad_bytes = true;
    else if (a == "--after") o.after = value();
    else if (a == "--always") o.always = true;
    else die("unknown option " + a + " (the head of sim/soc/soc_sim.cpp has the list)");
  }
  if (o.rom.empty()) die("--rom FILE is needed");
  return o;
}

class machine {
public:
  machine(const options &options) : o(options)
  {
    Verilated::randReset(2);
    top.reset(new Vsoc);
    mem.opt = o.memory;
    mem.bytes = mem.limit = kMemory;
    mem.image = (uint8_t *)mmap(nullptr, kMemory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mem.image == MAP_FAILED) die("no memory");
#ifdef SOC_SDRAM
    sdram.cell = mem.image;
    sdram.silence = SOC_SDRAM;
#else
    mem.init(sizeof top->m_rdata_i);
#endif
    line.bit = kBit;
    line.gap = o.gap;
    load_rom();
    for (const std::string &s : o.load) load_memory(s);
    if (!o.flash.empty() && access(o.flash.c_str(), F_OK) == 0) {
      std::vector<uint8_t> image = contents(o.flash);
      if (image.size() > flash.cell.size()) die(o.flash + " is larger than the flash");
      std::copy(image.begin(), image.end(), flash.cell.begin());
    }
  }

  int run();

private:
  options o;
  std::unique_ptr<Vsoc> top;
  curta_rtl_mem mem;                           // with an SDRAM only its bytes
#ifdef SOC_SDRAM
  soc_sdram sdram;
#endif
  soc_line line;
  soc_flash flash;
  uint64_t cycle = 0;
  int settle = kSettle, in = 0, out = 1, held = -1;
  bool over = false, may = true;
  unsigned sent = 0;
  std::string text;

  void load_rom()
  {
    auto &rom = top->rootp->ALONE(u_soc__DOT__u_rom__DOT__mem);
    std::vector<uint8_t> image = contents(o.rom);
    image.resize((image.size() + 3) & ~3u);
    if (image.size() > sizeof rom) die(o.rom + " is larger than the boot ROM");
    for (size_t k = 0; k < image.size() / 4; k++) memcpy(&rom[k], &image[4 * k], 4);
  }

  void load_memory(const std::string &s)
  {
    size_t at = s.rfind('@');
    if (at == std::string::npos) die("--load FILE@ADDR");
    uint64_t addr = strtoull(s.c_str() + at + 1, nullptr, 0);
    std::vector<uint8_t> image = contents(s.substr(0, at));
    if (addr > kMemory || image.size() > kMemory - addr) die(s + " is beyond the memory");
    memcpy(mem.image + addr, image.data(), image.size());
  }

  void open_line()
  {
    if (!o.pty) return;
    int slave;
    char name[100];
    if (openpty(&in, &slave, name, nullptr, nullptr)) die(std::string("openpty: ") + strerror(errno));
    termios t;
    tcgetattr(slave, &t);
    cfmakeraw(&t);
    tcsetattr(slave, TCSANOW, &t);
    out = in;
    fprintf(stderr, "serial line: %s\n", name);
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
    if (m.accel_busy_o || m.rootp->ALONE(u_curta__DOT__busy) || !m.rst_ni || o.always) settle = kSettle;
    else if (settle) settle--;
    m.clk_i = 1;
    m.accel_clk_i = settle != 0;
    m.eval();
    m.clk_i = 0;
    m.accel_clk_i = 0;
    m.eval();
  }

  void feed()                                  // bytes toward the SoC
  {
    if (!line.idle() || !may || cycle <= 100) return;
    if (held >= 0) {
      line.send((unsigned char)held, false);
      held = -1;
    } else if (!over && (cycle & 63) == 0) {
      pollfd p = {in, POLLIN, 0};
      unsigned char c;
      if (poll(&p, 1, 0) <= 0) return;
      if (read(in, &c, 1) != 1) { over = true; return; }
      bool bad = o.bad_bytes && ++sent % 5 == 0;
      if (bad) held = c;
      line.send(bad ? (unsigned char)~c : c, bad);
    }
  }

  int take(int c)                              // a byte of the SoC; its exit status, or -1
  {
    char b = (char)c;
    if (write(out, &b, 1) != 1) die("the serial line cannot be written");
    if (b != '\n') { text += b; return -1; }
    if (text.compare(0, 5, "exit ") == 0) return atoi(text.c_str() + 5);
    if (text.compare(0, o.after.size(), o.after) == 0) may = true;
    text.clear();
    return -1;
  }

  void keep_flash()
  {
    if (o.flash.empty()) return;
    FILE *f = fopen(o.flash.c_str(), "wb");
    if (!f || fwrite(flash.cell.data(), 1, flash.cell.size(), f) != flash.cell.size() || fclose(f)) die("cannot write " + o.flash);
    fprintf(stderr, "flash: %llu pages programmed, %llu sectors erased\n", (unsigned long long)flash.programs, (unsigned long long)flash.erases);
  }

  void dump_memory(const std::string &s)
  {
    size_t at = s.rfind('@');
    char *end;
    if (at == std::string::npos) die("--dump FILE@ADDR+BYTES");
    uint64_t addr = strtoull(s.c_str() + at + 1, &end, 0), bytes = *end ? strtoull(end + 1, nullptr, 0) : 0;
    FILE *f = fopen(s.substr(0, at).c_str(), "wb");
    if (addr > kMemory || bytes > kMemory - addr || !f || fwrite(mem.image + addr, 1, bytes, f) != bytes || fclose(f))
      die("cannot write " + s);
  }
};

int machine::run()
{
  open_line();
  may = o.after.empty();
  top->clk_i = top->accel_clk_i = 0;
  for (; cycle < o.limit; cycle++) {
    if (cycle == o.cut || Off) {
      flash.cut();
      keep_flash();
      return 4;
    }
    top->rst_ni = cycle >= 4;
    feed();
    top->rx_i = line.drive();
    top->miso_i = o.flash.empty() ? 1 : flash.cycle(top->cs_no, top->sck_o, top->mosi_o);
    if (cycle >= 4) memory_cycle();
    clock();
    int c = cycle > 10 ? line.sample(top->tx_o) : -1;
    if (c == -2) die("stop bit is 0 at cycle " + std::to_string(cycle));
    int status = c >= 0 ? take(c) : -1;
    if (status < 0) continue;
    for (const std::string &s : o.dump) dump_memory(s);
    keep_flash();
    fprintf(stderr, "%llu cycles\n", (unsigned long long)cycle);
    return status;
  }
  fprintf(stderr, "soc_sim: no end after %llu cycles\n", (unsigned long long)o.limit);
  return 3;
}

int main(int argc, char **argv)
{
  signal(SIGTERM, on_signal);
  return machine(parse(argc, argv)).run();
}
