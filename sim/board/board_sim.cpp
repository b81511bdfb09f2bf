// SPDX-License-Identifier: Apache-2.0
// board_sim - the top of a board in Verilator, its serial line on a pseudo-terminal
//
// usage: board_sim [--link PATH] [--damage N] [--drop N]
//   Prints the name of the terminal and simulates until it is killed, or its standard input ends. --link: a symbolic link to the
//   terminal. --damage N, --drop N: about every N-th byte, in both directions, has a bit turned or is lost (N > 0; random but
//   reproducible). It sleeps while nothing has moved on the line for a while: a device computes on while the host asks.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <poll.h>
#include <pty.h>
#include <unistd.h>
#include BOARD_HEADER
#include "verilated.h"

namespace {

const unsigned Bit = BOARD_DIVIDER;              // cycles of a bit
const uint64_t Awake = 200000;                   // cycles after the last byte until it sleeps

// The host's end of the line: bytes to levels and back.
struct line {
  unsigned out = 0, out_left = 0, out_time = 0, in = 0, in_left = 0, in_time = 0;
  bool last = true;

  void send(uint8_t c)
  {
    out = (unsigned)c << 1 | 1u << 9;
    out_left = 10;
    out_time = Bit;
  }
  bool drive()
  {
    if (!out_left)
      return true;
    bool level = out & 1;
    if (--out_time == 0) {
      out >>= 1;
      out_left--;
      out_time = Bit;
    }
    return level;
  }
  int sample(bool level)                         // a byte or -1
  {
    int got = -1;
    if (!in_left) {
      if (last && !level) {
        in_left = 10;
        in_time = Bit / 2;
      }
    } else if (--in_time == 0) {
      in_time = Bit;
      if (--in_left == 0)
        got = level ? (int)(in & 255) : -1;
      else if (in_left < 9)
        in = in >> 1 | (level ? 128u : 0u);
    }
    last = level;
    return got;
  }
};

struct noise {
  unsigned damage = 0, drop = 0;
  uint32_t random = 12345;
  bool happens(unsigned n)
  {
    random = random * 1664525u + 1013904223u;
    return n && (random >> 8) % n == 0;
  }
  // The byte as it arrives, or -1.
  int pass(uint8_t c)
  {
    if (happens(drop))
      return -1;
    return happens(damage) ? c ^ (1u << (random >> 28 & 7)) : c;
  }
};

bool input_ended()
{
  pollfd p = { 0, POLLIN, 0 };
  char c;
  return poll(&p, 1, 0) > 0 && read(0, &c, 1) <= 0;
}

}  // namespace

int main(int argc, char **argv)
{
  int master, slave;
  char name[128];
  const char *link = nullptr;
  noise bad;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--link") && i + 1 < argc)
      link = argv[++i];
    else if (!strcmp(argv[i], "--damage") && i + 1 < argc)
      bad.damage = (unsigned)atoi(argv[++i]);
    else if (!strcmp(argv[i], "--drop") && i + 1 < argc)
      bad.drop = (unsigned)atoi(argv[++i]);
    else {
      fprintf(stderr, "usage: board_sim [--link PATH] [--damage N] [--drop N]\n");
      return 2;
    }
  }
  if (openpty(&master, &slave, name, nullptr, nullptr)) {
    perror("board_sim: openpty");
    return 1;
  }
  termios t;
  tcgetattr(slave, &t);
  cfmakeraw(&t);
  tcsetattr(slave, TCSANOW, &t);                 // the slave stays open here: the line does not hang up between two hosts
  if (link) {
    unlink(link);
    if (symlink(name, link)) {
      perror(link);
      return 1;
    }
  }
  printf("%s\n", name);
  fflush(stdout);

  std::unique_ptr<BOARD_MODEL> board(new BOARD_MODEL);
  line host;
  uint8_t in[4096];                              // has come from the host and waits for its turn
  ssize_t at = 0, got_in = 0;
  board->btn = 1;
  for (uint64_t cycle = 0, moved = 0;; cycle++) {
    if (!host.out_left && at < got_in) {
      int arrives = bad.pass(in[at++]);
      if (arrives >= 0)
        host.send((uint8_t)arrives);
      moved = cycle;
    } else if (at == got_in && cycle > 1000 && !(cycle & 1023)) {
      pollfd p = { master, POLLIN, 0 };
      bool sleeps = cycle - moved > Awake;
      if (sleeps && input_ended())
        break;
      at = got_in = 0;
      if (poll(&p, 1, sleeps ? 200 : 0) > 0)
        got_in = read(master, in, sizeof in);
      if (got_in < 0)
        got_in = 0;
    }
    board->ftdi_txd = host.drive();
    board->clk_25mhz = 0;
    board->eval();
    board->clk_25mhz = 1;
    board->eval();
    int got = host.sample(board->ftdi_rxd);
    if (got < 0)
      continue;
    moved = cycle;
    int arrives = bad.pass((uint8_t)got);
    uint8_t c = (uint8_t)arrives;
    if (arrives >= 0 && write(master, &c, 1) != 1)
      perror("board_sim: write");
  }
  if (link)
    unlink(link);
  return 0;
}
