/* SPDX-License-Identifier: Apache-2.0
 * compare.c - curta compare: the same training on two devices, command by command and byte by byte
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "draw.h"
#include "lockstep.h"
#include "progress.h"

#define DEFAULT_STEPS 20u

struct compare {
  const struct curta_args *args;
  struct curta_lockstep lock;
  struct curta_data data;
  uint32_t *order;
  FILE *csv;       /* null: none */
  uint64_t cycles; /* of the second device, all steps */
};

/* Where one of them has no modes of NITRO-D, neither uses them. */
static int share_modes(struct curta_session *a, struct curta_session *b, struct curta_fail *fail)
{
  if (a->dev.hw.digit && b->dev.hw.digit)
    return 0;
  if (curta_session_is_nitro(a))
    return curta_fail(fail, -EINVAL, "algorithm nitro-d: %s has no modes for it (CAPS2.DIGIT is 0)",
                      a->dev.hw.digit ? b->device.name : a->device.name);
  a->dev.hw.digit = b->dev.hw.digit = 0;
  return 0;
}

/* Both run the programs that are planned for the second. Only the width of the memory port may differ. */
static int share_hw(struct curta_session *a, struct curta_session *b, struct curta_fail *fail)
{
  int r = share_modes(a, b, fail);
  struct curta_hw hw = a->dev.hw;
  hw.bus = b->dev.hw.bus;
  hw.code = b->dev.hw.code;
  if (r)
    return r;
  if (memcmp(&hw, &b->dev.hw, sizeof hw) != 0)
    return curta_usage(fail,
                       "--devices: %s and %s are different machines: a program fits one configuration only, so "
                       "name it twice, e.g. golden:tiny,rtl:tiny",
                       a->device.name, b->device.name);
  a->dev.hw = hw;
  return 0;
}

static int open_sides(struct compare *c, struct curta_fail *fail)
{
  char names[64], *second;
  int r = 0;
  if (snprintf(names, sizeof names, "%s", c->args->devices) >= (int)sizeof names || !(second = strchr(names, ',')))
    return curta_usage(fail,
                       "--devices: expected two names with a comma between, e.g. golden:base,rtl:base; found \"%s\"",
                       c->args->devices);
  *second++ = '\0';
  for (int i = 0; i < 2 && !r; i++) {
    struct curta_args args = *c->args;
    struct curta_side *side = &c->lock.side[i];
    const char *name = i ? second : names;
    if (strncmp(name, "golden", 6) == 0)
      args.trace = NULL; /* the waves are the other one's */
    if (strcmp(name, "golden") == 0)
      name = "golden:base"; /* its default is no hardware */
    r = curta_session_open(&side->session, &c->lock.network, name, &args, fail);
    side->session.apart = 1; /* a difference is named by its tensor */
    if (!r)
      r = curta_session_data(&side->session, &c->data, fail);
    const struct curta_bus *bus = &side->session.device.bus;
    if (!r && (!bus->on_retire || bus->on_retire(bus->ctx, curta_side_record, &side->records)))
      r = curta_fail(fail, -ENOTSUP, "%s has no retirement records", side->session.device.name);
  }
  if (!r && !curta_device_has_cycles(&c->lock.side[0].session.device)) /* else the memory is that of the first */
    r = curta_device_memory(&c->lock.side[1].session.device, c->args, fail);
  return r ? r : share_hw(&c->lock.side[0].session, &c->lock.side[1].session, fail);
}

static int open_compare(struct compare *c, struct curta_fail *fail)
{
  const struct curta_args *args = c->args;
  const struct curta_net *net = &c->lock.network.net;
  struct curta_planned *p;
  int r = curta_network_load(&c->lock.network, args, NULL, fail);
  if (r)
    return r;
  const struct curta_data_want want = {args->data ? args->data : "synthetic",
                                       args->data_dir,
                                       CURTA_TRAIN,
                                       args->limit,
                                       net->c,
                                       net->h,
                                       net->w,
                                       net->classes,
                                       args->seed};
  r = curta_data_load(&c->data, &want, fail);
  if (!r)
    r = open_sides(c, fail);
  for (int i = 0; i < 2 && !r; i++) {
    r = curta_session_plan(&c->lock.side[i].session, args->batch < c->data.n ? args->batch : c->data.n, &p, fail);
    if (!r)
      r = curta_session_init_weights(&c->lock.side[i].session, fail);
  }
  if (r)
    return r;
  c->order = malloc((size_t)c->data.n * sizeof *c->order);
  return c->order ? 0 : curta_fail(fail, -ENOMEM, "no memory");
}

