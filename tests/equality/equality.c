/* SPDX-License-Identifier: Apache-2.0
 * equality.c - the same training on one device after the other, a line of a table for each, and whether all end in the same
 * weights
 *
 * usage: equality NET STEPS DEVICE...      e.g. nets/lenet.net 20 golden:base rtl:base hls:base
 * The training of `curta train --data synthetic --limit 128 --batch 32`, preset niti-2020, seed 1. *Weights* is the CRC-32 of the
 * CRC-32s of all layers' weights, in the order of the network file, whatever tiles a device has: what `curta monitor` and
 * tests/soc/weights.py --sum print. *Records* is the sum of the check sums of all retirement records: equal for devices of one
 * configuration. Linked with the netlists of sim_netlist.mk, `rtl` is a netlist, which has no records. Exit status 1: something
 * differs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "curta_package.h"
#include "draw.h"
#include "session.h"

#define BATCH 8u
#define IMAGES (4 * BATCH)

struct line {
  char config[96];
  uint64_t commands, cycles, check;
  uint32_t weights;
  int recorded;
  double seconds;
};

static double cpu(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void count(void *user, const struct curta_retire *r)
{
  struct line *l = user;
  l->commands++;
  l->check = (l->check + r->check) * 0x9e3779b97f4a7c15u;
}

/* All bytes in memory of one layer's weights. */
static void add_layer(struct line *l, const void *data, size_t n)
{
  const uint32_t crc = curta_crc32(0, data, n);
  const uint8_t bytes[4] = {(uint8_t)crc, (uint8_t)(crc >> 8), (uint8_t)(crc >> 16), (uint8_t)(crc >> 24)};
  l->weights = curta_crc32(l->weights, bytes, sizeof bytes);
}

static int hash_nitro(struct line *l, const struct curta_net *net, struct curta_planned *p, struct curta_fail *fail)
{
  int r = 0;
  for (uint32_t i = 0; i < 2 * net->n_weighted && !r; i++) {
    uint64_t n = curta_nitro_weights_count(net, i / 2, (int)(i % 2));
    int32_t *x = n ? malloc(n * sizeof *x) : NULL;
    if (n && (!x || curta_nitro_weights_get(&p->run, i / 2, (int)(i % 2), x)))
      r = curta_fail(fail, -1, "cannot read the weights of layer %u", i / 2);
    else if (n)
      add_layer(l, x, n * sizeof *x);
    free(x);
  }
  return r;
}

static int hash_weights(struct line *l, struct curta_session *s, struct curta_planned *p, struct curta_fail *fail)
{
  const struct curta_net *net = &s->network->net;
  if (curta_session_is_nitro(s))
    return hash_nitro(l, net, p, fail);
  for (uint32_t w = 0, i = 0; i < net->n_layers; i++) {
    uint64_t n = curta_layer_weights(&net->layer[i]);
    int8_t *x = n ? malloc(n) : NULL;
    int r = 0;
    if (!n)
      continue;
    if (!x || curta_weights_get(&p->run, w++, x))
      r = curta_fail(fail, -1, "cannot read the weights of layer %u", i);
    else
      add_layer(l, x, n);
    free(x);
    if (r)
      return r;
  }
  return 0;
}

static int train(struct line *l, struct curta_session *s, const struct curta_network *network, const char *device, uint32_t steps,
                 struct curta_fail *fail)
{
  const struct curta_net *net = &network->net;
  const struct curta_data_want want = {"synthetic", 0, CURTA_TRAIN, IMAGES, net->c, net->h, net->w, net->classes, 1};
  uint32_t order[IMAGES];
  struct curta_data data = {0};
  struct curta_args args;
  struct curta_planned *p;
  struct curta_outcome outcome;
  int r = curta_args_parse(&args, CURTA_CMD_BENCH, 0, NULL, fail);
  args.batch = BATCH;
  r = r ? r : curta_data_load(&data, &want, fail);
  r = r ? r : curta_session_open(s, network, device, &args, fail);
  r = r ? r : curta_session_data(s, &data, fail);
  r = r ? r : curta_session_plan(s, BATCH, &p, fail);
  r = r ? r : curta_session_init_weights(s, fail);
  l->seconds = cpu();
  if (!r)
    l->recorded = !s->device.bus.on_retire(s->device.bus.ctx, count, l);
  for (uint32_t k = 0; k < steps && !r; k++) {
    const uint32_t epoch = k * BATCH / IMAGES, at = k * BATCH % IMAGES;
    const struct curta_batch batch = {&data, order + at, BATCH, 0, 1, epoch};
    if (at == 0) /* as train.c has it */
      curta_draw_order(order, IMAGES, network->opt.seed, epoch + (curta_session_is_nitro(s) ? 1 : 0));
    r = curta_session_step(s, &batch, 1, curta_mu_at(&network->opt, epoch), &outcome, fail);
  }
  l->seconds = cpu() - l->seconds;
  if (!r) {
    struct curta_counters counters;
    (void)snprintf(l->config, sizeof l->config, "%s", s->device.config);
    l->cycles = curta_dev_counters(&s->dev, &counters) ? 0 : counters.value[CURTA_CNT_CYCLES];
    r = hash_weights(l, s, p, fail);
  }
  curta_session_close(s);
  curta_data_free(&data);
  return r;
}

/* One line; the devices of one configuration have run the same programs. */
static int row(const struct line *l, const struct line *all, int n, const char *name)
{
  const char *config = strchr(name, ':');
  int bad = l->weights != all[0].weights;
  for (int i = 0; i < n; i++)
    if (!strcmp(all[i].config, l->config) && all[i].recorded && l->recorded &&
        (all[i].check != l->check || all[i].commands != l->commands))
      bad = 1;
  if (l->recorded)
    printf("| %s | %08x | %llu | %016llx | ", name, l->weights, (unsigned long long)l->commands, (unsigned long long)l->check);
  else
    printf("| netlist%s | %08x | – | – | ", config ? config : "", l->weights);
  printf(l->cycles ? "%llu | " : "– | ", (unsigned long long)l->cycles);
  printf("%.1f |%s\n", l->seconds, bad ? " DIFFERS" : "");
  (void)fflush(stdout);
  return bad;
}

int main(int argc, char **argv)
{
  static struct curta_network network;
  static struct line lines[32];
  struct curta_fail fail = {0};
  struct curta_args args;
  int bad = 0;
  if (argc < 4 || argc - 3 > 32) {
    (void)fprintf(stderr, "usage: equality NET STEPS DEVICE...\n");
    return 2;
  }
  bad = curta_args_parse(&args, CURTA_CMD_BENCH, 0, NULL, &fail);
  args.net = argv[1];
  bad = bad ? bad : curta_network_load(&network, &args, NULL, &fail);
  printf("| device | weights | commands | records | cycles | processor seconds |\n| --- | --- | --- | --- | --- | --- |\n");
  for (int i = 3; i < argc && !fail.text[0]; i++) {
    static struct curta_session session;
    memset(&session, 0, sizeof session);
    session.device.kind = -1;
    if (!train(&lines[i - 3], &session, &network, argv[i], (uint32_t)strtoul(argv[2], NULL, 10), &fail))
      bad |= row(&lines[i - 3], lines, i - 3, argv[i]);
  }
  if (fail.text[0])
    (void)fprintf(stderr, "equality: %s\n", fail.text);
  return bad || fail.text[0];
}
