/* SPDX-License-Identifier: Apache-2.0
 * density.c - how sparse the deltas of a training are, and how many digit passes and rows of a weight gradient that
 * saves: a measurement, not a test
 *
 * usage: density STEP[,STEP...] --net NET --data NAME [options of curta bench]     e.g. density 2,50,242 --net
 * nets/vgg8b.net
 *
 * Row: 8 neighbouring channels of one position of one image, what a list of `base` multiplies at once (LOAD LIST). The
 * steps are those of curta bench --warm: step 3 is the one that it measures after --warm 2. Useful products: of what is
 * not 0 with pixels of the image, however many digits that takes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "checkpoint.h"
#include "draw.h"
#include "session.h"

#define ROW 8u
#define NARROW 10 /* bits of a digit of tiny */
#define WIDE 18   /* of base and large */
#define DIGITS 3  /* narrow ones of a delta */

struct count {
  uint64_t elements, nonzero, macs, rows;
  uint64_t visited[1 + DIGITS]; /* rows with something in the delta, in each narrow digit */
  uint32_t bits;                /* of the widest delta, with its sign */
};

struct totals {
  uint64_t steps, wide; /* steps that need the upper one of two digits of WIDE bits */
  uint64_t rows, visited[1 + DIGITS];
  uint32_t bits;
};

static struct curta_session session;
static struct curta_network network;
static struct curta_planned *planned;

static const void *tensor(int t, const struct curta_tensor **info)
{
  *info = &planned->plan.tensor[t];
  return session.device.bus.mem_map(session.device.bus.ctx, (*info)->addr, (*info)->bytes);
}

/* Element (n, y, x, c) of an activation or error. */
static size_t element(const struct curta_tensor *t, uint32_t n, uint32_t y, uint32_t x, uint32_t c)
{
  uint32_t side = planned->plan.hw.t;
  size_t tile = ((size_t)(n / side * t->d[1] + y) * t->d[2] + x) * t->d[3] + c / side;
  return (tile * side + n % side) * side + c % side;
}

static int32_t narrow_digit(int32_t x, int k)
{
  int32_t digit = 0;
  for (int i = 0; i <= k; i++) {
    digit = (x & ((1 << NARROW) - 1)) - ((x & 1 << (NARROW - 1)) << 1);
    x = (x - digit) / (1 << NARROW);
  }
  return digit;
}

static uint32_t bits_of(int32_t x)
{
  uint32_t m = (uint32_t)(x < 0 ? ~x : x), bits = 1;
  for (; m; m >>= 1)
    bits++;
  return bits;
}

/* Taps of a kernel at output position `at` that are inside the image. */
static uint64_t taps(int64_t at, uint32_t kernel, uint32_t stride, uint32_t pad, uint32_t size)
{
  uint64_t n = 0;
  for (uint32_t k = 0; k < kernel; k++)
    n += at * stride + k - pad >= 0 && at * stride + k - pad < size;
  return n;
}

/* Useful products of one element that is not 0: window or position i of the map of deltas, place inside the window. */
static uint64_t products(const struct curta_plan_weighted *l, int by_window, uint32_t i, uint32_t width, uint32_t place)
{
  const struct curta_plan_nitro *n = &l->nitro;
  int64_t y = i / width, x = i % width;
  if (by_window) {
    y = y * n->win_h + place / n->win_w - n->pad_h;
    x = x * n->win_w + place % n->win_w - n->pad_w;
  }
  return l->c * taps(y, l->r, l->stride_y, l->pad_y, l->h) * taps(x, l->s, l->stride_x, l->pad_x, l->w);
}

/* The deltas of ROW channels of an image: by window with the place of each (place null: by position). */
static void count_row(struct count *k, const int32_t *x, const uint8_t *place, uint32_t channels)
{
  uint64_t met[1 + DIGITS] = {0};
  for (uint32_t c = 0; c < channels; c++) {
    uint64_t at = UINT64_C(1) << (place ? place[c] & 63u : 0);
    if (!x[c])
      continue;
    k->nonzero++;
    met[0] |= at;
    for (int d = 0; d < DIGITS; d++)
      met[1 + d] |= narrow_digit(x[c], d) ? at : 0;
    if (bits_of(x[c]) > k->bits)
      k->bits = bits_of(x[c]);
  }
  for (int d = 0; d <= DIGITS; d++)
    k->visited[d] += (uint64_t)__builtin_popcountll(met[d]);
}

/* The delta of a layer's weight gradient: NITRO-D keeps that of a convolution by window of its head. */
static struct count count_layer(const struct curta_plan_weighted *l)
{
  const struct curta_plan_nitro *nitro = &l->nitro;
  int is_nitro = network.net.algorithm == CURTA_NITRO_D, by_window = is_nitro && nitro->head_c && nitro->conv;
  const struct curta_tensor *t, *places;
  const void *x = tensor(!is_nitro ? l->t_err : nitro->head_c ? nitro->t_delta : nitro->t_g, &t);
  const uint8_t *p = by_window ? tensor(nitro->t_class, &places) : NULL;
  struct count k = {.elements = (uint64_t)planned->plan.batch * l->oh * l->ow * l->o,
                    .rows = (uint64_t)planned->plan.batch * l->oh * l->ow * ((l->o + ROW - 1) / ROW)};
  for (uint32_t n = 0; n < planned->plan.batch; n++)
    for (uint32_t i = 0; i < t->d[1] * t->d[2]; i++)
      for (uint32_t c = 0; c < l->o; c += ROW) {
        size_t at = element(t, n, i / t->d[2], i % t->d[2], c);
        uint32_t channels = l->o - c < ROW ? l->o - c : ROW;
        int32_t row[ROW];
        for (uint32_t j = 0; j < channels; j++)
          row[j] = t->elem == 4 ? ((const int32_t *)x)[at + j] : ((const int8_t *)x)[at + j];
        count_row(&k, row, p ? p + at : NULL, channels);
        for (uint32_t j = 0; j < channels; j++)
          k.macs += row[j] ? products(l, by_window, i, t->d[2], p ? p[at + j] & 63u : 0) : 0;
      }
  return k;
}

