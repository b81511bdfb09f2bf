/* SPDX-License-Identifier: Apache-2.0
 * train.c - curta train: epochs of steps, with a checkpoint after each and whenever the user stops it
 *
 * The weights after step k are a pure function of (network, data set, options, seed, k): order, augmentation and draws
 * are functions of (seed, epoch, image) and of the step number, so that stopping anywhere and resuming changes nothing.
 */
#include "train.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "draw.h"

static volatile int Stop;

/* The first signal asks for an end after this step; the second ends at once (the last checkpoint stays). */
static void on_signal(int number)
{
  (void)number;
  if (Stop)
    _exit(130);
  Stop = 1;
}

/* What is ignored stays so: the hangup of nohup, SIGINT of a script's background job. */
static void catch_signals(void)
{
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction action, before;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (sigaction(numbers[i], NULL, &before) || before.sa_handler != SIG_IGN)
      (void)sigaction(numbers[i], &action, NULL);
  /* A reader that goes away (curta train | head) costs no work: the last flush of main reports it. */
  (void)signal(SIGPIPE, SIG_IGN);
}

static double utilization(const struct curta_train *t, uint64_t cycles, uint32_t images)
{
  const struct curta_hw *hw = &t->session.dev.hw;
  double peak = (double)hw->r * hw->c * hw->v * (double)cycles;
  return peak > 0 ? 100.0 * (double)t->macs_per_image * images / peak : 0;
}

/* Cycles since the counters were last looked at; 0 of devices that count none. */
static uint64_t lap(struct curta_train *t)
{
  struct curta_counters now;
  uint64_t before = t->counter;
  if (curta_dev_counters(&t->session.dev, &now))
    return 0;
  t->counter = now.value[CURTA_CNT_CYCLES];
  return t->counter - before;
}

static int close_window(struct curta_train *t, struct curta_fail *fail)
{
  struct curta_log_window row;
  if (!t->window.images)
    return 0;
  row.step = t->state.step;
  row.images = t->window.images;
  row.epoch = t->state.epoch + (double)t->state.position / t->epoch_images;
  row.loss = (double)t->window.loss_micro * 1e-6 / t->window.images;
  row.accuracy = 100.0 * t->window.correct / t->window.images;
  memset(&t->window, 0, sizeof t->window);
  return curta_log_add_window(&t->log, &row, fail);
}

/* Writes logs and checkpoint, in this order: rows that lead are dropped by a resume, rows that lag would be lost. The
 * weights are saved even where the logs cannot be. */
static int save(struct curta_train *t, struct curta_fail *fail)
{
  int logged = close_window(t, fail), r;
  if (!logged)
    logged = curta_log_write(&t->log, fail);
  r = curta_checkpoint_save(&t->session, &t->state, &t->recipe, t->checkpoint, fail);
  return r ? r : logged;
}

static int one_step(struct curta_train *t, struct curta_fail *fail)
{
  struct curta_state *state = &t->state;
  const struct curta_opt *opt = &t->network.opt;
  uint32_t left = t->epoch_images - state->position;
  struct curta_batch batch = {&t->train_data,
                              t->order + state->position,
                              left < t->recipe.batch ? left : t->recipe.batch,
                              t->recipe.augment & CURTA_AUGMENT,
                              opt->seed,
                              state->epoch};
  struct curta_outcome outcome;
  int r;
  t->session.step = state->step;
  t->session.rate = (uint32_t)state->schedule.lr;
  r = curta_session_step(&t->session, &batch, 1, curta_mu_at(opt, state->epoch), &outcome, fail);
  if (r)
    return r;
  state->step = t->session.step;
  state->flags |= t->session.flags;
  state->position += batch.n;
  state->correct += outcome.correct;
  state->loss_micro += outcome.loss_micro;
  if (curta_device_has_cycles(&t->session.device)) /* a board is asked once an epoch: a look is 21 frames */
    state->cycles += lap(t);
  t->window.images += batch.n;
  t->window.correct += outcome.correct;
  t->window.loss_micro += outcome.loss_micro;
  return state->step % CURTA_LOG_WINDOW == 0 ? close_window(t, fail) : 0;
}

