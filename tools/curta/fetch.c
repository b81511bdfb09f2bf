/* SPDX-License-Identifier: Apache-2.0
 * fetch.c - curta fetch: the weights of a machine that has trained alone, as a checkpoint of curta train
 *
 * The machine holds the package and the weights as the accelerator reads them. Where each weight lies follows from the
 * package: planned here as the firmware planned it. The checksum that the machine gave proves that it is so.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alone.h"
#include "checkpoint.h"
#include "commands.h"
#include "draw.h"
#include "file.h"

/* Weights of the accelerator, copied out of it: tile by tile over a serial line would take minutes. */
struct copy {
  uint32_t base, bytes;
  uint8_t *data;
};

struct fetch {
  struct curta_device device;
  struct curta_alone_status status;
  struct curta_package package; /* without what follows it */
  struct curta_network network;
  struct curta_session session;
  struct curta_bus accelerator; /* the part of the machine's memory that is the accelerator's */
  struct copy copy;
};

static int copy_read(void *ctx, uint32_t addr, void *to, size_t bytes)
{
  const struct copy *c = ctx;
  if (addr < c->base || addr - c->base > c->bytes || bytes > c->bytes - (addr - c->base))
    return -ERANGE;
  memcpy(to, c->data + (addr - c->base), bytes);
  return 0;
}

static int open_done(struct fetch *f, const struct curta_args *args, struct curta_fail *fail)
{
  static const char *const states[] = CURTA_ALONE_STATES;
  int r = curta_alone_open(&f->device, args, fail);
  if (!r)
    r = curta_alone_status(&f->device, &f->status, fail);
  if (!r && f->status.state != CURTA_ALONE_DONE)
    r = curta_fail(fail, -EBUSY, "%s has no weights to fetch: it is %s; curta monitor waits until a training is done",
                   f->device.name,
                   f->status.state < sizeof states / sizeof *states ? states[f->status.state] : "in an unknown state");
  return r;
}

/* A schedule that a checkpoint can say: see curta_mu_parse. */
static int mu_can_be(const struct curta_opt *opt)
{
  for (uint32_t i = 0; i < opt->n_mu; i++)
    if (opt->mu[i].mu < -8 || opt->mu[i].mu > 8 || (i ? opt->mu[i].epoch <= opt->mu[i - 1].epoch : opt->mu[i].epoch))
      return 0;
  return opt->n_mu > 0;
}

/* Network and options of the job that was trained. */
static int read_job(struct fetch *f, const struct curta_args *args, struct curta_fail *fail)
{
  struct curta_package *p = &f->package;
  char *text;
  int r = curta_alone_read(&f->device, CURTA_ALONE_PACKAGE, p, sizeof *p, 1, fail);
  if (r)
    return r;
  if (p->magic != CURTA_PACKAGE_MAGIC || p->version != CURTA_PACKAGE_VERSION || p->crc != f->status.job || !p->batch ||
      p->net > CURTA_ALONE_PACKAGE_BYTES || p->net_bytes > CURTA_ALONE_PACKAGE_BYTES - p->net ||
      p->net_bytes >= CURTA_ST_TEXT)
    return curta_fail(fail, -EINVAL, "%s: the package in its memory is not the one that it has trained",
                      f->device.name);
  text = calloc(1, (size_t)p->net_bytes + 1);
  if (!text)
    return curta_fail(fail, -ENOMEM, "no memory for the network");
  r = curta_alone_read(&f->device, CURTA_ALONE_PACKAGE + p->net, text, p->net_bytes, 1, fail);
  if (!r)
    r = curta_network_load(&f->network, args, text, fail);
  free(text);
  if (!r && (curta_package_get_opt(p, &f->network.opt) || !mu_can_be(&f->network.opt)))
    r = curta_fail(fail, -EINVAL, "%s: the options in its package cannot be", f->device.name);
  if (!r && f->network.net.algorithm != CURTA_NITI)
    r = curta_fail(fail, -EINVAL, "%s: its package has a network of nitro-d, which no machine trains alone",
                   f->device.name);
  return r;
}

