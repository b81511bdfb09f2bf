// SPDX-License-Identifier: Apache-2.0
// curta_time_run.h - drives the agents of one core and its memory without SystemC: always what comes next
#ifndef CURTA_TIME_RUN_H
#define CURTA_TIME_RUN_H
#include "curta_time_core.h"

namespace curta_time {

class runner final : public kernel {
public:
  explicit runner(const memory_options &m) : mem(m) {}

  void wake(agent a, uint64_t t) override { next.wake(a, t); }
  void submit(burst *b) override { mem.submit(b, now); }
  void moving(uint64_t t, uint32_t beats[2]) override { mem.moving(t, beats); }

  // Runs until `stop` becomes true, or cycle `end` is reached, or (end Never) nothing is left to do.
  template <class F> void run(core &c, uint64_t end, F stop)
  {
    while (!stop()) {
      const agent a = next.first();
      const uint64_t at = next.at(a), horizon = at < end ? at : end;
      if (burst *b = mem.run(horizon)) {
        now = b->last;
        b->user->burst_done(b, now);
        continue;
      }
      if (horizon == end) {
        now = end == Never ? now : end;
        return;
      }
      now = horizon;
      next.clear(a);
      c.step(a, now);
    }
  }

  uint64_t now = 0;
  memory mem;

private:
  wake_times next;
};

}  // namespace curta_time
#endif
