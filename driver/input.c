/* SPDX-License-Identifier: Apache-2.0
 * input.c - images to the input tensor of the device, taps folded into channels (machine.md section 1)
 *
 * This is the part of a training step that no device does, so it works in runs: the channels of a tile row that lie one
 * after another in an image are copied together, the same runs for all images of the tile.
 */
#include <errno.h>
#include <string.h>
#include "run_int.h"

struct input {
  const struct curta_net *net;
  const struct curta_plan_weighted *l;
  uint32_t t, taps_y, taps_x; /* taps that are channels */
  uint32_t sy, sx, py, px;    /* stride and padding that the host applies */
};

/* Channels [b, b+n) of a tile row: bytes from `from` on in the first image of the tile, or 0. */
struct run {
  uint32_t b, n, from;
  bool zero, wide; /* wide: 8 bytes may be read */
};

static struct input input_of(const struct curta_run *run)
{
  const struct curta_plan *plan = run->plan;
  const struct curta_plan_weighted *l = &plan->weighted[0];
  const struct curta_layer *layer = &plan->net->layer[l->layer];
  uint32_t kr, ks, stride = layer->kind == CURTA_LAYER_CONV ? layer->stride : 1;
  struct input in = {.net = plan->net, .l = l, .t = tile_side(run), .taps_y = 1, .taps_x = 1, .sy = 1, .sx = 1};
  kernel_of(plan, l, &kr, &ks);
  if (l->fold) {
    in.taps_x = ks;
    in.sx = stride;
    in.px = layer->pad;
  }
  if (l->fold == 2) {
    in.taps_y = kr;
    in.sy = stride;
    in.py = layer->pad;
  }
  return in;
}

/* The runs of channels [c0, c0 + t) at (y, x); channels beyond the last are 0. Returns their number. */
static uint32_t find_runs(const struct input *in, uint32_t c0, uint32_t y, uint32_t x, struct run *r)
{
  const struct curta_net *net = in->net;
  uint32_t n = 0, s = c0 % in->taps_x, ky = c0 / in->taps_x % in->taps_y, c = c0 / in->taps_x / in->taps_y;
  for (uint32_t b = 0; b < in->t; b++) {
    uint32_t iy = y * in->sy + ky - in->py, ix = x * in->sx + s - in->px; /* below 0: too large */
    bool zero = c0 + b >= in->l->c || iy >= net->h || ix >= net->w;
    uint32_t from = zero ? 0 : (c * net->h + iy) * net->w + ix;
    if (n && r[n - 1].zero == zero && (zero || from == r[n - 1].from + r[n - 1].n))
      r[n - 1].n++;
    else
      r[n++] = (struct run){.b = b, .n = 1, .from = from, .zero = zero};
    if (++s == in->taps_x) {
      s = 0;
      if (++ky == in->taps_y) {
        ky = 0;
        c++;
      }
    }
  }
  for (uint32_t i = 0; i < n; i++)
    r[i].wide = r[i].n <= 8 && (r[i].zero || r[i].from + 8 <= net->c * net->h * net->w);
  return n;
}

/* In rising order, because a wide copy runs over what follows. */
static void copy_row(int8_t *row, const int8_t *image, const struct run *r, uint32_t n)
{
  static const int8_t zeros[16];
  for (uint32_t i = 0; i < n; i++) {
    const int8_t *from = r[i].zero ? zeros : image + r[i].from;
    if (r[i].wide)
      memcpy(row + r[i].b, from, 8);
    else
      memcpy(row + r[i].b, from, r[i].n);
  }
}

int input_write(const struct curta_run *run, const int8_t *x)
{
  const struct input in = input_of(run);
  const struct curta_tensor *tensor = &run->plan->tensor[run->bank ? run->plan->t_input2 : run->plan->t_input];
  const uint32_t *d = tensor->d, t = in.t, batch = run->plan->batch;
  size_t image = (size_t)in.net->c * in.net->h * in.net->w;
  struct run r[16];
  int8_t data[MAX_TILE + 8];
  uint32_t tile = 0;
  for (uint32_t nt = 0; nt < d[0]; nt++)
    for (uint32_t y = 0; y < d[1]; y++)
      for (uint32_t col = 0; col < d[2]; col++)
        for (uint32_t ct = 0; ct < d[3]; ct++, tile++) {
          uint32_t n = find_runs(&in, ct * t, y, col, r), images = batch - nt * t < t ? batch - nt * t : t;
          int err;
          for (uint32_t a = 0; a < images; a++)
            copy_row(data + a * t, x + (nt * t + a) * image, r, n);
          memset(data + images * t, 0, (size_t)(t - images) * t);
          err = tile_write(run, tensor, tile, data);
          if (err)
            return err;
        }
  return 0;
}

int curta_input_window(const struct curta_plan *plan, struct curta_window *window)
{
  const struct curta_plan_weighted *l = &plan->weighted[0];
  const struct curta_layer *layer = &plan->net->layer[l->layer];
  const struct curta_net *net = plan->net;
  if (layer->kind == CURTA_LAYER_LINEAR)
    *window = (struct curta_window){net->c * net->h * net->w, 0, 0};
  else if (net->c == 1 && l->fold == 1 && !layer->pad)
    *window = (struct curta_window){layer->kernel, net->w, layer->stride};
  else if (net->c == 1 && l->fold == 0)
    *window = (struct curta_window){1, net->w, 1};
  else
    return -ENOTSUP;
  return 0;
}
