// SPDX-License-Identifier: Apache-2.0
// curta_time_gemm.h - how long a GEMM takes: the walker, the steps and the exchange of rtl/curta_walk.v and curta_step.v
#ifndef CURTA_TIME_GEMM_H
#define CURTA_TIME_GEMM_H
#include <cstdint>
#include <functional>
#include <vector>
#include "curta_spec.h"

namespace curta_time {

// Cycles in which start values (ACC) are read from the accumulator memory: subvisits of one visit, each R slots of which the last is
// the swap.
struct start_reads {
  uint64_t slots;    // of the first subvisit: rows - 1 from here on
  uint64_t swap;     // its last slot
  uint64_t each;     // cycles from a swap to the next, whose slots stand right behind the one before
  uint64_t n;        // subvisits
  uint64_t last() const { return swap + (n - 1) * each; }
};

struct gemm_time {
  uint64_t walked;   // cycles from go until the walker needs the configuration no longer
  uint64_t done;     // cycles from go to done_o
  uint64_t busy;     // cycles in which the array multiplies
  uint64_t drain;    // cycles that wait for an exchange
  std::vector<start_reads> reads;   // of an ACC; cycles from go, as the memory sees them
};

// `cold`: the first command after reset, when the shadow chain is unknown. `list`: groups of the list at a tile of buffer B.
gemm_time time_gemm(const curta_config &shape, const uint32_t *cmd, bool cold, const std::function<uint32_t(uint32_t)> &list);

}  // namespace curta_time
#endif