static void show(struct curta_train *t, struct curta_progress *progress)
{
  const struct curta_state *s = &t->state;
  struct curta_progress_now now = {s->epoch + 1, t->epochs,     s->position, t->epoch_images,
                                   s->correct,   s->loss_micro, s->cycles,   0};
  now.utilization = utilization(t, s->cycles, s->position);
  curta_progress_show(progress, &now);
}

/* The steps that are left of this epoch. 0, -EINTR (asked to stop), or an error; state is exact in every case. */
static int run_steps(struct curta_train *t, struct curta_fail *fail)
{
  struct curta_progress progress;
  double start = curta_now();
  int64_t before = t->state.milliseconds;
  int r = 0;
  /* the order of number 0 of NITRO-D is that of its statistics */
  curta_draw_order(t->order, t->train_data.n, t->network.opt.seed,
                   t->state.epoch + (curta_session_is_nitro(&t->session) ? 1 : 0));
  for (uint32_t i = 0; t->recipe.augment & CURTA_IN_ORDER && i < t->train_data.n; i++)
    t->order[i] = i;
  curta_progress_start(&progress, t->args->quiet, t->state.position);
  (void)lap(t);
  while (!r && t->state.position < t->epoch_images) {
    if (Stop || (t->args->steps && t->steps_done == t->args->steps))
      r = -EINTR;
    else
      r = one_step(t, fail);
    if (!r)
      t->steps_done++;
    t->state.milliseconds = before + (int64_t)((curta_now() - start) * 1e3);
    if (!r)
      show(t, &progress);
  }
  t->state.cycles += lap(t);
  curta_progress_clear(&progress);
  return r;
}

/* NITRO-D: what has left its range since the training began, whatever has ended this call of the program. */
static void report_flags(const struct curta_train *t)
{
  uint32_t flags = t->state.flags | t->session.flags; /* of a step that failed, too */
  if (flags & 1u << CURTA_FLAG_SUM)
    printf("note: a sum has left int32; the results are those of the reference, modulo 2^32\n");
  if (flags & 1u << CURTA_FLAG_WRAP)
    printf("note: a loss gradient has left int8; the results are those of the reference, modulo 2^8\n");
}

/* NITRO-D: learning rate and end of the training follow the accuracy of the test images. */
static void follow_schedule(struct curta_train *t, const struct curta_outcome *test)
{
  struct curta_nitro_schedule *s = &t->state.schedule;
  int32_t lr = s->lr;
  if (!curta_session_is_nitro(&t->session))
    return;
  if (t->args->no_eval)
    return;
  t->state.stop = (uint32_t)curta_nitro_schedule_epoch(s, test->correct, test->images);
  if (s->lr != lr)
    printf("inverse learning rate %" PRId32 " from now on\n", s->lr);
  if (t->state.stop)
    printf("stopped early: no gain of a hundredth in the last epochs\n");
}