/* The plan that the firmware has made; the session's weights are then those of the copy. */
static int copy_weights(struct fetch *f, const struct curta_args *args, struct curta_fail *fail)
{
  struct curta_session *s = &f->session;
  struct curta_planned *p = calloc(1, sizeof *p);
  int r;
  if (!p)
    return curta_fail(fail, -ENOMEM, "no memory for a plan");
  s->planned[0] = p;                                             /* curta_session_close frees it */
  memcpy(s->device.name, f->device.name, sizeof s->device.name); /* for messages: it is not opened twice */
  s->banks = 2;
  f->accelerator = f->device.bus;
  f->accelerator.mem_bytes = CURTA_ALONE_ACCEL_BYTES;
  r = curta_session_attach(s, &f->network, &f->accelerator, fail);
  if (!r)
    r = curta_session_compile(s, p, f->package.batch, fail);
  if (r)
    return r;
  f->copy.base = p->plan.weight_base;
  f->copy.bytes = p->plan.work_base - p->plan.weight_base;
  f->copy.data = malloc(f->copy.bytes);
  if (!f->copy.data)
    return curta_fail(fail, -ENOMEM, "no memory for the weights");
  r = curta_alone_read(&f->device, f->copy.base, f->copy.data, f->copy.bytes, args->quiet, fail);
  f->accelerator.ctx = &f->copy;
  f->accelerator.mem_read = copy_read;
  p->run.dev = &s->dev;
  p->run.plan = &p->plan;
  return r;
}

/* Checksum over those of all layers, and the exponents, which training does not change. */
static int check_weights(struct fetch *f, struct curta_fail *fail)
{
  const struct curta_net *net = &f->network.net;
  struct curta_session *s = &f->session;
  uint32_t w = 0, sum = 0;
  int r = 0;
  for (uint32_t i = 0; i < net->n_layers && !r; i++) {
    uint64_t n = curta_layer_weights(&net->layer[i]);
    int8_t *weights = n ? malloc(n) : NULL;
    uint32_t crc;
    if (!n)
      continue;
    if (!weights)
      return curta_fail(fail, -ENOMEM, "no memory for %" PRIu64 " weights", n);
    r = curta_init_weights(net, i, &f->network.opt, weights, &s->weight_exp[w]);
    if (!r)
      r = curta_weights_get(&s->planned[0]->run, w++, weights);
    crc = r ? 0 : curta_crc32(0, weights, (size_t)n);
    sum = curta_crc32(sum, &crc, sizeof crc);
    free(weights);
  }
  if (r)
    return curta_session_error(s, r, "reading the weights", fail);
  if (sum == f->status.weights_crc)
    return 0;
  return curta_fail(fail, -EIO,
                    "%s: its memory does not hold the weights that it has trained (checksum %08" PRIx32
                    ", not %08" PRIx32 "): reset it, it takes them from its flash",
                    f->device.name, sum, f->status.weights_crc);
}

static int save(struct fetch *f, const struct curta_args *args, const char *path, struct curta_fail *fail)
{
  const struct curta_alone_status *s = &f->status;
  struct curta_state state = {.epoch = s->epoch, .position = s->position, .step = s->step, .correct = s->correct};
  struct curta_recipe recipe = {
      .batch = f->package.batch, .limit = f->package.train_n, .test_limit = f->package.test_n};
  recipe.augment = f->package.in_order ? CURTA_IN_ORDER : 0;
  (void)snprintf(recipe.data, sizeof recipe.data, "%s", args->data ? args->data : ""); /* a package does not say */
  return curta_checkpoint_save(&f->session, &state, &recipe, path, fail);
}

static int fetch(struct fetch *f, const struct curta_args *args, const char *path, struct curta_fail *fail)
{
  int r = open_done(f, args, fail);
  if (!r)
    r = read_job(f, args, fail);
  if (!r)
    r = copy_weights(f, args, fail);
  if (!r)
    r = check_weights(f, fail);
  if (!r)
    r = save(f, args, path, fail);
  if (!r)
    printf("%s: step %" PRIu32 ", checksum of the weights %08" PRIx32 "\n", path, f->status.step,
           f->status.weights_crc);
  return r;
}

static int check_args(const struct curta_args *args, char *path, size_t size, struct curta_fail *fail)
{
  int r = 0;
  if (!curta_args_given(args, "--device"))
    return curta_usage(fail, "--device serial:TERMINAL is missing: which machine?");
  if (args->data)
    r = curta_data_check(args->data, fail);
  if (r)
    return r;
  if (snprintf(path, size, "%s/checkpoint.safetensors", args->out) >= (int)size)
    return curta_usage(fail, "--out: the name is too long");
  if (!args->overwrite && access(path, F_OK) == 0)
    return curta_usage(fail, "%s exists: add --overwrite, or choose another --out", path);
  r = curta_file_make_dir(args->out, fail);
  return r ? r : curta_file_may_replace(path, fail);
}

int curta_fetch(const struct curta_args *args, struct curta_fail *fail)
{
  char path[4096];
  struct fetch *f;
  int r = check_args(args, path, sizeof path, fail);
  if (r)
    return curta_status(fail);
  f = calloc(1, sizeof *f);
  if (!f)
    return 1;
  f->device.kind = f->session.device.kind = -1;
  r = fetch(f, args, path, fail);
  curta_session_close(&f->session);
  curta_network_free(&f->network);
  curta_device_close(&f->device);
  free(f->copy.data);
  free(f);
  return r ? curta_status(fail) : 0;
}
