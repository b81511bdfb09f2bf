/* SPDX-License-Identifier: Apache-2.0
 * tensor.c - tensors between the outside order and the device's tiles (machine.md section 1) */
#include <errno.h>
#include <string.h>
#include "run_int.h"

uint32_t tile_side(const struct curta_run *run)
{
  return run->plan->hw.t;
}

int tile_write(const struct curta_run *run, const struct curta_tensor *t, uint32_t tile, const void *data)
{
  const struct curta_bus *bus = run->dev->bus;
  uint32_t bytes = tile_side(run) * tile_side(run) * t->elem;
  return bus->mem_write(bus->ctx, t->addr + tile * bytes, data, bytes);
}

int tile_read(const struct curta_run *run, const struct curta_tensor *t, uint32_t tile, void *data)
{
  const struct curta_bus *bus = run->dev->bus;
  uint32_t bytes = tile_side(run) * tile_side(run) * t->elem;
  return bus->mem_read(bus->ctx, t->addr + tile * bytes, data, bytes);
}

/* Kernel of a weighted layer before folding. */
void kernel_of(const struct curta_plan *plan, const struct curta_plan_weighted *l, uint32_t *r, uint32_t *s)
{
  const struct curta_layer *layer = &plan->net->layer[l->layer];
  bool conv = layer->kind == CURTA_LAYER_CONV;
  *r = l->fold ? (conv ? layer->kernel : plan->net->h) : l->r;
  *s = l->fold ? (conv ? layer->kernel : plan->net->w) : l->s;
}

/* Position in the outside order (c,r,s) of device channel i at device tap (r,s). */
static uint32_t outside(const struct curta_plan_weighted *l, uint32_t kr, uint32_t ks, uint32_t r, uint32_t s,
                        uint32_t i)
{
  switch (l->fold) {
  case 0:
    return (i * kr + r) * ks + s;
  case 1:
    return (i / ks * kr + r) * ks + i % ks;
  default:
    return i;
  }
}

union tile {
  int8_t i8[MAX_TILE];
  int16_t i16[MAX_TILE];
  int32_t i32[MAX_TILE];
};

/* Element j of a tile from or to element k of an array, both of `elem` bytes. */
static void copy_elem(union tile *tile, uint32_t j, void *array, size_t k, uint32_t elem, bool to_tile)
{
  uint8_t *a = (uint8_t *)tile + (size_t)j * elem, *b = (uint8_t *)array + k * elem;
  uint8_t *to = to_tile ? a : b, *from = to_tile ? b : a;
  for (uint32_t i = 0; i < elem; i++) /* in line: a slow core writes all its weights this way */
    to[i] = from[i];
}

/* One tile of a weight-shaped tensor: d = {r, s, o tile, i tile}. swap: [i][o] inside */
static void weight_tile(const struct curta_run *run, const struct curta_plan_weighted *l, const uint32_t d[4],
                        union tile *tile, void *array, uint32_t elem, bool swap, bool to_tile)
{
  uint32_t t = tile_side(run), columns[16], n, kr, ks, total;
  kr = l->r;
  ks = l->s;
  if (l->fold)
    kernel_of(run->plan, l, &kr, &ks);
  total = l->r * l->s * l->c; /* inputs of one output */
  if (to_tile)
    memset(tile, 0, (size_t)t * t * elem);
  for (n = 0; n < t && d[3] * t + n < l->c; n++)
    columns[n] = outside(l, kr, ks, d[0], d[1], d[3] * t + n);
  for (uint32_t a = 0; a < t && d[2] * t + a < l->o; a++) {
    size_t row = (size_t)(d[2] * t + a) * total;
    for (uint32_t b = 0; b < n; b++)
      copy_elem(tile, swap ? b * t + a : a * t + b, array, row + columns[b], elem, to_tile);
  }
}

/* An int24 tile as it was read becomes an int32 one. */
static void unpack24(union tile *tile, uint32_t area)
{
  union tile packed = *tile;
  const uint8_t *p = (const uint8_t *)&packed, *low = p + area;
  for (uint32_t i = 0; i < area; i++) {
    int32_t high = p[i] < 128 ? p[i] : p[i] - 256;
    tile->i32[i] = high * 65536 + low[2 * i] + 256 * low[2 * i + 1];
  }
}

static int weight_walk(const struct curta_run *run, uint32_t w, int tensor, void *array, bool write)
{
  const struct curta_plan_weighted *l = &run->plan->weighted[w];
  const struct curta_tensor *t = &run->plan->tensor[tensor];
  const struct curta_plan_weighted head = {
      .r = l->nitro.head_h, .s = l->nitro.head_w, .c = l->nitro.head_c, .o = run->plan->net->classes};
  bool of_head = run->plan->net->algorithm == CURTA_NITRO_D && tensor == l->nitro.t_head;
  union tile tile;
  uint32_t d[4], index = 0;
  int err = 0;
  for (d[0] = 0; d[0] < t->d[0]; d[0]++)
    for (d[1] = 0; d[1] < t->d[1]; d[1]++)
      for (d[2] = 0; d[2] < t->d[2]; d[2]++)
        for (d[3] = 0; d[3] < t->d[3] && !err; d[3]++, index++) {
          if (!write)
            err = tile_read(run, t, index, &tile);
          if (t->kind == CURTA_TENSOR_GRAD24)
            unpack24(&tile, tile_side(run) * tile_side(run));
          if (!err)
            weight_tile(run, of_head ? &head : l, d, &tile, array, t->elem, t->kind == CURTA_TENSOR_WEIGHT32, write);
          if (write)
            err = tile_write(run, t, index, &tile);
        }
  return err;
}

int weights_read(const struct curta_run *run, uint32_t w, int tensor, void *array)
{
  return weight_walk(run, w, tensor, array, false);
}

int weights_write(const struct curta_run *run, uint32_t w, int tensor, const void *array)
{
  return weight_walk(run, w, tensor, (void *)(uintptr_t)array, true);
}

int curta_tensor_get(const struct curta_run *run, int tensor, uint32_t n, uint32_t c, uint32_t h, uint32_t w, int8_t *x)
{
  const struct curta_tensor *s;
  uint32_t t = tile_side(run), index = 0;
  int8_t data[MAX_TILE];
  if (tensor < 0 || (uint32_t)tensor >= run->plan->n_tensors)
    return -EINVAL;
  s = &run->plan->tensor[tensor];
  if (s->elem != 1 || n > s->d[0] * t || h != s->d[1] || w != s->d[2] || c > s->d[3] * t)
    return -EINVAL;
  for (uint32_t nt = 0; nt < s->d[0]; nt++)
    for (uint32_t y = 0; y < h; y++)
      for (uint32_t col = 0; col < w; col++)
        for (uint32_t ct = 0; ct < s->d[3]; ct++) {
          int err = tile_read(run, s, index++, data);
          if (err)
            return err;
          for (uint32_t a = 0; a < t && nt * t + a < n; a++)
            for (uint32_t b = 0; b < t && ct * t + b < c; b++)
              x[(((size_t)(nt * t + a) * c + ct * t + b) * h + y) * w + col] = data[a * t + b];
        }
  return 0;
}
