/* SPDX-License-Identifier: Apache-2.0
 * info.c - curta info: networks, plans, checkpoints and devices as tables
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "commands.h"
#include "table.h"

static struct curta_table Table;

static void print(const struct curta_args *args)
{
  curta_table_print(&Table, stdout, args->markdown ? CURTA_TABLE_MARKDOWN : CURTA_TABLE_TEXT);
}

static void describe_layer(char *dst, size_t size, const struct curta_layer *l)
{
  switch (l->kind) {
  case CURTA_LAYER_CONV:
    (void)snprintf(dst, size, "%ux%u stride %u pad %u", l->kernel, l->kernel, l->stride, l->pad);
    break;
  case CURTA_LAYER_MAXPOOL:
    (void)snprintf(dst, size, "%ux%u", l->kernel, l->kernel);
    break;
  case CURTA_LAYER_DROPOUT:
    if (l->drop_rate)
      (void)snprintf(dst, size, "drops %u/1000", l->drop_rate);
    else
      (void)snprintf(dst, size, "keeps 1/%u", 1u << l->drop_log2);
    break;
  default:
    dst[0] = '\0';
    break;
  }
}

static void print_network(const struct curta_net *net, const struct curta_args *args)
{
  uint64_t weights = 0, macs = 0, step = 0;
  int first = 1;
  curta_table_start(&Table, 4, "layer|what|input|output|weights|forward MMAC/image|training MMAC/image");
  for (uint32_t i = 0; i < net->n_layers; i++) {
    const struct curta_layer *l = &net->layer[i];
    uint64_t w = curta_layer_weights(l), m = curta_layer_macs(l);
    /* the first layer, and every block of nitro-d, needs no input gradient */
    uint64_t train = m * (first || net->algorithm == CURTA_NITRO_D ? 2 : 3);
    char name[32], what[40];
    curta_layer_name(name, sizeof name, net, i);
    describe_layer(what, sizeof what, l);
    curta_table_row(&Table);
    curta_table_cell(&Table, "%s", name);
    curta_table_cell(&Table, "%s", what);
    curta_table_cell(&Table, "%" PRIu32 "x%" PRIu32 "x%" PRIu32, l->c, l->h, l->w);
    curta_table_cell(&Table, "%" PRIu32 "x%" PRIu32 "x%" PRIu32, l->o, l->oh, l->ow);
    if (!w)
      continue;
    first = 0;
    curta_table_cell(&Table, "%" PRIu64, w);
    curta_table_cell(&Table, "%.4f", (double)m * 1e-6);
    curta_table_cell(&Table, "%.4f", (double)train * 1e-6);
    weights += w;
    macs += m;
    step += train;
  }
  curta_table_row(&Table);
  curta_table_cell(&Table, "total");
  for (int i = 0; i < 3; i++)
    curta_table_cell(&Table, "%s", "");
  curta_table_cell(&Table, "%" PRIu64, weights);
  curta_table_cell(&Table, "%.4f", (double)macs * 1e-6);
  curta_table_cell(&Table, "%.4f", (double)step * 1e-6);
  print(args);
}

static void plan_row(const struct curta_plan *plan, const char *name, const char *pass, const struct curta_pass_stat *s,
                     const char *strategy)
{
  double peak = (double)plan->hw.r * plan->hw.c * plan->hw.v;
  curta_table_row(&Table);
  curta_table_cell(&Table, "%s", name);
  curta_table_cell(&Table, "%s", pass);
  curta_table_cell(&Table, "%s", strategy);
  curta_table_cell(&Table, "%" PRIu32, s->commands);
  curta_table_cell(&Table, "%.3f", (double)s->macs * 1e-6);
  curta_table_cell(&Table, "%" PRIu64, s->array_cycles);
  curta_table_cell(&Table, "%" PRIu64, s->cycles);
  if (s->cycles && s->macs)
    curta_table_cell(&Table, "%.1f", 100.0 * (double)s->macs / (peak * (double)s->cycles));
  else
    curta_table_cell(&Table, "-");
  curta_table_cell(&Table, "%.1f", (double)s->rd_bytes / 1024);
  curta_table_cell(&Table, "%.1f", (double)s->wr_bytes / 1024);
}

