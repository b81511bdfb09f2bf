// SPDX-License-Identifier: Apache-2.0
// trainer.h - a training task, and a device with a plan for a part of its batch
#ifndef TRAINER_H
#define TRAINER_H
#include <cstdio>
#include <string>
#include <vector>
extern "C" {
#include "cut.h"
}

struct task {
  curta_net net;
  curta_opt opt;
  std::string config;
  uint32_t batch, steps;
  std::vector<int8_t> x;             // all images of all steps
  std::vector<uint16_t> labels;
  int failures = 0;
};

inline int fail(task &t, const char *what, int err, const char *why = nullptr)
{
  fprintf(stderr, "two_accelerators: %s: %s\n", what, why && *why ? why : curta_strerror(err));
  t.failures++;
  return err ? err : -1;
}

const uint32_t TrainerCommands = 32768;

// A plan for n images on a device that is open.
struct trainer {
  curta_dev dev;
  struct curta_plan plan;
  curta_run run;
  std::vector<uint32_t> commands;
  cut pieces;

  int open(task &t, const curta_bus *bus, uint32_t images, bool in_pieces)
  {
    curta_diag diag = {};
    int r = curta_dev_open(&dev, bus);
    if (r)
      return fail(t, "device", r);
    commands.resize((size_t)TrainerCommands * CURTA_CMD_WORDS);
    std::vector<uint64_t> work(curta_plan_work_bytes() / 8 + 1);
    curta_plan_request q = {};
    q.net = &t.net;
    q.opt = t.opt;
    q.hw = dev.hw;
    q.batch = images;
    q.weight_base = (curta_dev_mark(&dev) + 4095u) & ~4095u;
    q.mem_bytes = dev.mem_bytes;
    q.cmd = reinterpret_cast<uint32_t(*)[CURTA_CMD_WORDS]>(commands.data());
    q.cmd_capacity = TrainerCommands;
    q.work = work.data();
    r = curta_plan(&plan, &q, &diag);
    if (r)
      return fail(t, "plan", r, diag.text);
    r = in_pieces ? cut_step(&pieces, &plan) : 0;
    if (r)
      return fail(t, "this network's step cannot be cut", r);
    r = curta_run_open(&run, &dev, &plan);
    for (uint32_t w = 0; !r && w < plan.n_weighted; w++) {
      std::vector<int8_t> weights(curta_layer_weights(&t.net.layer[plan.weighted[w].layer]));
      int32_t exponent;
      r = curta_init_weights(&t.net, plan.weighted[w].layer, &t.opt, weights.data(), &exponent);
      r = r ? r : curta_weights_set(&run, w, weights.data(), exponent);
    }
    run.mu = 2;
    run.input_exp = -6;
    return r ? fail(t, "weights", r) : 0;
  }

  int write(const task &t, uint32_t step, uint32_t first)
  {
    const size_t pixels = (size_t)t.net.c * t.net.h * t.net.w, image = (size_t)step * t.batch + first;
    return curta_batch_write(&run, t.x.data() + image * pixels, t.labels.data() + image, plan.batch);
  }

  std::vector<int8_t> weights(const task &t)
  {
    std::vector<int8_t> all;
    for (uint32_t w = 0; w < plan.n_weighted; w++) {
      std::vector<int8_t> x(curta_layer_weights(&t.net.layer[plan.weighted[w].layer]));
      if (curta_weights_get(&run, w, x.data()))
        return {};
      all.insert(all.end(), x.begin(), x.end());
    }
    return all;
  }
};

#endif