static int finish_epoch(struct curta_train *t, struct curta_fail *fail)
{
  struct curta_state *s = &t->state;
  struct curta_outcome test = {0, 0, 0};
  uint32_t n = t->epoch_images;
  struct curta_log_epoch row = {0};
  char flags[CURTA_LOG_FLAGS];
  int r = 0;
  if (!t->args->no_eval)
    r = curta_session_evaluate(&t->session, &t->test_data, t->recipe.batch, &Stop, &test, fail);
  if (r)
    return r;
  s->flags |= t->session.flags;
  row = (struct curta_log_epoch){s->epoch + 1,
                                 s->step,
                                 n,
                                 (double)s->loss_micro * 1e-6 / n,
                                 100.0 * s->correct / n,
                                 -1,
                                 -1,
                                 (double)s->milliseconds * 1e-3,
                                 1e3 * n / (double)(s->milliseconds > 0 ? s->milliseconds : 1),
                                 s->cycles,
                                 utilization(t, s->cycles, n),
                                 curta_session_is_nitro(&t->session) ? s->schedule.lr
                                                                     : curta_mu_at(&t->network.opt, s->epoch),
                                 s->flags,
                                 0};
  if (!t->args->no_eval) {
    row.test_loss = (double)test.loss_micro * 1e-6 / test.images;
    row.test_accuracy = 100.0 * test.correct / test.images;
  }
  printf("epoch %" PRIu32 "/%" PRIu32 "  train %.2f %% loss %.4f", row.epoch, t->epochs, row.train_accuracy,
         row.train_loss);
  if (!t->args->no_eval)
    printf("  test %.2f %% loss %.4f", row.test_accuracy, row.test_loss);
  printf("  %.1f s  %.0f images/s", row.seconds, row.images_per_second);
  if (row.cycles)
    printf("  %" PRIu64 " cycles/step  utilization %.1f %%", row.cycles / ((n + t->recipe.batch - 1) / t->recipe.batch),
           row.utilization);
  if (s->flags)
    printf("  flags %s", curta_log_flags(flags, s->flags));
  printf("\n");
  (void)fflush(stdout);
  r = close_window(t, fail);
  if (!r)
    r = curta_log_add_epoch(&t->log, &row, fail);
  *s = (struct curta_state){
      .epoch = s->epoch + 1, .step = s->step, .schedule = s->schedule, .stop = s->stop, .flags = s->flags};
  follow_schedule(t, &test);
  return r ? r : save(t, fail);
}

static int run_epochs(struct curta_train *t, struct curta_fail *fail)
{
  int r = 0;
  while (!r && t->state.epoch < t->epochs && !t->state.stop) {
    r = run_steps(t, fail);
    if (!r)
      r = finish_epoch(t, fail);
  }
  return r;
}

/* -EINTR is no failure: save; 130 for a signal, 0 for --steps. */
static int stopped(struct curta_train *t, struct curta_fail *fail)
{
  int r = save(t, fail);
  if (r)
    return curta_status(fail);
  printf("stopped in epoch %" PRIu32 " after %" PRIu32 " of %" PRIu32 " images (step %" PRIu32
         "); saved %s; go on with --resume\n",
         t->state.epoch + 1, t->state.position, t->epoch_images, t->state.step, t->checkpoint);
  return Stop ? 130 : 0;
}

int curta_train(const struct curta_args *args, struct curta_fail *fail)
{
  struct curta_train *t = calloc(1, sizeof *t);
  char title[128];
  int r, status;
  catch_signals(); /* before the data are read: a signal then ends it before the first step */
  r = t ? curta_train_open(t, args, fail) : curta_fail(fail, -ENOMEM, "no memory");
  if (r) {
    if (t)
      curta_train_close(t);
    return curta_status(fail);
  }
  if (t->state.stop)
    printf("nothing to do: the schedule of the network has stopped this training after %" PRIu32 " epochs\n",
           t->state.epoch);
  else if (t->state.epoch >= t->epochs)
    printf("nothing to do: %" PRIu32 " epochs are done; --epochs says until which to go on\n", t->state.epoch);
  if (args->no_eval && curta_session_is_nitro(&t->session) && !t->state.stop && t->state.epoch < t->epochs)
    printf("note: --no-eval: the learning rate stays and nothing stops early: both follow the test images\n");
  r = run_epochs(t, fail);
  status = r == -EINTR ? stopped(t, fail) : r ? curta_status(fail) : 0;
  report_flags(t);
  (void)snprintf(title, sizeof title, "%s on %s, batch %" PRIu32, t->recipe.data, t->session.device.name,
                 t->recipe.batch);
  if (status != 1 && status != 3 && curta_log_curve(&t->log, title) == 0)
    printf("learning curve: %s/curve.png\n", args->out);
  curta_train_close(t);
  return status;
}
