/* SPDX-License-Identifier: Apache-2.0
 * link.c - the serial line's frames answered by a program
 */
#include <string.h>
#include "curta_package.h"
#include "curta_standalone.h"
#include "link.h"

enum { REQUEST = 0xc5, ANSWER = 0x5c };
enum { OP_INFO, OP_MEM_WRITE, OP_MEM_READ, OP_REG_WRITE, OP_REG_READ };
enum { DONE, BAD_CRC, BAD_REQUEST, BAD_RANGE, BAD_REGISTER };
#define PROTOCOL 1u

static uint32_t get32(const uint8_t *p)
{
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put32(uint8_t *p, uint32_t v)
{
  for (uint32_t k = 0; k < 4; k++)
    p[k] = (uint8_t)(v >> 8 * k);
}

static uint32_t payload(const struct link *l)
{
  return (uint32_t)l->frame[3] | (uint32_t)l->frame[4] << 8;
}

/* Answers with n bytes, which lie at frame + LINK_HEAD. */
static void answer(struct link *l, uint32_t code, uint32_t n)
{
  uint8_t *f = l->frame;
  f[0] = ANSWER;
  f[1] = (uint8_t)(code | (l->irq() ? 128u : 0));
  f[3] = (uint8_t)n;
  f[4] = (uint8_t)(n >> 8);
  put32(f + 5, l->cycles());
  put32(f + LINK_HEAD + n, curta_crc32(0, f + 1, LINK_HEAD - 1 + n));
  for (uint32_t i = 0; i < LINK_HEAD + n + LINK_CRC; i++)
    l->put(f[i]);
}

static int inside(const struct link *l, uint32_t addr, uint32_t n, int write)
{
  if (addr > l->memory_bytes || n > l->memory_bytes - addr)
    return 0;
  if (write && addr < l->closed_to && addr + n > l->closed_from)
    return 0;
  return !write || !l->open_to || (addr >= l->open_from && addr + n <= l->open_to);
}

static void info(struct link *l)
{
  uint8_t *p = l->frame + LINK_HEAD;
  put32(p, PROTOCOL);
  put32(p + 4, l->memory_bytes);
  put32(p + 8, l->clock_khz);
  put32(p + 12, l->accel_bytes);
  l->seen = 0;
  answer(l, DONE, 16);
}

static uint32_t write_memory(struct link *l, uint32_t addr, uint32_t n)
{
  if (!inside(l, addr, n, 1))
    return BAD_RANGE;
  for (uint32_t i = 0; i < n; i += 4) {
    uint32_t word = get32(l->frame + LINK_HEAD + i);
    memcpy(l->memory + addr + i, &word, 4);
  }
  return DONE;
}

static uint32_t registers(struct link *l, uint32_t addr, uint32_t n, int write)
{
  for (uint32_t i = 0; i < n; i += 4) {
    uint32_t word = write ? get32(l->frame + LINK_HEAD + i) : 0;
    if (addr + i >= 4096u || l->reg(addr + i, &word, write))
      return BAD_REGISTER;
    if (!write)
      put32(l->frame + LINK_HEAD + i, word);
  }
  return DONE;
}

static void execute(struct link *l)
{
  uint8_t op = l->frame[1], seq = l->frame[2];
  uint32_t n = payload(l), addr = get32(l->frame + 5), code = DONE;
  if (op == OP_INFO) {
    info(l);
    return;
  }
  if (op > OP_REG_READ || n % 4 || addr % 4) {
    answer(l, BAD_REQUEST, 0);
    return;
  }
  if (op & 1u) {
    if (l->seen && seq == l->last_seq)
      code = l->last_answer; /* its answer was lost: it is done already */
    else
      code = op == OP_MEM_WRITE ? write_memory(l, addr, n) : registers(l, addr, n, 1);
    l->seen = 1;
    l->last_seq = seq;
    l->last_answer = (uint8_t)code;
    answer(l, code, 0);
    return;
  }
  l->seen = 0; /* numbers come again after 256 requests */
  if (op == OP_REG_READ)
    code = registers(l, addr, n, 0);
  else if (!inside(l, addr, n, 0))
    code = BAD_RANGE;
  else
    memcpy(l->frame + LINK_HEAD, l->memory + addr, n);
  answer(l, code, code == DONE ? n : 0);
}

void link_byte(struct link *l, uint8_t byte)
{
  uint32_t now = l->cycles(), need, n;
  if (l->have && now - l->last_cycles > CURTA_LINE_SILENCE_MS * l->clock_khz)
    l->have = 0;
  l->last_cycles = now;
  if (!l->have && byte != REQUEST)
    return;
  l->frame[l->have++] = byte;
  if (l->have < LINK_HEAD)
    return;
  n = payload(l);
  if (n > LINK_PAYLOAD) { /* no frame of ours */
    l->have = 0;
    return;
  }
  need = LINK_HEAD + (l->frame[1] & 1u ? n : 0) + LINK_CRC;
  if (l->have < need)
    return;
  l->have = 0;
  if (curta_crc32(0, l->frame + 1, need - 1 - LINK_CRC) != get32(l->frame + need - LINK_CRC))
    answer(l, BAD_CRC, 0);
  else
    execute(l);
}
