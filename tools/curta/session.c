/* SPDX-License-Identifier: Apache-2.0
 * session.c - a device with a network on it: opening, planning, weights
 */
#include "session.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ALIGN 4096u

int curta_session_error(struct curta_session *s, int code, const char *doing, struct curta_fail *fail)
{
  struct curta_error e = {0};
  fail->status = 3;
  if (code != -EIO || curta_dev_error(&s->dev, &e) || e.code == CURTA_ERR_NONE)
    return curta_fail(fail, code, "%s: %s: %s", s->device.name, doing, curta_strerror(code));
  return curta_fail(fail, code,
                    "%s: %s: the device stopped with error %s at command %" PRIu32 " (info 0x%08" PRIx32 ")",
                    s->device.name, doing, e.name, e.index, e.info);
}

/* A machine that trains alone refuses its registers; after power-up it first looks whether there is something to train. */
static int open_device(struct curta_dev *dev, const struct curta_bus *bus)
{
  const struct timespec pause = {0, 100000000};
  int r = curta_dev_open(dev, bus);
  for (int k = 0; k < 20 && r == -EIO; k++) {
    nanosleep(&pause, NULL);
    r = curta_dev_open(dev, bus);
  }
  return r;
}

int curta_session_attach(struct curta_session *s, const struct curta_network *network, const struct curta_bus *bus,
                         struct curta_fail *fail)
{
  int r = open_device(&s->dev, bus);
  fail->status = r ? 3 : fail->status;
  if (r == -EIO)
    return curta_fail(fail, r,
                      "%s: opening: its registers are refused: a machine that trains alone? `curta monitor` shows it; "
                      "wait for its end, or deploy another job",
                      s->device.name);
  if (r)
    return curta_fail(fail, r, "%s: opening: %s", s->device.name, curta_strerror(r));
  s->network = network;
  s->rate = network->net.nitro.rate;
  s->weight_base = (curta_dev_mark(&s->dev) + ALIGN - 1) / ALIGN * ALIGN;
  return 0;
}

int curta_session_open(struct curta_session *s, const struct curta_network *network, const char *name,
                       const struct curta_args *args, struct curta_fail *fail)
{
  int r;
  memset(s, 0, sizeof *s);
  s->mem_bw = args->mem_bw;
  s->sequential = (uint8_t)args->sequential;
  r = curta_device_open(&s->device, name, args, fail);
  if (r)
    return r;
  r = curta_session_attach(s, network, &s->device.bus, fail);
  if (r)
    curta_session_close(s);
  return r;
}

void curta_session_close(struct curta_session *s)
{
  for (int i = 0; i < CURTA_SESSION_PLANS; i++)
    if (s->planned[i]) {
      free(s->planned[i]->cmd);
      free(s->planned[i]);
      s->planned[i] = NULL;
    }
  free(s->x);
  free(s->pixels);
  s->x = NULL;
  s->pixels = NULL;
  curta_device_close(&s->device);
}

int curta_session_data(struct curta_session *s, const struct curta_data *data, struct curta_fail *fail)
{
  const struct curta_net *net = &s->network->net;
  int r;
  if (data->c != net->c || data->h != net->h || data->w != net->w)
    return curta_fail(fail, -EINVAL,
                      "the network's input is %" PRIu32 "x%" PRIu32 "x%" PRIu32 " but the images of %s are %" PRIu32
                      "x%" PRIu32 "x%" PRIu32 " (channels, rows, columns): choose another --data or --net",
                      net->c, net->h, net->w, data->name, data->c, data->h, data->w);
  if (net->classes < data->classes)
    return curta_fail(fail, -EINVAL,
                      "%s has %" PRIu32 " classes but the network's last layer gives %" PRIu32
                      ": choose another --data or --net",
                      data->name, data->classes, net->classes);
  if (net->algorithm == CURTA_NITRO_D)
    return curta_nitro_normalise(s, data, fail);
  r = curta_input_table(&s->network->opt, data->c, data->mean, data->std, s->table, &s->input_exp);
  return r ? curta_fail(fail, r, "input table of %s: %s", data->name, curta_strerror(r)) : 0;
}

