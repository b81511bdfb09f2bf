/* SPDX-License-Identifier: Apache-2.0
 * curta_serial.c - see curta_serial.h; the frames are drawn in rtl/bridge/curta_bridge.v */
#include "curta_serial.h"
#include "curta_standalone.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PROTOCOL 1u
#define PAYLOAD 1024u /* bytes of a frame, at most */
#define HEAD 9u
#define CRC 4u
#define GRACE_MS 1000u
#define QUIET_MS (CURTA_LINE_SILENCE_MS + 10u)
enum op { OP_INFO, OP_MEM_WRITE, OP_MEM_READ, OP_REG_WRITE, OP_REG_READ };
enum answer { DONE, BAD_CRC, BAD_REQUEST, BAD_RANGE, BAD_REGISTER };

struct serial {
  struct curta_serial_options opt;
  char path[256];
  struct curta_serial_info info;
  int fd, irq;
  uint8_t seq;
  uint32_t cycles; /* of the last answer */
  uint32_t crc_table[256];
};

static const struct {
  uint32_t baud;
  speed_t name;
} Speeds[] = {{115200, B115200},   {230400, B230400},   {460800, B460800},   {500000, B500000},   {921600, B921600},
              {1000000, B1000000}, {1500000, B1500000}, {2000000, B2000000}, {3000000, B3000000}};

static uint32_t crc32(const struct serial *s, const uint8_t *data, size_t n)
{
  uint32_t crc = UINT32_MAX;
  while (n--)
    crc = crc >> 8 ^ s->crc_table[(crc ^ *data++) & 255u];
  return ~crc;
}

static void make_table(struct serial *s)
{
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++)
      c = c & 1u ? c >> 1 ^ 0xedb88320u : c >> 1;
    s->crc_table[i] = c;
  }
}

static void put32(uint8_t *p, uint32_t v)
{
  for (int k = 0; k < 4; k++)
    p[k] = (uint8_t)(v >> 8 * k);
}