/* The weight gradient of a block of NITRO-D that visits only what is not zero. */
static int gathers(const struct curta_plan *plan, uint32_t layer)
{
  for (uint32_t w = 0; w < plan->n_weighted; w++)
    if (plan->weighted[w].layer == layer)
      return plan->weighted[w].nitro.per_row != 0;
  return 0;
}

static void print_plan(const struct curta_plan *plan, const struct curta_args *args, const char *config)
{
  static const char *const passes[] = CURTA_PASS_NAMES, *const strategies[] = CURTA_STRATEGY_NAMES;
  struct curta_pass_stat total = {0};
  int lists = 0;
  printf("\nplan for %s, batch %" PRIu32 ": %.2f MiB of device memory, %" PRIu32 " commands a training step, %" PRIu32
         " a forward step, %" PRIu32 " tensors\n\n",
         config, plan->batch, (plan->end - plan->weight_base) / 1048576.0, plan->n_train, plan->n_eval,
         plan->n_tensors);
  curta_table_start(
      &Table, 3, "layer|pass|strategy|commands|useful MMAC|array cycles|est. cycles|est. util. %|read KiB|written KiB");
  for (uint32_t i = 0; i < plan->net->n_layers; i++)
    for (uint32_t pass = 0; pass < CURTA_PASSES; pass++) {
      const struct curta_pass_stat *s = &plan->stat[i][pass];
      int gather = pass == CURTA_PASS_DW && gathers(plan, i);
      char name[32];
      if (!s->commands)
        continue;
      lists += gather;
      curta_layer_name(name, sizeof name, plan->net, i);
      plan_row(plan, name, passes[pass], s,
               gather                                               ? "gather"
               : pass <= CURTA_PASS_DW && s->strategy != CURTA_AUTO ? strategies[s->strategy]
                                                                    : "");
      total.macs += s->macs;
      total.array_cycles += s->array_cycles;
      total.cycles += s->cycles;
      total.rd_bytes += s->rd_bytes;
      total.wr_bytes += s->wr_bytes;
      total.commands += s->commands;
    }
  if (plan->est_cycles)
    total.cycles = plan->est_cycles;
  plan_row(plan, "step", "", &total, "");
  print(args);
  if (plan->net->algorithm == CURTA_NITRO_D && plan->hw.digit < CURTA_DELTA_BITS)
    printf("\nestimated with one digit of the deltas: upper ones are skipped while they are 0\n");
  if (lists)
    printf("gather: an upper bound, and so is the step: as if every channel had its maximum at a place of its own; how "
           "many products are useful is not known before\n");
}

static int name_hw(struct curta_hw *hw, const char *config)
{
  int wide = strcmp(config, "base16") == 0, r = curta_hw_named(hw, wide ? "base" : config);
  if (!r && wide)
    hw->bus = 16;
  return r;
}

/* Compiles without a device; the addresses are those behind an empty ring. */
static int plan_network(const struct curta_network *network, const struct curta_args *args, struct curta_fail *fail)
{
  struct curta_device device;
  struct curta_plan_request q;
  struct curta_diag diag;
  struct curta_plan *plan;
  int r = curta_device_name(&device, args->device, fail);
  if (r)
    return r;
  memset(&q, 0, sizeof q);
  memset(&diag, 0, sizeof diag);
  if (name_hw(&q.hw, device.config))
    return curta_usage(
        fail,
        "there is no configuration \"%s\": tiny, base, base16, large, host; a board says its own only when "
        "it is asked",
        device.config);
  q.net = &network->net;
  q.opt = network->opt;
  q.batch = args->batch;
  q.sequential = (uint8_t)args->sequential;
  q.mem_bytes = (uint64_t)args->mem_mib << 20;
  q.work = malloc(curta_plan_work_bytes());
  plan = calloc(1, sizeof *plan);
  r = plan && q.work ? curta_plan(plan, &q, &diag) : -ENOMEM;
  if (!r)
    print_plan(plan, args, device.config);
  else
    (void)curta_fail(fail, r, "planning for %s: %s%s", device.config, r == -ENOMEM ? "no memory" : diag.text,
                     strstr(diag.text, "device memory") ? "; --mem-mib gives the device more" : "");
  free(q.work);
  free(plan);
  return r;
}