/* Counts first, then compiles into a buffer of the right size. */
int curta_session_compile(struct curta_session *s, struct curta_planned *p, uint32_t n, struct curta_fail *fail)
{
  struct curta_plan_request q;
  struct curta_diag diag;
  int r;
  memset(&q, 0, sizeof q);
  memset(&diag, 0, sizeof diag);
  q.net = &s->network->net;
  q.opt = s->network->opt;
  q.hw = s->dev.hw;
  if (s->mem_bw && s->mem_bw < q.hw.bus)
    q.hw.bus = s->mem_bw; /* the planner uses it for costs only */
  q.batch = n;
  q.weight_base = s->weight_base;
  q.work_base = s->work_end;
  q.apart = s->apart;
  q.sequential = s->sequential;
  q.banks = s->banks;
  q.mem_bytes = s->dev.mem_bytes;
  q.work = malloc(curta_plan_work_bytes());
  r = q.work ? curta_plan(&p->plan, &q, &diag) : -ENOMEM;
  if (!r) {
    q.cmd_capacity = p->plan.n_train + p->plan.n_eval;
    q.cmd = p->cmd = calloc(q.cmd_capacity, sizeof *p->cmd);
    r = q.cmd ? curta_plan(&p->plan, &q, &diag) : -ENOMEM;
  }
  free(q.work);
  if (r == -ENOMEM)
    return curta_fail(fail, r, "no memory for a plan");
  return r ? curta_fail(fail, r, "planning a batch of %" PRIu32 " on %s: %s%s", n, s->device.name, diag.text,
                        strstr(diag.text, "device memory") && strcmp(s->dev.bus->name, "serial") != 0
                            ? "; --mem-mib gives the device more"
                            : "")
           : 0;
}

/* Room for n images on the host. */
static int grow(struct curta_session *s, uint32_t n, struct curta_fail *fail)
{
  const struct curta_net *net = &s->network->net;
  size_t bytes = (size_t)n * net->c * net->h * net->w;
  int8_t *x;
  uint8_t *pixels;
  if (n <= s->capacity)
    return 0;
  x = realloc(s->x, bytes);
  if (x)
    s->x = x;
  pixels = x ? realloc(s->pixels, bytes) : NULL;
  if (!pixels)
    return curta_fail(fail, -ENOMEM, "no memory for a batch of %" PRIu32 " images", n);
  s->pixels = pixels;
  s->capacity = n;
  return 0;
}

int curta_session_plan(struct curta_session *s, uint32_t n, struct curta_planned **planned, struct curta_fail *fail)
{
  struct curta_planned *p;
  int slot = 0, r;
  for (; slot < CURTA_SESSION_PLANS && s->planned[slot]; slot++)
    if (s->planned[slot]->plan.batch == n) {
      *planned = s->planned[slot];
      return 0;
    }
  if (slot == CURTA_SESSION_PLANS)
    return curta_fail(fail, -EINVAL, "more than %d different batch sizes in one run", CURTA_SESSION_PLANS);
  p = calloc(1, sizeof *p);
  if (!p)
    return curta_fail(fail, -ENOMEM, "no memory for a plan");
  r = curta_session_compile(s, p, n, fail);
  if (!r)
    r = grow(s, n, fail);
  if (!r) {
    r = curta_run_open(&p->run, &s->dev, &p->plan);
    if (r)
      r = curta_session_error(s, r, "uploading the programs", fail);
  }
  if (r) {
    free(p->cmd);
    free(p);
    return r;
  }
  s->work_end = (p->plan.end + ALIGN - 1) / ALIGN * ALIGN;
  s->planned[slot] = *planned = p;
  return 0;
}

int curta_session_init_weights(struct curta_session *s, struct curta_fail *fail)
{
  const struct curta_net *net = &s->network->net;
  struct curta_planned *p = s->planned[0];
  uint32_t w = 0;
  if (net->algorithm == CURTA_NITRO_D)
    return curta_nitro_init_weights(s, fail);
  for (uint32_t i = 0; i < net->n_layers; i++) {
    uint64_t count = curta_layer_weights(&net->layer[i]);
    int8_t *weights;
    int r;
    if (!count)
      continue;
    weights = malloc(count);
    if (!weights)
      return curta_fail(fail, -ENOMEM, "no memory for %" PRIu64 " weights", count);
    r = curta_init_weights(net, i, &s->network->opt, weights, &s->weight_exp[w]);
    if (!r)
      r = curta_weights_set(&p->run, w, weights, s->weight_exp[w]);
    free(weights);
    if (r)
      return curta_session_error(s, r, "writing the first weights", fail);
    w++;
  }
  return 0;
}
