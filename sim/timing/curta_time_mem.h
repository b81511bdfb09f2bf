// SPDX-License-Identifier: Apache-2.0
// curta_time_mem.h - when the beats of memory bursts move: the memory of sim/verilator/curta_rtl_mem.h without its data
//
// A credit of `rate` bytes a cycle, at most max(rate, width), is shared by reads and writes; reads are served in order
// of arrival. Where both could take the only beat of a cycle, writes go first in odd cycles, reads in even ones. No data
// moves in cycles [k interval - 1, k interval - 1 + refresh). Several devices may share one memory.
#ifndef CURTA_TIME_MEM_H
#define CURTA_TIME_MEM_H
#include <cstdint>

namespace curta_time {

const uint64_t Never = UINT64_MAX;
const uint32_t MaxBeats = 64;   // a tile of int32

struct memory_options {
  uint32_t width = 8;      // bytes of a beat
  uint32_t rate = 8;       // bytes a cycle
  uint32_t latency = 30;   // from address to first data, from last data to acknowledgement
  uint32_t interval = 780; // refresh; 0: never
  uint32_t refresh = 26;
};

struct burst;
struct burst_user {
  virtual ~burst_user() {}
  virtual void burst_done(burst *b, uint64_t t) = 0; // its last beat moves in cycle t
};

// A burst belongs to its user, who keeps it until burst_done.
struct burst {
  burst_user *user = nullptr;
  uint32_t addr = 0, beats = 0;
  uint8_t client = 0;       // as in curta_axi_rd: 0 CP, 1 LOAD, 2 VECTOR source, 3 VECTOR aux; 4 write
  bool write = false;
  bool bad = false;         // the memory answers with an error
  uint64_t at = 0;          // the memory takes the address in this cycle
  uint32_t moved = 0;       // beats so far
  uint64_t time[MaxBeats];  // read: when each beat moved; write: from when on it can
  uint64_t last = 0;        // when the last beat moved
  uint8_t stream = 0;       // the user's own
};

class memory {
public:
  explicit memory(const memory_options &o)
    : opt(o), period(o.rate < o.width ? (o.width + o.rate - 1) / o.rate : 1), dual(o.rate >= 2 * o.width)
  {
    refresh_from = o.interval ? o.interval - 1 : Never - o.refresh; // cycles count from 0 here, from 1 there
  }

  const memory_options opt;
  uint32_t error_lo = 0, error_hi = 0;   // bursts that touch [lo, hi) are answered with an error; empty when hi <= lo

  // The memory must have run up to now; b->at >= now for a read, all of b->time >= now for a write.
  void submit(burst *b)
  {
    b->moved = 0;
    b->bad = b->addr < error_hi && b->addr + b->beats * opt.width > error_lo;
    queue &q = b->write ? writes : reads;
    q.item[(q.head + q.n++) % Depth] = b;
  }

  // Earliest cycle in which a beat could move.
  uint64_t next() const
  {
    uint64_t r = next_read(), w = next_write();
    return r < w ? r : w;
  }

  // Moves the beats of cycles before `horizon` up to the first burst that ends: that burst (its last says when), or null.
  burst *run(uint64_t horizon)
  {
    for (;;) {
      uint64_t r = next_read(), w = next_write(), t = r < w ? r : w;
      if (t >= horizon)
        return nullptr;
      while (t >= refresh_from + opt.refresh)
        refresh_from += opt.interval;
      if (t >= refresh_from) {
        slot_r = slot_w = refresh_from + opt.refresh;
        continue;
      }
      bool write = w < r || (w == r && !dual && t % 2 == 1);
      queue &q = write ? writes : reads;
      burst *b = q.item[q.head];
      if (!write) {
        uint64_t end = horizon < refresh_from ? horizon : refresh_from;
        read_run(b, t, !dual && w < end ? w : end);
      } else {
        b->moved++;
        slot_w = t + period;
        if (!dual)
          slot_r = slot_w;
        b->last = t;
      }
      if (b->moved == b->beats) {
        q.head = (q.head + 1) % Depth;
        q.n--;
        return b;
      }
    }
  }

private:
  static const uint32_t Depth = 512; // more than several devices can have outstanding
  struct queue { burst *item[Depth]; uint32_t head = 0, n = 0; };
  queue reads, writes;
  const uint32_t period;             // cycles between two beats
  const bool dual;                   // a read and a write beat in one cycle
  uint64_t slot_r = 0, slot_w = 0;   // from when on there is credit
  uint64_t refresh_from;             // next or present refresh

  uint64_t next_read() const
  {
    if (!reads.n)
      return Never;
    uint64_t ready = reads.item[reads.head]->at + opt.latency;
    return ready > slot_r ? ready : slot_r;
  }

  uint64_t next_write() const
  {
    if (!writes.n)
      return Never;
    const burst *b = writes.item[writes.head];
    uint64_t ready = b->time[b->moved];
    return ready > slot_w ? ready : slot_w;
  }

  // Beats of b from cycle t on, the first in any case, the others before `end`.
  void read_run(burst *b, uint64_t t, uint64_t end)
  {
    do {
      b->time[b->moved++] = t;
      t += period;
    } while (b->moved < b->beats && t < end);
    b->last = t - period;
    slot_r = t;
    if (!dual)
      slot_w = t;
  }
};

}  // namespace curta_time
#endif
