// SPDX-License-Identifier: Apache-2.0
// soc_sim - the standalone machine in Verilator: core, accelerator, memory, flash, its serial line on standard input and output
// usage: soc_sim --rom FILE --program FILE [options]      (built with SOC_SDRAM: the memory is an SDRAM on its pins, whose rules are checked)
//   --program FILE   the program's image, put where it lies in the shared memory; without it there must be one in the flash
//   --pty            the serial line is a pseudo-terminal, whose name goes to standard error
//   --load FILE@ADDR puts a file into the shared memory (ADDR as the accelerator sees it); may be repeated. A package in its place is trained
//                    before any other, and the program ends
//   --dump FILE@ADDR+BYTES   writes shared memory to a file at the end
//   --bandwidth N    bytes a cycle of the memory (default: its port); --latency N cycles (30); --no-refresh
//   --flash FILE     the flash holds this file at the start (if there is one) and is written to it at the end; without it there is no flash
//   --flash-mb N     size of the flash, a power of two (16)
//   --cut N          the power goes at cycle N: status 4, the flash as it is then, in the middle of an operation perhaps
//                    (SIGTERM does the same now)
//   --reset N        reset at cycle N; memory and flash keep what they hold; may be repeated
//   --until LINE     ends with status 0 when the firmware has sent a line that begins so
//   --cycles N       ends with status 3 after so many cycles
//   --gap BITS       bit times between bytes that are sent; --break: every 5th byte is sent without its stop bit first
//   --after LINE     sends nothing before the firmware has sent a line that begins so (there is no flow control)
//   --carry N        the timer's low word carries every N cycles (time jumps there)
//   --always         the accelerator's clock never stands still (slower; the same result)
// Ends when the firmware says "exit N", with status N.
#include <algorithm>
#include <csignal>
#include <poll.h>
#include <pty.h>
#include <unistd.h>
#include "soc_machine.h"

struct options {
  std::string rom, after, until, flash;
  std::vector<std::string> load, dump;
  std::vector<uint64_t> reset;
  bool pty = false, bad_bytes = false, always = false;
  int gap = 0;
  uint32_t carry = 0;
  uint64_t flash_mb = 16, limit = UINT64_MAX, cut = UINT64_MAX;
  curta_rtl_options memory = {};
};

static const uint32_t kLoaded = CURTA_ALONE_LOADED;
static volatile sig_atomic_t Off;             // the power is to go
static void on_signal(int) { Off = 1; }

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
    else if (a == "--flash-mb") o.flash_mb = strtoull(value().c_str(), nullptr, 0);
    else if (a == "--cut") o.cut = strtoull(value().c_str(), nullptr, 0);
    else if (a == "--reset") o.reset.push_back(strtoull(value().c_str(), nullptr, 0));
    else if (a == "--until") o.until = value();
    else if (a == "--cycles") o.limit = strtoull(value().c_str(), nullptr, 0);
    else if (a == "--gap") o.gap = atoi(value().c_str());
    else if (a == "--break") o.bad_bytes = true;
    else if (a == "--after") o.after = value();
    else if (a == "--carry") o.carry = (uint32_t)atoi(value().c_str());
    else if (a == "--always") o.always = true;
    else die("unknown option " + a + " (the head of sim/soc/soc_sim.cpp has the list)");
  }
  if (o.rom.empty()) die("--rom FILE is needed");
  return o;
}

class simulator {
public:
  simulator(const options &options) : o(options), m(o.rom, o.memory)
  {
    m.line.gap = o.gap;
    m.always = o.always;
    m.has_flash = !o.flash.empty();
    m.flash.cell.resize(o.flash_mb << 20, 0xff);
    for (const std::string &s : o.load) load_memory(s);
    if (m.has_flash && access(o.flash.c_str(), F_OK) == 0) {
      std::vector<uint8_t> image = contents(o.flash);
      if (image.size() > m.flash.cell.size()) die(o.flash + " is larger than the flash");
      std::copy(image.begin(), image.end(), m.flash.cell.begin());
    }
  }

  int run();

private:
  options o;
  soc_machine m;
  int in = 0, out = 1, held = -1;
  bool over = false, may = true;
  unsigned sent = 0;
  std::string text;