static uint32_t get32(const uint8_t *p)
{
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t now_ms(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

/* Waits until the line can be read or written: 0, -ETIMEDOUT at the deadline, -EIO when the terminal is gone. What has come by then is
 * still read, but not for ever: something else than a board may talk without end. */
static int await(struct serial *s, short event, uint64_t deadline)
{
  uint64_t now = now_ms();
  if (now > deadline + GRACE_MS)
    return -ETIMEDOUT;
  struct pollfd p = {s->fd, event, 0};
  int r = poll(&p, 1, now >= deadline ? 0 : (int)(deadline - now));
  if (r < 0)
    return errno == EINTR ? 0 : -errno;
  if (r == 0)
    return -ETIMEDOUT;
  return p.revents & event ? 0 : -EIO;
}

static int send_all(struct serial *s, const uint8_t *data, size_t n, uint64_t deadline)
{
  while (n) {
    int r = await(s, POLLOUT, deadline);
    if (r)
      return r;
    ssize_t done = write(s->fd, data, n);
    if (done < 0 && errno != EAGAIN && errno != EINTR)
      return -errno;
    if (done > 0) {
      data += done;
      n -= (size_t)done;
    }
  }
  return 0;
}

/* Reads one whole answer, checksum right, into `in`; skips what is none. */
static int receive(struct serial *s, uint8_t in[HEAD + PAYLOAD + CRC], uint64_t deadline)
{
  size_t have = 0;
  for (;;) {
    size_t need = have < HEAD ? HEAD : HEAD + ((size_t)in[3] | (size_t)in[4] << 8) + CRC;
    if (have >= HEAD && have == need)
      return crc32(s, in + 1, have - 1 - CRC) == get32(in + have - CRC) ? 0 : -EBADMSG;
    int r = await(s, POLLIN, deadline);
    if (r)
      return r;
    ssize_t done = read(s->fd, in + have, need - have);
    if (done == 0 || (done < 0 && errno != EAGAIN && errno != EINTR))
      return done ? -errno : -EIO;
    have += done > 0 ? (size_t)done : 0;
    while (have && (in[0] != 0x5c || (have >= 5 && ((size_t)in[3] | (size_t)in[4] << 8) > PAYLOAD)))
      memmove(in, in + 1, --have);
  }
}

/* One attempt: sends the frame and waits for its answer; late answers to older requests are skipped. 0: *answer, with its payload of
 * `want` bytes at `to`; -ETIMEDOUT; -EBADMSG: the board or this side found a wrong checksum; other: the terminal. */
static int attempt(struct serial *s, const uint8_t *frame, size_t bytes, void *to, uint32_t want, int *answer)
{
  uint8_t in[HEAD + PAYLOAD + CRC];
  uint64_t deadline = now_ms() + s->opt.timeout_ms;
  int r = send_all(s, frame, bytes, deadline);
  do {
    if (!r)
      r = receive(s, in, deadline);
    if (r)
      return r;
    *answer = in[1] & 7;
    if (*answer == BAD_CRC)
      return -EBADMSG;
  } while (in[2] != s->seq);
  size_t n = (size_t)in[3] | (size_t)in[4] << 8;
  if (n != (*answer == DONE ? want : 0))
    return -EPROTO;
  s->irq = in[1] >> 7;
  s->cycles = get32(in + 5);
  if (n)
    memcpy(to, in + HEAD, n);
  return 0;
}

/* Waits until the line has been quiet for longer than a board listens to a frame that stopped: of a damaged one it may have taken the
 * middle for other frames, whose answers would cost as many tries. */
static void settle(struct serial *s)
{
  uint8_t lost[256];
  uint64_t deadline = now_ms() + s->opt.timeout_ms;
  struct pollfd p = {s->fd, POLLIN, 0};
  while (now_ms() < deadline && poll(&p, 1, QUIET_MS) > 0 && p.revents & POLLIN && read(s->fd, lost, sizeof lost) > 0)
    ;
}

/* A request until it is answered. */
static int request(struct serial *s, enum op op, uint32_t addr, const void *from, void *to, uint32_t n)
{
  static const int error[] = {0, -EBADMSG, -EPROTO, -ERANGE, -EIO, -EPROTO, -EPROTO, -EPROTO};
  uint8_t frame[HEAD + PAYLOAD + CRC] = {0xc5, (uint8_t)op, ++s->seq, (uint8_t)n, (uint8_t)(n >> 8)};
  uint32_t load = from ? n : 0;
  int r = -ETIMEDOUT, answer = DONE;
  put32(frame + 5, addr);
  if (load)
    memcpy(frame + HEAD, from, load);
  put32(frame + HEAD + load, crc32(s, frame + 1, HEAD - 1 + load));
  s->info.frames++;
  for (uint32_t k = 0; k < s->opt.tries; k++) {
    if (k) {
      s->info.repeats++;
      if (r == -EBADMSG)
        settle(s);
      tcflush(s->fd, TCIFLUSH);
    }
    r = attempt(s, frame, HEAD + load + CRC, to, from ? 0 : n, &answer);
    if (r != -ETIMEDOUT && r != -EBADMSG)
      break;
  }
  if (r == -ETIMEDOUT || r == -EBADMSG)
    fprintf(stderr, "curta_serial: %s: %s after %u tries of %u ms (is it the board's port, at %u baud, with Curta's bitstream?)\n", s->opt.path,
            r == -ETIMEDOUT ? "no answer" : "only damaged answers", s->opt.tries, s->opt.timeout_ms, s->opt.baud);
  else if (r)
    fprintf(stderr, "curta_serial: %s: %s\n", s->opt.path, strerror(-r));
  return r ? r : error[answer];
}

static int reg_read(void *ctx, uint32_t offset, uint32_t *value)
{
  uint8_t word[4];
  int r = request(ctx, OP_REG_READ, offset, NULL, word, 4);
  if (!r)
    *value = get32(word);
  return r;
}

static int reg_write(void *ctx, uint32_t offset, uint32_t value)
{
  uint8_t word[4];
  put32(word, value);
  return request(ctx, OP_REG_WRITE, offset, word, NULL, 4);
}

/* The line moves whole words; the edges of a range of bytes are read first. */
static int mem_read(void *ctx, uint32_t addr, void *dst, size_t bytes)
{
  uint8_t part[PAYLOAD], *to = dst;
  while (bytes) {
    uint32_t skip = addr % 4, n = bytes < PAYLOAD - skip ? (uint32_t)bytes : PAYLOAD - skip;
    int r = request(ctx, OP_MEM_READ, addr - skip, NULL, part, (skip + n + 3) / 4 * 4);
    if (r)
      return r;
    memcpy(to, part + skip, n);
    addr += n;
    to += n;
    bytes -= n;
  }
  return 0;
}

static int mem_write(void *ctx, uint32_t addr, const void *src, size_t bytes)
{
  uint8_t part[PAYLOAD];
  const uint8_t *from = src;
  while (bytes) {
    uint32_t skip = addr % 4, n = bytes < PAYLOAD - skip ? (uint32_t)bytes : PAYLOAD - skip, whole = (skip + n + 3) / 4 * 4;
    int r = skip ? request(ctx, OP_MEM_READ, addr - skip, NULL, part, 4) : 0;
    if (!r && whole != skip + n)
      r = request(ctx, OP_MEM_READ, addr - skip + whole - 4, NULL, part + whole - 4, 4);
    memcpy(part + skip, from, n);
    if (!r)
      r = request(ctx, OP_MEM_WRITE, addr - skip, part, NULL, whole);
    if (r)
      return r;
    addr += n;
    from += n;
    bytes -= n;
  }
  return 0;
}

/* Every answer carries the interrupt line and the board's cycle count. */
static int wait_irq(void *ctx, uint64_t limit)
{
  struct serial *s = ctx;
  uint8_t info[16];
  uint64_t passed = 0;
  uint32_t before = 0;
  for (int first = 1;; first = 0) {
    int r = request(s, OP_INFO, 0, NULL, info, sizeof info);
    if (r || s->irq)
      return r;
    passed += first ? 0 : (uint32_t)(s->cycles - before);
    before = s->cycles;
    if (passed >= limit)
      return -ETIMEDOUT;
    const struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
  }
}

static int on_retire(void *ctx, void (*fn)(void *, const struct curta_retire *), void *user)
{
  (void)ctx;
  (void)user;
  return fn ? -ENOTSUP : 0;
}

static int open_line(struct serial *s)
{
  struct termios t;
  unsigned i = 0;
  while (i < sizeof Speeds / sizeof *Speeds && Speeds[i].baud != s->opt.baud)
    i++;
  if (i == sizeof Speeds / sizeof *Speeds) {
    fprintf(stderr, "curta_serial: there is no baud rate %u\n", s->opt.baud);
    return -EINVAL;
  }
  s->fd = open(s->opt.path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (s->fd < 0)
    return -errno;
  if (tcgetattr(s->fd, &t))
    return -errno;
  if (flock(s->fd, LOCK_EX | LOCK_NB)) /* two hosts would take one another's answers */
    return errno == EWOULDBLOCK ? -EBUSY : -errno;
  cfmakeraw(&t);
  t.c_cflag |= CLOCAL | CREAD;
  t.c_cflag &= ~(tcflag_t)(CRTSCTS | CSTOPB);
  cfsetispeed(&t, Speeds[i].name);
  cfsetospeed(&t, Speeds[i].name);
  if (tcsetattr(s->fd, TCSANOW, &t))
    return -errno;
  return tcflush(s->fd, TCIOFLUSH) ? -errno : 0;
}

int curta_serial_open(struct curta_bus *bus, const struct curta_serial_options *options)
{
  uint8_t info[16] = {0};
  struct serial *s = calloc(1, sizeof *s);
  if (!s)
    return -ENOMEM;
  s->opt = *options;
  (void)snprintf(s->path, sizeof s->path, "%s", options->path);
  s->opt.path = s->path;
  s->opt.baud = s->opt.baud ? s->opt.baud : 1000000;
  s->opt.timeout_ms = s->opt.timeout_ms ? s->opt.timeout_ms : 2000;
  s->opt.tries = s->opt.tries ? s->opt.tries : 6;
  make_table(s);
  int r = open_line(s);
  if (r)
    goto err_line;
  r = request(s, OP_INFO, 0, NULL, info, sizeof info);
  if (!r && get32(info) != PROTOCOL)
    r = -EPROTO;
  if (r)
    goto err_line;
  s->info.clock_khz = get32(info + 8);
  uint32_t memory = get32(info + 4), accelerator = get32(info + 12);
  *bus = (struct curta_bus){s, reg_read, reg_write, mem_read, mem_write, NULL, wait_irq, on_retire, accelerator ? accelerator : memory, "serial"};
  return 0;
err_line:
  if (s->fd > 0)
    close(s->fd);
  free(s);
  return r;
}

void curta_serial_close(struct curta_bus *bus)
{
  struct serial *s = bus->ctx;
  close(s->fd);
  free(s);
  bus->ctx = NULL;
}

void curta_serial_stats(const struct curta_bus *bus, struct curta_serial_info *info)
{
  *info = ((const struct serial *)bus->ctx)->info;
}