/* --fault STEP:TENSOR flips the low bit of the tensor's first byte in the second device. */
static int plant_fault(struct compare *c, uint32_t step, struct curta_fail *fail)
{
  struct curta_session *s = &c->lock.side[1].session;
  const struct curta_plan *plan = &s->planned[0]->plan;
  const char *colon = c->args->fault ? strchr(c->args->fault, ':') : NULL;
  uint8_t byte;
  if (!c->args->fault)
    return 0;
  if (!colon)
    return curta_usage(fail, "--fault: expected STEP:TENSOR, found \"%s\"", c->args->fault);
  for (uint32_t i = 0; i < plan->n_tensors; i++) {
    const struct curta_tensor *t = &plan->tensor[i];
    if (strcmp(t->name, colon + 1) != 0)
      continue;
    if (strtoul(c->args->fault, NULL, 10) != step + 1)
      return 0;
    if (s->device.bus.mem_read(s->device.bus.ctx, t->addr, &byte, 1))
      return curta_fail(fail, -EIO, "--fault: cannot read %s", t->name);
    byte ^= 1;
    return s->device.bus.mem_write(s->device.bus.ctx, t->addr, &byte, 1)
               ? curta_fail(fail, -EIO, "--fault: cannot write %s", t->name)
               : 0;
  }
  return curta_usage(fail, "--fault: there is no tensor \"%s\"", colon + 1);
}

static uint64_t cycles_of(const struct curta_records *r)
{
  uint64_t first = UINT64_MAX, last = 0;
  for (size_t i = 0; i < r->n; i++) {
    if (r->record[i].start < first)
      first = r->record[i].start;
    if (r->record[i].end > last)
      last = r->record[i].end;
  }
  return r->n ? last - first : 0;
}

/* Where a device was when it stopped or hung. */
static void print_last(const struct compare *c)
{
  for (int i = 0; i < 2; i++) {
    const struct curta_side *side = &c->lock.side[i];
    char text[80];
    if (!side->records.n)
      continue;
    const struct curta_retire *last = &side->records.record[side->records.n - 1];
    curta_describe_record(text, sizeof text, &c->lock.network.net, last);
    printf("%s: %zu commands of this step retired, the last one index %" PRIu32 ": %s\n", side->session.device.name,
           side->records.n, last->index, text);
  }
}

static int one_step(struct compare *c, uint32_t step, uint32_t *epoch, uint32_t *position, struct curta_fail *fail)
{
  const struct curta_opt *opt = &c->lock.network.opt;
  struct curta_outcome outcome[2];
  uint32_t left;
  int r = 0;
  if (*position == c->data.n) {
    *position = 0;
    ++*epoch;
  }
  if (*position == 0)
    curta_draw_order(c->order, c->data.n, opt->seed, *epoch);
  left = c->data.n - *position;
  const struct curta_batch batch = {&c->data, c->order + *position, left < c->args->batch ? left : c->args->batch, 0, 0,
                                    0};
  for (int i = 0; i < 2 && !r; i++) {
    struct curta_side *side = &c->lock.side[i];
    struct curta_planned *p;
    r = curta_session_plan(&side->session, batch.n, &p, fail);
    if (!r && i == 1)
      r = plant_fault(c, step, fail);
    if (!r)
      r = curta_side_snapshot(side, fail);
    side->records.n = 0;
    if (!r)
      r = curta_session_step(&side->session, &batch, 1, curta_mu_at(opt, *epoch), &outcome[i], fail);
  }
  if (r) {
    print_last(c);
    return r;
  }
  *position += batch.n;
  if (c->csv)
    (void)fprintf(c->csv, "%" PRIu32 ",%.6f,%.6f,%" PRIu64 "\n", step + 1,
                  (double)outcome[0].loss_micro * 1e-6 / batch.n, (double)outcome[1].loss_micro * 1e-6 / batch.n,
                  cycles_of(&c->lock.side[1].records));
  c->cycles += cycles_of(&c->lock.side[1].records);
  r = curta_lockstep_check(&c->lock, &batch, curta_mu_at(opt, *epoch), fail);
  if (r == 1)
    printf("%s and %s DIFFER in step %" PRIu32 "\n", c->lock.side[0].session.device.name,
           c->lock.side[1].session.device.name, step + 1);
  return r;
}

