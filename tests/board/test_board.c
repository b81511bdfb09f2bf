/* SPDX-License-Identifier: Apache-2.0
 * test_board.c - the bridge of a board: single frames against the Verilated board, then the bus of curta_serial.h on a clean and on a bad line
 *
 * usage: test_board SIMULATION [SEED]      e.g. build/board/sim_tiny; starts it and ends it
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "curta_serial.h"
#include "curta_spec.h"

#define MEM_BYTES 131072u
#define WAIT_MS 20000 /* the simulation may have little of a processor */

static int failed;
static const char *program;
static unsigned seed = 1;

static void check(int ok, const char *what)
{
  failed |= !ok;
  printf("%s board %s%s\n", ok ? "PASS" : "FAIL", what, ok ? "" : " (repeat: test_board SIMULATION)");
  fflush(stdout);
}

static uint32_t crc32(const uint8_t *data, size_t n)
{
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < n; i++)
    for (int b = 0; b < 8; b++) {
      uint32_t bit = (crc ^ (uint32_t)data[i] >> b) & 1u;
      crc = crc >> 1 ^ (bit ? 0xedb88320u : 0u);
    }
  return ~crc;
}

static void put(uint8_t *p, uint32_t v, int bytes)
{
  for (int k = 0; k < bytes; k++)
    p[k] = (uint8_t)(v >> 8 * k);
}

