/* SPDX-License-Identifier: Apache-2.0
 * lockstep.c - see lockstep.h */
#include "lockstep.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RECORDS 4096u
#define DEADLINE 40000000u /* cycles (golden: commands) */

struct run {
  struct curta_retire record[MAX_RECORDS];
  uint32_t records;
  int silent; /* a device without records: its memory, scale registers and counts must do */
  uint32_t scalar[CURTA_SCALARS], status[5];
  uint8_t *image;
  const uint8_t *program; /* as it was written */
  struct coverage *coverage; /* of golden; else NULL */
  const struct curta_bus *bus;
  const struct curta_config *cfg;
  uint32_t by_tag[65536]; /* byte address of the command with a tag, 0 if none */
};

static void find_commands(struct run *r)
{
  for (uint32_t a = CURTA_CMD_BYTES; a < PG_PROGRAM_BYTES; a += CURTA_CMD_BYTES) {
    const uint32_t *cmd = (const uint32_t *)(const void *)(r->program + a);
    if (curta_cmd_get(cmd, CURTA_CMD_TAG))
      r->by_tag[curta_cmd_get(cmd, CURTA_CMD_TAG)] = a;
  }
}

static void keep(void *user, const struct curta_retire *record)
{
  struct run *r = user;
  uint32_t at = r->by_tag[record->tag & 0xffffu];
  if (r->coverage && at)
    coverage_command(r->coverage, r->cfg, r->bus, (const uint32_t *)(const void *)(r->program + at));
  if (r->records < MAX_RECORDS)
    r->record[r->records++] = *record;
}

static int wait_idle(const struct curta_bus *bus)
{
  for (int i = 0; i < 10000; i++) {
    uint32_t status = 0;
    int error = bus->reg_read(bus->ctx, CURTA_REG_STATUS, &status);
    if (error || !(status & 1))
      return error;
  }
  return -ETIMEDOUT;
}

static int execute(const struct curta_bus *bus, const uint8_t *image, uint32_t count, struct run *r)
{
  const struct {
    uint32_t reg, value;
  } setup[] = {{CURTA_REG_CTRL, 1}, {0, 0}, {CURTA_REG_IRQ_STATUS, 3}, {CURTA_REG_MEM_SIZE, PG_MEM_BYTES}, {CURTA_REG_RING_BASE, 0},
               {CURTA_REG_RING_LOG2, PG_RING_LOG2}, {CURTA_REG_IRQ_ENABLE, 3}, {CURTA_REG_RING_TAIL, count}};
  r->records = 0;
  r->silent = bus->on_retire(bus->ctx, keep, r) == -ENOTSUP;
  int error = bus->mem_write(bus->ctx, 0, image, PG_MEM_BYTES);
  for (unsigned i = 0; !error && i < sizeof setup / sizeof *setup; i++)
    error = setup[i].reg ? bus->reg_write(bus->ctx, setup[i].reg, setup[i].value) : wait_idle(bus);
  if (!error)
    error = bus->wait_irq(bus->ctx, DEADLINE);
  if (!error)
    error = wait_idle(bus);
  static const uint32_t regs[5] = {CURTA_REG_STATUS, CURTA_REG_ERROR, CURTA_REG_COOKIE, CURTA_REG_RETIRED, CURTA_REG_FLAGS};
  for (int i = 0; !error && i < 5; i++)
    error = bus->reg_read(bus->ctx, regs[i], &r->status[i]);
  for (uint32_t i = 0; !error && i < CURTA_SCALARS; i++)
    error = bus->reg_read(bus->ctx, CURTA_REG_SCALAR + 4 * i, &r->scalar[i]);
  if (!error)
    error = bus->mem_read(bus->ctx, 0, r->image, PG_MEM_BYTES);
  return error;
}

static int differ(const struct run *a, const struct run *b, char *text, size_t room)
{
  for (uint32_t i = 0; i < a->records && i < b->records; i++) {
    const struct curta_retire *x = &a->record[i], *y = &b->record[i];
    if (x->index != y->index || x->opcode != y->opcode || x->tag != y->tag || x->check != y->check)
      return snprintf(text, room, "command %u: golden index %u opcode %#x tag %u check %08x, rtl %u %#x %u %08x", i, x->index, x->opcode, x->tag,
                      x->check, y->index, y->opcode, y->tag, y->check);
  }
  static const char *const name[5] = {"STATUS", "ERROR", "COOKIE", "RETIRED", "FLAGS"};
  for (int i = 0; i < 5; i++)
    if (a->status[i] != b->status[i])
      return snprintf(text, room, "%s: golden %u, rtl %u", name[i], a->status[i], b->status[i]);
  if (a->records != b->records && !b->silent)
    return snprintf(text, room, "golden retired %u commands, rtl %u", a->records, b->records);
  for (int i = 0; i < CURTA_SCALARS; i++)
    if (a->scalar[i] != b->scalar[i])
      return snprintf(text, room, "S[%d]: golden %d, rtl %d", i, (int)a->scalar[i], (int)b->scalar[i]);
  for (uint32_t i = 0; i < PG_MEM_BYTES; i++)
    if (a->image[i] != b->image[i])
      return snprintf(text, room, "memory %#x: golden %02x, rtl %02x", i, a->image[i], b->image[i]);
  return 0;
}

static int run_error(const struct curta_bus *bus, int error, const struct run *r, char *text, size_t room)
{
  uint32_t code = 0, index = 0, info = 0;
  bus->reg_read(bus->ctx, CURTA_REG_ERROR, &code);
  bus->reg_read(bus->ctx, CURTA_REG_ERROR_INDEX, &index);
  bus->reg_read(bus->ctx, CURTA_REG_ERROR_INFO, &info);
  if (error || code)
    return snprintf(text, room, "%s: %s, %u commands retired, device error %u at command %u info %#x", bus->name, error ? strerror(-error) : "stopped",
                    r->records, code, index, info);
  return 0;
}

int lockstep_program(const struct curta_bus *golden, const struct curta_bus *rtl, const struct curta_config *cfg, uint64_t seed, uint32_t length,
                     struct coverage *coverage, struct lockstep_result *out)
{
  struct run *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
  uint8_t *image = malloc(3u * PG_MEM_BYTES);
  a->image = image + PG_MEM_BYTES;
  b->image = image + 2 * PG_MEM_BYTES;
  uint32_t count = pg_program(cfg, seed, length, image);
  a->program = image;
  a->coverage = coverage;
  a->bus = golden;
  a->cfg = cfg;
  find_commands(a);
  int bad = run_error(golden, execute(golden, image, count, a), a, out->difference, sizeof out->difference);
  if (!bad && rtl)
    bad = run_error(rtl, execute(rtl, image, count, b), b, out->difference, sizeof out->difference);
  if (!bad && rtl)
    bad = differ(a, b, out->difference, sizeof out->difference);
  else if (rtl)
    differ(a, b, out->difference + bad, sizeof out->difference - (size_t)bad);
  out->commands += a->records;
  out->bytes += PG_MEM_BYTES;
  if (b->records)
    out->cycles += b->record[b->records - 1].end;
  free(image);
  free(a);
  free(b);
  return bad != 0;
}