/* With the table on standard output, what is for people goes to standard error. */
static FILE *take_stdout(void)
{
  int fd = dup(STDOUT_FILENO);
  return fd >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 ? fdopen(fd, "w") : NULL;
}

static int open_csv(struct compare *c, struct curta_fail *fail)
{
  const char *name = c->args->csv;
  if (!name)
    return 0;
  c->csv = strcmp(name, "-") == 0 ? take_stdout() : fopen(name, "w");
  if (!c->csv)
    return curta_fail(fail, -errno, "%s: %s", name, strerror(errno));
  (void)fprintf(c->csv, "step,loss %s,loss %s,cycles\n", c->lock.side[0].session.device.name,
                c->lock.side[1].session.device.name);
  return 0;
}

static int close_csv(struct compare *c, struct curta_fail *fail)
{
  int bad;
  if (!c->csv)
    return 0;
  bad = fflush(c->csv) != 0 || ferror(c->csv);
  bad |= fclose(c->csv) != 0;
  return bad ? curta_fail(fail, -EIO, "%s: cannot be written: %s", c->args->csv, strerror(errno)) : 0;
}

static int run(struct compare *c, struct curta_fail *fail)
{
  uint32_t steps = c->args->steps ? c->args->steps : DEFAULT_STEPS, epoch = 0, position = 0;
  double start = curta_now();
  int r = 0;
  for (uint32_t i = 0; i < steps && !r; i++) {
    r = one_step(c, i, &epoch, &position, fail);
    if (!r && !c->args->quiet)
      (void)fprintf(stderr,
                    "step %" PRIu32 "/%" PRIu32 ": %" PRIu64 " commands, %" PRIu64 " bytes equal so far, %.0f s\n",
                    i + 1, steps, c->lock.commands, c->lock.compared, curta_now() - start);
  }
  if (r)
    return r;
  if (c->args->fault)
    return curta_usage(fail,
                       "--fault %s had no effect in %" PRIu32
                       " steps: a step writes that tensor before it reads it, or the "
                       "step never came; take a weight",
                       c->args->fault, steps);
  if (c->cycles)
    printf("%s: %" PRIu64 " cycles a step (mean of %" PRIu32 ")\n", c->lock.side[1].session.device.name,
           c->cycles / steps, steps);
  printf("%s = %s: %" PRIu64 " commands, %" PRIu64 " bytes compared, 0 differences\n",
         strncmp(c->lock.side[1].session.device.name, "rtl", 3) == 0 ? "RTL" : c->lock.side[1].session.device.name,
         strncmp(c->lock.side[0].session.device.name, "golden", 6) == 0 ? "golden"
                                                                        : c->lock.side[0].session.device.name,
         c->lock.commands, c->lock.compared);
  return 0;
}

int curta_compare(const struct curta_args *args, struct curta_fail *fail)
{
  struct compare *c = calloc(1, sizeof *c);
  int r;
  if (!c)
    return 1;
  c->args = args;
  c->lock.side[0].session.device.kind = c->lock.side[1].session.device.kind = -1;
  r = open_compare(c, fail);
  if (!r)
    r = open_csv(c, fail);
  if (!r)
    r = run(c, fail);
  if (close_csv(c, fail) && !r)
    r = -EIO;
  for (int i = 0; i < 2; i++) {
    curta_session_close(&c->lock.side[i].session);
    free(c->lock.side[i].records.record);
    free(c->lock.side[i].memory);
  }
  curta_data_free(&c->data);
  curta_network_free(&c->lock.network);
  free(c->order);
  free(c);
  return r == 0 ? 0 : r == 1 ? 1 : curta_status(fail);
}