static double percent(uint64_t a, uint64_t b)
{
  return b ? 100.0 * (double)a / (double)b : 0;
}

static void look(uint32_t step, struct totals *sum, int print)
{
  if (print)
    printf(
        "\n| step %" PRIu32
        ": layer | not 0, %% | useful MMAC | rows not 0, %% | bits of the widest delta | rows with a digit 0, 1, 2 of "
        "%d bits, %% |\n| --- | ---: | ---: | ---: | ---: | ---: |\n",
        step, NARROW);
  for (uint32_t w = 0; w < planned->plan.n_weighted; w++) {
    const struct curta_plan_weighted *l = &planned->plan.weighted[w];
    struct count k = count_layer(l);
    char name[112];
    sum[w].steps++;
    sum[w].wide += k.bits > WIDE;
    sum[w].rows += k.rows;
    sum[w].bits = k.bits > sum[w].bits ? k.bits : sum[w].bits;
    for (int d = 0; d <= DIGITS; d++)
      sum[w].visited[d] += k.visited[d];
    curta_layer_name(name, sizeof name, &network.net, l->layer);
    if (print)
      printf("| %s | %.2f | %.3f | %.1f | %" PRIu32 " | %.1f, %.2f, %.4f |\n", name, percent(k.nonzero, k.elements),
             (double)k.macs * 1e-6, percent(k.visited[0], k.rows), k.bits, percent(k.visited[1], k.rows),
             percent(k.visited[2], k.rows), percent(k.visited[3], k.rows));
  }
}

static void print_totals(const struct totals *sum)
{
  printf("\n| all steps: layer | rows not 0, %% | bits of the widest delta | steps that need 2 digits of %d bits | "
         "rows of "
         "%d digits of %d bits, %% of all |\n| --- | ---: | ---: | ---: | ---: |\n",
         WIDE, DIGITS, NARROW);
  for (uint32_t w = 0; w < planned->plan.n_weighted; w++) {
    const struct totals *s = &sum[w];
    char name[112];
    curta_layer_name(name, sizeof name, &network.net, planned->plan.weighted[w].layer);
    printf("| %s | %.1f | %" PRIu32 " | %" PRIu64 " of %" PRIu64 " | %.1f |\n", name, percent(s->visited[0], s->rows),
           s->bits, s->wide, s->steps, percent(s->visited[1] + s->visited[2] + s->visited[3], DIGITS * s->rows));
  }
}

static int die(const struct curta_fail *fail)
{
  printf("FAIL density: %s\n", fail->text);
  return 1;
}

/* Is `step` one of "2,50,242"? The last one ends the training. */
static int named(const char *list, uint32_t step, int *last)
{
  char *end;
  for (; *list; list = *end ? end + 1 : end) {
    uint32_t s = (uint32_t)strtoul(list, &end, 10);
    *last = !*end;
    if (s == step)
      return 1;
    if (end == list)
      break;
  }
  return 0;
}

static int train(const char *list, const struct curta_args *args, const struct curta_data *data,
                 struct curta_fail *fail)
{
  static struct totals sum[CURTA_MAX_WEIGHTED];
  uint32_t *order = malloc(data->n * sizeof *order), n = args->batch;
  int r = 0, last = 0, end = 0;
  curta_draw_order(order, data->n, args->seed, 0);
  for (uint32_t i = 0; !r && !end; i++) {
    struct curta_batch batch = {data, order + (uint64_t)i * n % (data->n - n + 1), n, 0, 0, 0};
    struct curta_outcome outcome;
    r = curta_session_step(&session, &batch, 1, curta_mu_at(&network.opt, 0), &outcome, fail);
    if (r)
      break;
    int print = named(list, i + 1, &last);
    look(i + 1, sum, print);
    end = print && last;
    fflush(stdout);
  }
  if (!r)
    print_totals(sum);
  free(order);
  return r;
}

int main(int argc, char **argv)
{
  struct curta_args args;
  struct curta_fail fail = {0};
  struct curta_data data;
  if (argc < 3) {
    printf("usage: density STEP[,STEP...] --net NET --data NAME [options of curta bench]\n");
    return 2;
  }
  if (curta_args_parse(&args, CURTA_CMD_BENCH, argc - 2, argv + 2, &fail) ||
      curta_network_load(&network, &args, NULL, &fail))
    return die(&fail);
  const struct curta_net *net = &network.net;
  struct curta_data_want want = {args.data, args.data_dir, CURTA_TRAIN,  args.limit, net->c,
                                 net->h,    net->w,        net->classes, args.seed};
  if (curta_data_load(&data, &want, &fail) || curta_session_open(&session, &network, "golden:host", &args, &fail))
    return die(&fail);
  session.apart = 1;
  if (curta_session_data(&session, &data, &fail) || curta_session_plan(&session, args.batch, &planned, &fail) ||
      curta_session_init_weights(&session, &fail) || train(argv[1], &args, &data, &fail))
    return die(&fail);
  curta_session_close(&session);
  curta_data_free(&data);
  curta_network_free(&network);
  return 0;
}
