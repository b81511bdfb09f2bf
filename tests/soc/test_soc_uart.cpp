// SPDX-License-Identifier: Apache-2.0
// test_soc_uart - the serial line in both directions: every level of every cycle that it sends, bytes of a sender whose clock deviates,
//   noise, missing stop bits, a receive FIFO that overflows
// usage: test_soc_uart [rounds [seed]]
#include <deque>
#include "Vcurta_soc_uart.h"
#include "unit.h"

enum { DATA, STATUS, DIVIDER };
enum { ROOM = 1, SOME = 2, IDLE = 4, LOST = 8 };
static const char *argument = "1";
[[noreturn]] static void fail(const char *what, uint32_t got, uint32_t want)
{
  printf("FAIL soc_uart: cycle %llu, seed %s: %s: 0x%x, not 0x%x\n", (unsigned long long)unit_cycle, argument, what, got, want);
  exit(1);
}

class bench : public unit<Vcurta_soc_uart> {
public:
  uint32_t divider = 651;
  // ---- what it must send
  std::deque<uint8_t> out;
  uint32_t frame = 0, pause = 0;                          // cycles of the frame under way; of silence before the next
  uint64_t bytes_out = 0, bytes_in = 0, losses = 0, noises = 0;
  // ---- what it receives: a sender whose bit is `bit` / 256 cycles long
  std::deque<uint8_t> in, sent;                           // still to be sent; to be read
  uint32_t bit = 0, place = 0, kept = 0;                  // cycles * 256 in the frame; bytes in the FIFO
  uint32_t bad_stop = 0, noise = 0, quiet = 0;            // a byte in so many has none; a false start in so many pauses
  uint64_t came = 0;                                      // the last byte; a quick sender's frame may be over some cycles before its stop bit is looked at
  bool sending = false, bad = false, lost = false;
  bool there() const { return kept > 1 || (kept && unit_cycle > came + 8); }

  void each() override
  {
    send_check();
    top->rx_i = receive_drive();
    if (top->rst_ni && there() && !top->irq_o) fail("no interrupt with a byte waiting", 0, 1);
    if (top->rst_ni && !kept && !sending && top->irq_o) fail("an interrupt without a byte", 1, 0);
  }

  void send_check()
  {
    if (!top->rst_ni) return;
    if (frame) {
      uint32_t k = (10 * divider - frame) / divider;      // start, 8 bits, stop
      bool want = k == 9 || (k > 0 && (out.front() >> (k - 1) & 1));
      if (!!top->tx_o != want) fail("level of the line that is sent, bit", k, want);
      if (--frame == 0) {
        out.pop_front();
        bytes_out++;
        pause = 0;
      }
      return;
    }
    if (!top->tx_o) {
      if (out.empty()) fail("a start bit without a byte", 0, 1);
      frame = 10 * divider;
      send_check();
    } else if (out.empty()) pause = 0;
    else if (++pause > 3) fail("a byte waits and the line is silent", pause, 3);
  }

  bool receive_drive()
  {
    if (quiet) {
      quiet--;
      if (noise && quiet == 2 * divider && chance(noise)) noises++, quiet += divider / 4 + divider;
      return !(quiet > 3 * divider - divider / 4 && quiet <= 3 * divider);     // a low level of a quarter of a bit
    }
    if (!sending) {
      if (in.empty()) return true;
      sending = true;
      bad = bad_stop && chance(bad_stop);
      place = 0;
    }
    uint32_t k = place / bit;
    bool level = k == 9 ? !bad : k > 0 && (in.front() >> (k - 1) & 1);
    place += 256;
    if (place >= 10 * bit) {
      if (!bad && kept < 16) sent.push_back(in.front()), kept++, came = unit_cycle;
      else lost = true, losses++;
      in.pop_front();
      sending = false;
      quiet = bad || noise ? 4 * divider : random32() % 2 * random32() % (2 * divider);
    }
    return level;
  }

  // One byte of the FIFO, if there is one; a byte whose stop bit has begun may be there already.
  void take()
  {
    uint32_t data = read(DATA);
    if (data >> 31) {
      if (there()) fail("a byte was received and is not there", data, sent.front());
      return;
    }
    uint8_t want = !sent.empty() ? sent.front() : sending && !bad ? in.front() : 0;
    if (sent.empty() && (!sending || bad || place / bit < 9)) fail("a byte that nobody sent", data, 0);
    if (data != want) fail("byte received", data, want);
    bytes_in++;
    if (!sent.empty()) sent.pop_front(), kept--;
    else early();
  }
  void early()                                            // the byte under way has been read before its frame was over
  {
    while (sending) edge();
    sent.pop_front();
    kept--;
  }
  uint32_t status() { return read(STATUS); }
  void finish() { while (!in.empty() || sending || quiet) edge(); }
};