  void load_memory(const std::string &s)
  {
    size_t at = s.rfind('@');
    if (at == std::string::npos) die("--load FILE@ADDR");
    uint64_t addr = strtoull(s.c_str() + at + 1, nullptr, 0);
    std::vector<uint8_t> image = contents(s.substr(0, at));
    if (addr > kMemory || image.size() > kMemory - addr) die(s + " is beyond the memory");
    memcpy(m.memory + addr, image.data(), image.size());
    if (addr == CURTA_ALONE_PACKAGE) memcpy(m.memory + CURTA_ALONE_STATUS, &kLoaded, sizeof kLoaded);
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

  void feed()                                  // bytes toward the SoC
  {
    if (!m.line.idle() || !may || m.cycle <= 100) return;
    if (held >= 0) {
      m.line.send((unsigned char)held, false);
      held = -1;
    } else if (!over && (m.cycle & 63) == 0) {
      pollfd p = {in, POLLIN, 0};
      unsigned char c;
      if (poll(&p, 1, 0) <= 0) return;
      if (read(in, &c, 1) != 1) { over = true; return; }
      bool bad = o.bad_bytes && ++sent % 5 == 0;
      if (bad) held = c;
      m.line.send(bad ? (unsigned char)~c : c, bad);
    }
  }

  int take(int c)                              // a byte of the SoC; its exit status, or -1
  {
    char b = (char)c;
    if (write(out, &b, 1) != 1) die("the serial line cannot be written");
    if (b != '\n') { text += b; return -1; }
    if (text.compare(0, 5, "exit ") == 0) return atoi(text.c_str() + 5);
    if (!o.until.empty() && text.compare(0, o.until.size(), o.until) == 0) return 0;
    if (text.compare(0, o.after.size(), o.after) == 0) may = true;
    text.clear();
    return -1;
  }

  void reset()
  {
    const char *flash = m.flash.erasing() != soc_flash::kNothing ? "erases" : m.flash.programming() != soc_flash::kNothing ? "programs" : "rests";
    fprintf(stderr, "reset in cycle %llu, the flash %s\n", (unsigned long long)m.cycle, flash);
    if (!text.empty()) take('\n');             // the line that was being sent
    m.reset();
  }

  void keep_flash()
  {
    if (!m.has_flash) return;
    FILE *f = fopen(o.flash.c_str(), "wb");
    if (!f || fwrite(m.flash.cell.data(), 1, m.flash.cell.size(), f) != m.flash.cell.size() || fclose(f)) die("cannot write " + o.flash);
    fprintf(stderr, "flash: %llu pages programmed, %llu sectors erased; first erase in cycle %llu, last program in cycle %llu\n", (unsigned long long)m.flash.programs,
            (unsigned long long)m.flash.erases, (unsigned long long)m.flash.first_erase, (unsigned long long)m.flash.last_program);
  }

  void dump_memory(const std::string &s)
  {
    size_t at = s.rfind('@');
    char *end;
    if (at == std::string::npos) die("--dump FILE@ADDR+BYTES");
    uint64_t addr = strtoull(s.c_str() + at + 1, &end, 0), bytes = *end ? strtoull(end + 1, nullptr, 0) : 0;
    FILE *f = fopen(s.substr(0, at).c_str(), "wb");
    if (addr > kMemory || bytes > kMemory - addr || !f || fwrite(m.memory + addr, 1, bytes, f) != bytes || fclose(f))
      die("cannot write " + s);
  }
};

int simulator::run()
{
  open_line();
  may = o.after.empty();
  while (m.cycle < o.limit) {
    if (m.cycle == o.cut || Off) {
      m.flash.cut(0);
      keep_flash();
      return 4;
    }
    if (std::count(o.reset.begin(), o.reset.end(), m.cycle)) reset();
    if (o.carry) m.hurry(o.carry);
    feed();
    int c = m.tick(), status = c >= 0 ? take(c) : -1;
    if (status < 0) continue;
    for (const std::string &s : o.dump) dump_memory(s);
    keep_flash();
    fprintf(stderr, "%llu cycles\n", (unsigned long long)(m.cycle - 1));
    return status;
  }
  fprintf(stderr, "soc_sim: no end after %llu cycles\n", (unsigned long long)o.limit);
  return 3;
}

int main(int argc, char **argv)
{
  signal(SIGTERM, on_signal);
  return simulator(parse(argc, argv)).run();
}
