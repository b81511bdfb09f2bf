// SPDX-License-Identifier: Apache-2.0
// test_axi_checker.cpp - the checker of the AXI master is checked: every planted violation must abort with its rule
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>
#include "curta_rtl_mem.h"

namespace {

struct bench {
  curta_rtl_mem mem;
  std::vector<uint8_t> image = std::vector<uint8_t>(65536);
  curta_axi_out out = {};
  uint8_t data[32] = {};

  explicit bench(uint32_t stall)
  {
    mem.image = image.data();
    mem.bytes = mem.limit = image.size();
    mem.opt.latency = 3;
    mem.opt.refresh_interval = CURTA_RTL_NONE;
    mem.opt.stall_permille = stall;
    mem.init(8);
    out.rready = out.bready = true;
    out.arsize = out.awsize = 3;
    out.arburst = out.awburst = 1;
    out.wstrb = 0xff;
  }

  void step() { mem.cycle(out, data); }

  // Presents a write burst address until it is taken.
  void address(uint32_t addr, uint32_t beats)
  {
    out.awvalid = true;
    out.awaddr = addr;
    out.awlen = beats - 1;
    do
      step();
    while (!mem.in.awready);
    out.awvalid = false;
  }

  void read(uint32_t addr, uint32_t beats, uint32_t id)
  {
    out.arvalid = true;
    out.araddr = addr;
    out.arlen = beats - 1;
    out.arid = id;
    do
      step();
    while (!mem.in.arready);
    out.arvalid = false;
  }

  // One beat, until it is taken.
  void beat(bool last)
  {
    out.wvalid = true;
    out.wlast = last;
    do
      step();
    while (!mem.in.wready);
    out.wvalid = false;
  }
};

// Runs in a child; returns what it wrote to stderr if it aborted, else "no abort".
std::string verdict(const std::function<void()> &fn)
{
  int fd[2];
  if (pipe(fd))
    return "no pipe";
  pid_t child = fork();
  if (!child) {
    dup2(fd[1], 2);
    fn();
    _exit(0);
  }
  close(fd[1]);
  char text[512] = {};
  ssize_t n = ::read(fd[0], text, sizeof text - 1);
  close(fd[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) && n > 0 ? text : "no abort";
}

bool expect(const char *rule, const std::function<void()> &fn)
{
  std::string got = verdict(fn);
  bool ok = got.find(rule) != std::string::npos;
  if (!ok)
    printf("FAIL axi_checker: expected \"%s\", got \"%s\"\n", rule, got.c_str());
  return ok;
}

// Legal traffic passes and arrives: bursts of all lengths, several IDs, random stalls.
bool legal()
{
  std::string got = verdict([] {
    bench b(300);
    for (uint32_t k = 0; k < 200; k++) {
      uint32_t beats = 1 + k % 8;
      memset(b.data, (int)k, sizeof b.data);
      b.address(k * 64, beats);
      for (uint32_t i = 0; i < beats; i++)
        b.beat(i + 1 == beats);
      b.read(k * 64, beats, k % 4);
    }
    for (uint32_t k = 0; k < 3000; k++)
      b.step();
    for (uint32_t k = 0; k < 200; k++)
      if (b.image[k * 64] != (uint8_t)k)
        abort();
    fprintf(stderr, "fine");
  });
  if (got != "no abort") {
    printf("FAIL axi_checker: legal traffic is refused: %s\n", got.c_str());
    return false;
  }
  return true;
}

}  // namespace

int main()
{
  bool ok = legal();
  ok &= expect("crosses 4 KiB", [] { bench(0).read(0xff8, 2, 0); });
  ok &= expect("crosses 4 KiB", [] { bench(0).address(0x1fc0, 9); });
  ok &= expect("AxSIZE", [] { bench b(0); b.out.arsize = 2; b.read(0, 1, 0); });
  ok &= expect("INCR", [] { bench b(0); b.out.awburst = 0; b.address(0, 1); });
  ok &= expect("aligned", [] { bench(0).read(4, 1, 0); });
  ok &= expect("MEM_SIZE", [] { bench(0).read(65536, 1, 0); });
  ok &= expect("128 beats", [] { bench(0).read(0, 129, 0); });
  ok &= expect("WLAST", [] { bench b(0); b.address(0, 2); b.beat(true); });
  ok &= expect("WLAST", [] { bench b(0); b.address(0, 2); b.beat(false); b.beat(false); });
  ok &= expect("R has back-pressure", [] { bench b(0); b.read(0, 8, 1); b.out.rready = false; for (int k = 0; k < 9; k++) b.step(); });
  ok &= expect("B has back-pressure", [] { bench b(0); b.address(0, 1); b.beat(true); b.out.bready = false; for (int k = 0; k < 9; k++) b.step(); });
  ok &= expect("AR changed", [] { bench b(990); b.out.arvalid = true; for (int k = 0; k < 99; k++, b.out.araddr += 8) b.step(); });
  ok &= expect("AW changed", [] { bench b(990); b.out.awvalid = true; b.step(); b.out.awvalid = false; for (int k = 0; k < 99; k++) b.step(); });
  ok &= expect("W changed", [] { bench b(0); b.out.wvalid = true; b.out.wlast = true; b.step(); b.out.wstrb = 1; b.step(); });
  ok &= expect("W data changed", [] {
    bench b(0);
    b.out.wvalid = b.out.wlast = true;
    b.step();
    b.data[0] = 1;
    b.address(0, 1);
    for (int k = 0; k < 9; k++)
      b.step();
  });
  if (ok)
    printf("PASS axi_checker: 15 planted violations are named, legal traffic passes\n");
  return !ok;
}