static uint32_t get(const uint8_t *p)
{
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Starts the simulation; its terminal's name to `tty`. */
static pid_t start(const char *option, const char *value, char tty[128])
{
  int out[2], in[2];
  if (pipe(out) || pipe(in))
    return -1;
  pid_t pid = fork();
  if (pid == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    close(in[1]);
    close(out[0]);
    execl(program, program, option, value, (char *)NULL);
    _exit(127);
  }
  close(in[0]); /* in[1] stays open: the simulation ends with this program */
  close(out[1]);
  ssize_t n = read(out[0], tty, 127);
  close(out[0]);
  if (n <= 0)
    return -1;
  tty[n] = 0;
  tty[strcspn(tty, "\n")] = 0;
  return pid;
}

static void stop(pid_t pid)
{
  kill(pid, SIGTERM);
  waitpid(pid, NULL, 0);
}

/* ---- single frames */
struct answer {
  int status; /* -1: none came */
  uint32_t n, cycles;
  uint8_t seq, data[1024];
};

static size_t frame(uint8_t *f, int op, int seq, uint32_t addr, uint32_t n, const void *data)
{
  size_t load = data ? n : 0;
  f[0] = 0xc5;
  f[1] = (uint8_t)op;
  f[2] = (uint8_t)seq;
  put(f + 3, n, 2);
  put(f + 5, addr, 4);
  if (data)
    memcpy(f + 9, data, load);
  put(f + 9 + load, crc32(f + 1, 8 + load), 4);
  return 13 + load;
}

static int read_bytes(int fd, uint8_t *to, size_t n, int wait_ms)
{
  for (size_t have = 0; have < n;) {
    struct pollfd p = {fd, POLLIN, 0};
    if (poll(&p, 1, wait_ms) <= 0)
      return -1;
    ssize_t r = read(fd, to + have, n - have);
    if (r <= 0)
      return -1;
    have += (size_t)r;
  }
  return 0;
}

static struct answer ask(int fd, const uint8_t *f, size_t bytes, int wait_ms)
{
  struct answer a = {.status = -1};
  uint8_t in[1037];
  if (write(fd, f, bytes) != (ssize_t)bytes || read_bytes(fd, in, 9, wait_ms) || in[0] != 0x5c)
    return a;
  a.n = (uint32_t)in[3] | (uint32_t)in[4] << 8;
  if (a.n > 1024 || read_bytes(fd, in + 9, a.n + 4, wait_ms) || crc32(in + 1, 8 + a.n) != get(in + 9 + a.n))
    return a;
  a.status = in[1];
  a.seq = in[2];
  a.cycles = get(in + 5);
  memcpy(a.data, in + 9, a.n);
  return a;
}

static struct answer simple(int fd, int op, int seq, uint32_t addr, uint32_t n, const void *data)
{
  uint8_t f[1100];
  return ask(fd, f, frame(f, op, seq, addr, n, data), WAIT_MS);
}

static void test_frames(const char *tty)
{
  int fd = open(tty, O_RDWR | O_NOCTTY);
  uint8_t one[4] = {1, 2, 3, 4}, two[4] = {5, 6, 7, 8}, f[64];
  struct answer a = simple(fd, 0, 1, 0, 16, NULL), b;
  check(a.status == 0 && a.seq == 1 && a.n == 16 && get(a.data) == 1 && get(a.data + 4) == MEM_BYTES && get(a.data + 8) == 25000, "info");

  a = simple(fd, 1, 7, 4096, 4, one);
  b = simple(fd, 1, 7, 4096, 4, two);
  struct answer c = simple(fd, 2, 8, 4096, 4, NULL);
  check(a.status == 0 && b.status == 0 && c.status == 0 && !memcmp(c.data, one, 4), "a repeated write is answered and not done again");
  a = simple(fd, 1, 9, 4096, 4, two);
  c = simple(fd, 2, 8, 4096, 4, NULL);
  check(a.status == 0 && c.n == 4 && !memcmp(c.data, two, 4), "a new write is done; a repeated read reads again");
  a = simple(fd, 1, 9, 4096, 4, one);
  c = simple(fd, 2, 8, 4096, 4, NULL);
  check(a.status == 0 && c.n == 4 && !memcmp(c.data, one, 4), "behind another request the same number is another write");
  simple(fd, 1, 9, 4096, 4, two);
  simple(fd, 0, 1, 0, 16, NULL);
  a = simple(fd, 1, 9, 4096, 4, one);
  c = simple(fd, 2, 8, 4096, 4, NULL);
  check(a.status == 0 && c.n == 4 && !memcmp(c.data, one, 4), "info forgets the last write");

  size_t n = frame(f, 1, 10, 4096, 4, two);
  f[10] ^= 1;
  a = ask(fd, f, n, WAIT_MS);
  c = simple(fd, 2, 11, 4096, 4, NULL);
  check(a.status == 1 && a.n == 0 && !memcmp(c.data, one, 4), "a wrong checksum is refused and nothing written");

  a = simple(fd, 2, 12, MEM_BYTES - 4, 8, NULL);
  b = simple(fd, 1, 13, MEM_BYTES, 4, one);
  c = simple(fd, 2, 14, 0x80000000u, 4, NULL);
  check(a.status == 3 && b.status == 3 && c.status == 3, "outside the memory");
  a = simple(fd, 2, 15, MEM_BYTES - 8, 8, NULL);
  check(a.status == 0 && a.n == 8, "the last word of the memory");
  a = simple(fd, 2, 16, 2, 4, NULL);
  b = simple(fd, 2, 17, 0, 6, NULL);
  c = simple(fd, 5, 18, 0, 4, one);
  check(a.status == 2 && b.status == 2 && c.status == 2, "wrong address, length, operation");
  a = simple(fd, 4, 19, 4092, 8, NULL);
  b = simple(fd, 2, 20, 0, 0, NULL);
  check(a.status == 2 && b.status == 2, "registers that do not exist, a length of 0");
  a = simple(fd, 4, 21, CURTA_REG_ID, 8, NULL);
  check(a.status == 0 && a.n == 8 && get(a.data) == 0x41545243u, "two registers in one frame");

  n = frame(f, 1, 30, 4096, 4, two);
  put(f + 3, 1024, 2); /* more than all that is sent after it: only giving it up ends it */
  check(write(fd, f, 11) == 11 && ask(fd, f, 0, 500).status == -1, "half a frame has no answer");
  a = (struct answer){.status = -1};
  for (int k = 0; k < 20 && a.status != 0; k++)
    a = ask(fd, f, frame(f, 2, 31, 4096, 4, NULL), 2000);
  check(a.status == 0 && !memcmp(a.data, one, 4), "half a frame is given up and was not executed");
  close(fd);
}

/* ---- the bus */
static uint32_t frame_ms; /* of the largest frame, measured on the clean line: how much of a processor the simulation has */

static uint32_t now_ms(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint32_t)((uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u);
}

static void test_bus(const char *tty, const char *what, int clean)
{
  struct curta_serial_options o = {.path = tty, .timeout_ms = clean ? WAIT_MS : 3 * frame_ms + 100, .tries = 40};
  struct curta_bus bus;
  struct curta_serial_info info;
  static uint8_t image[5000], back[5000];
  char text[160];
  uint32_t value = 0, random = seed;
  int r = curta_serial_open(&bus, &o), bad = 0;
  if (r) {
    check(0, what);
    return;
  }
  for (size_t i = 0; i < sizeof image; i++)
    image[i] = (uint8_t)((random = random * 1664525u + 1013904223u) >> 24);
  uint32_t begin = now_ms();
  r = bus.mem_write(bus.ctx, 8192, image, clean ? sizeof image : 1500);
  if (clean)
    frame_ms = (now_ms() - begin) / (sizeof image / 1024) + 1;
  for (int k = 0; k < (clean ? 12 : 1) && !r; k++) { /* every alignment of both ends */
    uint32_t at = 8192u + (uint32_t)k % 4, n = 1030u + (uint32_t)k / 4;
    uint8_t fill = (uint8_t)(k + 1);
    memset(image + at - 8192, fill, n);
    r = bus.mem_write(bus.ctx, at, image + at - 8192, n);
    if (!r)
      r = bus.mem_read(bus.ctx, at + 1, back, n + 5);
    bad |= memcmp(back, image + at + 1 - 8192, n + 5) != 0;
  }
  if (!r)
    r = bus.mem_read(bus.ctx, 8192, back, clean ? sizeof back : 1500);
  bad |= memcmp(image, back, clean ? sizeof image : 1500) != 0;
  if (!r)
    r = bus.reg_write(bus.ctx, CURTA_REG_RING_BASE, 0x5000);
  if (!r)
    r = bus.reg_read(bus.ctx, CURTA_REG_RING_BASE, &value);
  bad |= value != 0x5000 || bus.mem_read(bus.ctx, MEM_BYTES - 2, back, 4) != -ERANGE || bus.wait_irq(bus.ctx, 1000) != -ETIMEDOUT;
  curta_serial_stats(&bus, &info);
  bad |= clean ? info.repeats != 0 : info.repeats == 0;
  (void)snprintf(text, sizeof text, "%s: %llu frames, %llu sent again", what, (unsigned long long)info.frames, (unsigned long long)info.repeats);
  check(!r && !bad, text);
  curta_serial_close(&bus);
}

static void test_silence(void)
{
  char name[128];
  int master = posix_openpt(O_RDWR | O_NOCTTY), answers;
  struct curta_bus bus;
  if (master < 0 || grantpt(master) || unlockpt(master) || ptsname_r(master, name, sizeof name)) {
    check(0, "a terminal without a board");
    return;
  }
  answers = curta_serial_open(&bus, &(struct curta_serial_options){.path = name, .timeout_ms = 20, .tries = 3});
  check(answers == -ETIMEDOUT, "a terminal without a board: time-out");
  close(master);
  check(curta_serial_open(&bus, &(struct curta_serial_options){.path = "/nonexistent/tty"}) == -ENOENT, "no terminal of that name");
  check(curta_serial_open(&bus, &(struct curta_serial_options){.path = "/dev/null"}) == -ENOTTY, "a file that is no terminal");
  check(curta_serial_open(&bus, &(struct curta_serial_options){.path = "/dev/null", .baud = 1234}) == -EINVAL, "a baud rate that does not exist");
}

int main(int argc, char **argv)
{
  char tty[128];
  program = argc > 1 ? argv[1] : "build/board/sim_tiny";
  seed = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 1;
  test_silence();
  pid_t pid = start("--damage", "0", tty);
  if (pid < 0) {
    check(0, "start of the simulation");
    return 1;
  }
  test_frames(tty);
  test_bus(tty, "bus on a clean line", 1);
  stop(pid);
  pid = start("--damage", "1000", tty);
  test_bus(tty, "bus on a line that turns bits", 0);
  stop(pid);
  pid = start("--drop", "1500", tty);
  test_bus(tty, "bus on a line that loses bytes", 0);
  stop(pid);
  return failed;
}