// Bytes that go out: with room they must all come, in order; without room a byte is lost.
static void send_some(bench &b, uint32_t n)
{
  for (uint32_t k = 0; k < n; k++) {
    while (!(b.status() & ROOM)) {
      if (b.frame > 4 && b.frame < 9 * b.divider && chance(20)) b.write(DATA, random32());   // surely no room: lost
      if (b.status() & IDLE) fail("idle with a byte waiting", IDLE, 0);
    }
    uint8_t byte = (uint8_t)random32();
    b.out.push_back(byte);
    b.write(DATA, byte | (random32() << 8));
    for (uint32_t w = random32() % 3 ? 0 : random32() % (12 * b.divider); w; w--) b.edge();
  }
  while (!b.out.empty())
    if (b.status() & IDLE && (b.out.size() > 1 || b.frame > 2)) fail("idle in the middle of a byte", IDLE, 0);
  for (int k = 0; k < 8; k++) b.edge();
  if (!(b.status() & IDLE)) fail("not idle after the last byte", 0, IDLE);
}

static void receive_some(bench &b, uint32_t n, bool overflow)
{
  b.bit = b.divider * 256 + b.divider * (random32() % 17) - b.divider * 8;   // within 3 %
  b.bad_stop = chance(3) ? 4 : 0;
  b.noise = chance(3) ? 3 : 0;
  b.quiet = 0;
  for (uint32_t k = 0; k < n; k++) b.in.push_back((uint8_t)random32());
  if (overflow) b.finish();
  while (!b.in.empty() || b.sending || b.kept) {
    for (uint32_t w = random32() % (5 * b.divider); w && !overflow; w--) b.edge();
    b.take();
  }
  b.finish();
  for (int k = 0; k < 8; k++) b.edge();
  if (!(b.read(DATA) >> 31)) fail("a byte more than was sent", 0, 1);
  if (!!(b.status() & LOST) != b.lost) fail("lost", !b.lost, b.lost);
  if (b.status() & SOME) fail("a byte is announced that is not there", SOME, 0);
  b.write(STATUS, 0);
  b.lost = false;
  if (b.status() & LOST) fail("lost, after it was cleared", LOST, 0);
}

int main(int argc, char **argv)
{
  uint32_t rounds = argc > 1 ? (uint32_t)strtoul(argv[1], nullptr, 0) : 150;
  if (argc > 2) argument = argv[2];
  unit_state = strtoull(argument, nullptr, 0);
  Verilated::randReset(2);
  bench b;
  b.top->clk_i = 0;
  b.top->rx_i = 1;
  for (uint32_t k = 0; k < rounds; k++) {
    if (k % 10 == 0) {
      b.reset();
      if (b.read(DIVIDER) != 651) fail("divider after a reset", b.top->rdata_o, 651);
      if (b.status() != (ROOM | IDLE)) fail("status after a reset", b.top->rdata_o, ROOM | IDLE);
    }
    b.divider = 16 + (chance(4) ? random32() % 400 : random32() % 40);
    b.write(DIVIDER, b.divider);
    if (b.read(DIVIDER) != b.divider) fail("divider", b.top->rdata_o, b.divider);
    send_some(b, 1 + random32() % 12);
    receive_some(b, 1 + random32() % 14, false);
    if (chance(3)) receive_some(b, 12 + random32() % 10, true);
    // a byte is cut by a reset in each direction: nothing of it remains
    if (k % 10 == 9) {
      b.out.push_back(0);
      b.in.push_back(0);
      b.write(DATA, 0);
      for (uint32_t w = 3 * b.divider; w; w--) b.edge();
      b.out.clear();
      b.in.clear();
      b.frame = 0;
      b.sending = false;
    }
  }
  if (rounds >= 100 && (!b.losses || !b.noises || b.bytes_out < rounds)) fail("a case did not occur", 0, 1);
  printf("PASS soc_uart: %u rounds, %llu bytes out, %llu in, %llu lost as they had to, %llu false starts\n", rounds, (unsigned long long)b.bytes_out,
         (unsigned long long)b.bytes_in, (unsigned long long)b.losses, (unsigned long long)b.noises);
  return 0;
}