static void print_tensors(const struct curta_st *st, const struct curta_args *args)
{
  static const char heads[] = "tensor|dtype|shape|bytes|smallest|largest|at +-127 %";
  curta_table_start(&Table, 3, heads);
  for (size_t i = 0; i < st->n_tensors; i++) {
    if (Table.rows == CURTA_TABLE_ROWS) { /* a file of another program: the rest in another table */
      print(args);
      curta_table_start(&Table, 3, heads);
    }
    const struct curta_st_tensor *t = &st->tensor[i];
    uint64_t size = curta_st_dtype_bytes(t->dtype), count = (t->end - t->begin) / size, clipped = 0;
    int64_t least = INT64_MAX, most = INT64_MIN;
    char shape[64] = "";
    size_t n = 0;
    for (uint32_t d = 0; d < t->dims && n < sizeof shape; d++)
      n += (size_t)snprintf(shape + n, sizeof shape - n, "%s%" PRIu64, d ? "x" : "", t->shape[d]);
    for (uint64_t k = 0; k < count && t->dtype[0] == 'I'; k++) {
      uint64_t bits = 0, sign = (uint64_t)1 << (8 * size - 1);
      for (uint64_t b = size; b-- > 0;)
        bits = bits << 8 | st->data[t->begin + k * size + b];
      int64_t value = (int64_t)(bits ^ sign) - (int64_t)sign;
      least = value < least ? value : least;
      most = value > most ? value : most;
      clipped += value == 127 || value == -127;
    }
    curta_table_row(&Table);
    curta_table_cell(&Table, "%s", t->name);
    curta_table_cell(&Table, "%s", t->dtype);
    curta_table_cell(&Table, "%s", t->dims ? shape : "scalar");
    curta_table_cell(&Table, "%" PRIu64, t->end - t->begin);
    if (!count || t->dtype[0] != 'I')
      continue;
    curta_table_cell(&Table, "%" PRId64, least);
    curta_table_cell(&Table, "%" PRId64, most);
    if (size == 1)
      curta_table_cell(&Table, "%.2f", 100.0 * (double)clipped / (double)count);
  }
  print(args);
}

static int print_checkpoint(const struct curta_args *args, struct curta_fail *fail)
{
  struct curta_st st;
  int r = curta_st_read(&st, args->checkpoint, fail);
  if (r)
    return r;
  printf("%s:\n", args->checkpoint);
  for (size_t i = 0; i < st.n_texts; i++)
    if (strcmp(st.text[i].key, "network") != 0)
      printf("  %-14s %s\n", st.text[i].key, st.text[i].value);
  printf("\n");
  print_tensors(&st, args);
  curta_st_free(&st);
  return 0;
}

int curta_info(const struct curta_args *args, struct curta_fail *fail)
{
  struct curta_network network;
  int r = 0;
  if (!args->net && !args->checkpoint)
    curta_device_list();
  if (args->checkpoint)
    r = print_checkpoint(args, fail);
  if (!r && args->net) {
    r = curta_network_load(&network, args, NULL, fail);
    if (!r) {
      print_network(&network.net, args);
      r = plan_network(&network, args, fail);
      curta_network_free(&network);
    }
  }
  return r ? curta_status(fail) : 0;
}
