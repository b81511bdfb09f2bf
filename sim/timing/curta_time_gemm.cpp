// SPDX-License-Identifier: Apache-2.0
// curta_time_gemm.cpp - how long a GEMM takes (curta_time_gemm.h)
#include "curta_time_gemm.h"
#include <algorithm>
#include <utility>
#include <vector>

namespace curta_time {
namespace {

// The taps that a visit uses: how many, and the walker's cycles for the first of them (one a significant bit).
struct span { uint32_t n, bits; };

uint32_t bit_length(uint32_t x)
{
  return x ? 32 - (uint32_t)__builtin_clz(x) : 0;
}

int32_t half_up(int32_t x)
{
  return (x + 1) >= 0 ? (x + 1) / 2 : -((-(x + 1) + 1) / 2);
}

// { k < n : 0 <= s + b k < u }, s = a v + c.
span taps(int32_t s, uint32_t b, int32_t u, int32_t n)
{
  int32_t lo = b == 2 ? half_up(-s) : -s, hi = b == 2 ? half_up(u - s) : u - s;
  if (b == 0) {
    bool all = -s <= 0 && u - s > 0;
    return { all ? (uint32_t)n : 0, 0 };
  }
  lo = std::max(lo, 0);
  hi = std::min(hi, n);
  return hi > lo ? span{ (uint32_t)(hi - lo), bit_length((uint32_t)lo) } : span{ 0, 0 };
}

std::vector<span> spans(const uint32_t *cmd, uint32_t count, uint32_t a, uint32_t b, uint32_t c, uint32_t u, uint32_t n)
{
  std::vector<span> all(count);
  int32_t s = curta_cmd_gets(cmd, c);
  for (span &x : all) {
    x = taps(s, curta_cmd_get(cmd, b), (int32_t)curta_cmd_get(cmd, u), (int32_t)curta_cmd_get(cmd, n));
    s += (int32_t)curta_cmd_get(cmd, a);
  }
  return all;
}

const uint64_t ReadStage = 4;  // of the pipeline of curta_matrix: start values are read

// curta_step: subvisits one after the other. All times count from go.
struct stepper {
  uint32_t rows;
  bool keep;                // ACC: slots of the exchange wait until the next subvisit is known
  uint64_t issue_end = 0;   // last step of the last subvisit: the next one is taken then at the earliest
  uint64_t taken = 0;       // when the last subvisit was taken into the hand
  uint64_t swap;            // of the last subvisit; rows - 1 slots follow
  bool first = true;
  uint64_t busy = 0, drain = 0;
  std::vector<start_reads> reads;

  // One subvisit of n steps (0: an empty window), known from cycle `known` on.
  void subvisit(uint64_t known, uint64_t n)
  {
    taken = std::max(known, issue_end);
    uint64_t in_hand = taken + 1;
    uint64_t slots = keep ? std::max(swap + 1, known) + rows - 1 : swap + rows;
    uint64_t at = first && !keep ? std::max(in_hand, swap) : std::max(in_hand, slots);
    if (keep)
      reads.push_back({ slots - (rows - 1) + ReadStage, at + ReadStage, 1, 1 });
    drain += at - in_hand;
    first = false;
    swap = at;
    issue_end = at + std::max<uint64_t>(n, 1) - 1;
    busy += n;
  }

  // More of the same, all known.
  void repeat(uint64_t times, uint64_t n)
  {
    uint64_t steps = std::max<uint64_t>(n, 1), each = std::max<uint64_t>(steps, rows);
    if (keep) {
      reads.back().each = each;
      reads.back().n += times;
    }
    swap += times * each;
    taken = swap - each + steps - 1;
    issue_end = swap + steps - 1;
    busy += times * n;
    drain += times * (each - steps);
  }
};

}  // namespace

gemm_time time_gemm(const curta_config &shape, const uint32_t *cmd, bool cold, const std::function<uint32_t(uint32_t)> &list)
{
  const uint32_t t = (uint32_t)shape.t, v = (uint32_t)shape.v, rows = (uint32_t)shape.r;
  const uint32_t parts = t / rows * (t / (uint32_t)shape.c);
  const uint32_t nvy = curta_cmd_get(cmd, CURTA_GEMM_NVY), nvx = curta_cmd_get(cmd, CURTA_GEMM_NVX);
  const uint32_t ngb = curta_cmd_get(cmd, CURTA_GEMM_NGB);
  const uint64_t groups = (uint64_t)curta_cmd_get(cmd, CURTA_GEMM_NGA) * ngb;
  const bool gather = curta_cmd_get(cmd, CURTA_GEMM_GATHER);
  const std::vector<span> y = spans(cmd, nvy, CURTA_GEMM_Y_A, CURTA_GEMM_Y_B, CURTA_GEMM_Y_C, CURTA_GEMM_Y_U, CURTA_GEMM_NKY);
  const std::vector<span> x = spans(cmd, nvx, CURTA_GEMM_X_A, CURTA_GEMM_X_B, CURTA_GEMM_X_C, CURTA_GEMM_X_U, CURTA_GEMM_NKX);
  const uint64_t tap = (uint64_t)(curta_cmd_get(cmd, CURTA_GEMM_NKC) - 1) * (t / v) + (curta_cmd_get(cmd, CURTA_GEMM_KLAST) + v - 1) / v;
  stepper step = {};
  step.first = true;
  step.rows = rows;
  step.keep = curta_cmd_get(cmd, CURTA_GEMM_ACC);
  // The chain is zero after a command: a start from zero needs no slots before the first swap. Of guard bits that is not known.
  step.swap = (cold || curta_cmd_get(cmd, CURTA_GEMM_GUARD)) && !step.keep ? rows : 0;
  uint64_t push = 0;  // the walker's last PUSH
  for (uint64_t g = 0; g < groups; g++)
    for (uint32_t j = 0; j < nvy; j++)
      for (uint32_t i = 0; i < nvx; i++) {
        // YRANGE, XRANGE, YMUL (1 + bits), XMUL (1 + bits), PUSH; the register must be free
        push = std::max(push + 5 + (gather ? 0 : y[j].bits + x[i].bits), step.taken + 1);
        uint64_t n = (uint64_t)y[j].n * x[i].n * tap;
        if (gather && n)
          n = list((uint32_t)(curta_cmd_gets(cmd, CURTA_GEMM_B_BASE) + (int32_t)(g % ngb) * curta_cmd_gets(cmd, CURTA_GEMM_B_SGB) +
                              (int32_t)j * curta_cmd_gets(cmd, CURTA_GEMM_B_SVY) + (int32_t)i * curta_cmd_gets(cmd, CURTA_GEMM_B_SVX)) & 0xffff);
        step.subvisit(push + 1, n);
        if (parts > 1)
          step.repeat(parts - 1, n);
      }
  // flush: a swap without operands, then the last rows; then eight stages to the memory, OR, done
  uint64_t flush = std::max(step.swap + rows, step.issue_end + 1), final_ = flush + rows;
  gemm_time r;
  r.walked = push + 1;
  r.done = final_ + (curta_cmd_get(cmd, CURTA_GEMM_FINAL) ? 11 : 9) + gather;   // along a list all steps come a cycle later
  r.busy = step.busy;
  r.drain = step.drain + r.done - step.issue_end - 1;
  r.reads = std::move(step.reads);
  return r;
}

}  // namespace curta_time
