/* SPDX-License-Identifier: Apache-2.0
 * lockstep.c - comparing two devices after a step: records, tensors, scale registers
 */
#include "lockstep.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"

void curta_side_record(void *user, const struct curta_retire *record)
{
  struct curta_records *r = user;
  if (r->n == r->room) {
    size_t room = r->room * 2 + 4096;
    struct curta_retire *grown = realloc(r->record, room * sizeof *grown);
    if (!grown) {
      r->no_memory = 1;
      return;
    }
    r->record = grown;
    r->room = room;
  }
  r->record[r->n++] = *record;
}

static const char *opcode_name(uint8_t opcode)
{
  static const struct curta_op_info table[] = CURTA_OP_TABLE;
  for (size_t i = 0; table[i].name; i++)
    if (table[i].opcode == opcode)
      return table[i].name;
  return "?";
}

void curta_describe_record(char *dst, size_t size, const struct curta_net *net, const struct curta_retire *record)
{
  static const char *const passes[] = CURTA_PASS_NAMES;
  uint32_t layer = record->tag / 8u, pass = record->tag % 8u;
  char name[32] = "no layer";
  if (layer < net->n_layers)
    curta_layer_name(name, sizeof name, net, layer);
  (void)snprintf(dst, size, "%s, %s %s", opcode_name(record->opcode), name, pass < CURTA_PASSES ? passes[pass] : "?");
}

/* --- memory of one side ---------------------------------------------------------------------------------------- */

/* Device memory without a copy where the device allows it; else read into *copy. */
static const uint8_t *view(struct curta_side *side, uint32_t addr, size_t bytes, uint8_t **copy)
{
  const struct curta_bus *bus = &side->session.device.bus;
  void *direct = bus->mem_map ? bus->mem_map(bus->ctx, addr, bytes) : NULL;
  uint8_t *grown;
  if (direct)
    return direct;
  grown = realloc(*copy, bytes + 1);
  if (!grown)
    return NULL;
  *copy = grown;
  return bus->mem_read(bus->ctx, addr, grown, bytes) == 0 ? grown : NULL;
}

int curta_side_snapshot(struct curta_side *side, struct curta_fail *fail)
{
  const struct curta_bus *bus = &side->session.device.bus;
  size_t bytes = side->session.work_end;
  int r;
  if (bytes > side->bytes) {
    uint8_t *grown = realloc(side->memory, bytes);
    if (!grown)
      return curta_fail(fail, -ENOMEM, "no memory for a copy of %zu bytes of device memory", bytes);
    side->memory = grown;
    side->bytes = bytes;
  }
  r = bus->mem_read(bus->ctx, 0, side->memory, side->bytes);
  for (uint32_t i = 0; i < CURTA_SCALARS && !r; i++)
    r = curta_dev_scalar_read(&side->session.dev, i, &side->scalar[i]);
  return r ? curta_session_error(&side->session, r, "copying the memory", fail) : 0;
}

/* --- tensors --------------------------------------------------------------------------------------------------- */

/* Two's complement number of `bytes` bytes, little endian. */
static int32_t element(const uint8_t *p, uint32_t bytes)
{
  uint32_t value = 0, sign = 1u << (8 * bytes - 1);
  for (uint32_t i = bytes; i-- > 0;)
    value = value << 8 | p[i];
  return (int32_t)((int64_t)(value ^ sign) - (int64_t)sign);
}

/* "conv0.weight[r 0, s 1, o 12, i 3]" for element number e of the tensor. */
static void describe_element(char *dst, size_t size, const struct curta_tensor *t, uint32_t e, uint32_t tile)
{
  int swapped = t->kind == CURTA_TENSOR_WEIGHT32; /* [i][o] inside a tile */
  int weights = swapped || t->kind == CURTA_TENSOR_WEIGHT || t->kind == CURTA_TENSOR_MASTER ||
                t->kind == CURTA_TENSOR_GRAD || t->kind == CURTA_TENSOR_GRAD24;
  uint32_t area = tile * tile, number = e / area, row = e % area / tile, col = e % tile;
  uint32_t inner = swapped ? row : col, outer = swapped ? col : row;
  uint32_t d3 = number % t->d[3], d2 = number / t->d[3] % t->d[2], d1 = number / t->d[3] / t->d[2] % t->d[1],
           d0 = number / t->d[3] / t->d[2] / t->d[1];
  if (t->kind == CURTA_TENSOR_LABEL || t->kind == CURTA_TENSOR_PROGRAM)
    (void)snprintf(dst, size, "%s[%" PRIu32 "]", t->name, e);
  else if (weights)
    (void)snprintf(dst, size, "%s[r %" PRIu32 ", s %" PRIu32 ", o %" PRIu32 ", i %" PRIu32 "]", t->name, d0, d1,
                   d2 * tile + outer, d3 * tile + inner);
  else
    (void)snprintf(dst, size, "%s[n %" PRIu32 ", y %" PRIu32 ", x %" PRIu32 ", c %" PRIu32 "]", t->name,
                   d0 * tile + row, d1, d2, d3 * tile + col);
}

/* Element of an int24 tensor that holds byte `byte`: a plane of high bytes, one of low halves, a gap. */
static uint32_t element24_at(uint32_t byte, uint32_t area)
{
  uint32_t tile = byte / (4 * area), off = byte % (4 * area);
  return tile * area + (off < area ? off : (off - area) / 2 % area);
}

static int32_t element24(const uint8_t *x, uint32_t e, uint32_t area)
{
  const uint8_t *tile = x + (size_t)(e / area) * 4 * area, *low = tile + area + 2 * (e % area);
  return element(tile + e % area, 1) * 65536 + low[0] + 256 * low[1];
}

static void print_element(const struct curta_lockstep *l, const struct curta_tensor *t, uint32_t byte, const uint8_t *a,
                          const uint8_t *b)
{
  uint32_t size = t->elem ? t->elem : 1, e = byte / size, side = l->side[0].session.dev.hw.t;
  int packed = t->kind == CURTA_TENSOR_GRAD24;
  char text[128];
  if (packed)
    e = element24_at(byte, side * side);
  describe_element(text, sizeof text, t, e, side);
  printf("  first differing element: %s, address 0x%08" PRIx32 ": %s %" PRId32 ", %s %" PRId32 "\n", text,
         t->addr + (packed ? byte : e * size), l->side[0].session.device.name,
         packed ? element24(a, e, side * side) : element(a + e * size, size), l->side[1].session.device.name,
         packed ? element24(b, e, side * side) : element(b + e * size, size));
}

static int compare_tensor(struct curta_lockstep *l, const struct curta_tensor *t, uint64_t *bytes,
                          struct curta_fail *fail)
{
  uint8_t *copy[2] = {NULL, NULL};
  const uint8_t *a = view(&l->side[0], t->addr, t->bytes, &copy[0]),
                *b = view(&l->side[1], t->addr, t->bytes, &copy[1]);
  int r = 0;
  if (!a || !b)
    r = curta_fail(fail, -EIO, "tensor %s at 0x%08" PRIx32 ": cannot be read back", t->name, t->addr);
  else if (memcmp(a, b, t->bytes) != 0) {
    uint32_t i = 0;
    while (a[i] == b[i])
      i++;
    print_element(l, t, i, a, b);
    r = 1;
  } else
    *bytes += t->bytes;
  free(copy[0]);
  free(copy[1]);
  return r;
}

int curta_lockstep_tensors(struct curta_lockstep *l, uint64_t *bytes, struct curta_fail *fail)
{
  int r = 0;
  for (int k = 0; k < CURTA_SESSION_PLANS && l->side[0].session.planned[k]; k++) {
    const struct curta_plan *plan = &l->side[0].session.planned[k]->plan;
    for (uint32_t i = 0; i < plan->n_tensors && !r; i++)
      if (plan->tensor[i].bytes)
        r = compare_tensor(l, &plan->tensor[i], bytes, fail);
  }
  return r;
}

static int compare_scalars(struct curta_lockstep *l, uint64_t *bytes, struct curta_fail *fail)
{
  for (uint32_t i = 0; i < CURTA_SCALARS; i++) {
    int32_t a, b;
    if (curta_dev_scalar_read(&l->side[0].session.dev, i, &a) || curta_dev_scalar_read(&l->side[1].session.dev, i, &b))
      return curta_fail(fail, -EIO, "scale register %" PRIu32 ": cannot be read", i);
    if (a != b) {
      printf("  scale register S[%" PRIu32 "]: %s %" PRId32 ", %s %" PRId32 "\n", i, l->side[0].session.device.name, a,
             l->side[1].session.device.name, b);
      return 1;
    }
    *bytes += sizeof a;
  }
  return 0;
}

/* --- records --------------------------------------------------------------------------------------------------- */

static int same(const struct curta_retire *a, const struct curta_retire *b)
{
  return a->index == b->index && a->opcode == b->opcode && a->engine == b->engine && a->tag == b->tag &&
         a->check == b->check;
}

static void print_record(const struct curta_side *side, const struct curta_retire *r)
{
  char text[80];
  curta_describe_record(text, sizeof text, &side->session.network->net, r);
  printf("  %-12s index %" PRIu32 ": %s (opcode 0x%02x, tag %u, check 0x%08" PRIx32 ")\n", side->session.device.name,
         r->index, text, r->opcode, r->tag, r->check);
}

int curta_lockstep_check(struct curta_lockstep *l, const struct curta_batch *batch, int32_t mu, struct curta_fail *fail)
{
  const struct curta_records *a = &l->side[0].records, *b = &l->side[1].records;
  size_t n = a->n < b->n ? a->n : b->n, k = 0;
  uint64_t bytes = 0;
  int r;
  if (a->no_memory || b->no_memory)
    return curta_fail(fail, -ENOMEM, "no memory for the retirement records");
  while (k < n && same(&a->record[k], &b->record[k]))
    k++;
  if (k < n) {
    printf("DIFFERENT command, number %zu of the step:\n", k);
    print_record(&l->side[0], &a->record[k]);
    print_record(&l->side[1], &b->record[k]);
    r = curta_lockstep_locate(l, batch, mu, k, fail);
    return r < 0 ? r : 1;
  }
  if (a->n != b->n) {
    printf("DIFFERENT number of commands: %s %zu, %s %zu\n", l->side[0].session.device.name, a->n,
           l->side[1].session.device.name, b->n);
    return 1;
  }
  r = compare_scalars(l, &bytes, fail);
  if (!r)
    r = curta_lockstep_tensors(l, &bytes, fail);
  if (r == 1)
    printf("DIFFERENT memory although every command reported the same check sum\n");
  if (r)
    return r;
  l->commands += a->n;
  l->compared += bytes;
  return 0;
}
