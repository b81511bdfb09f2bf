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
    now.refresh_from = o.interval ? o.interval - 1 : Never - o.refresh; // cycles count from 0 here, from 1 there
  }

  const memory_options opt;
  uint32_t error_lo = 0, error_hi = 0;   // bursts that touch [lo, hi) are answered with an error; empty when hi <= lo

  // No burst has ended before cycle t, which is now; b->at >= t for a read, all of b->time >= t for a write.
  // True: it is the first of its kind, so that soonest() may change.
  bool submit(burst *b, uint64_t t)
  {
    b->moved = 0;
    b->bad = b->addr < error_hi && b->addr + b->beats * opt.width > error_lo;
    queue &q = b->write ? writes : reads;
    if (!q.n)
      advance(t);                        // it competes from now on
    q.item[(q.head + q.n++) % Depth] = b;
    if (q.n == 1)
      look();
    return q.n == 1;
  }

  // The cycle in which a burst ends, unless one is submitted before.
  uint64_t soonest() const
  {
    pace p = now;
    const burst *r = reads.first(), *w = writes.first();
    uint32_t r_moved = r ? r->moved : 0, w_moved = w ? w->moved : 0;
    for (;;) {
      move m = step(p, r, r_moved, w, w_moved, Never);
      if (!m.n)
        return Never;
      uint32_t &moved = m.write ? w_moved : r_moved;
      moved += m.n;
      if (moved == (m.write ? w : r)->beats)
        return m.last;
    }
  }

  // All that have not ended, reads first, each kind in order.
  template <class F> void each(F f) const
  {
    for (const queue *q : { &reads, &writes })
      for (uint32_t k = 0; k < q->n; k++)
        f(q->item[(q->head + k) % Depth]);
  }

  // Beats that have moved before cycle t, which is now, of reads and writes that have not ended.
  void moving(uint64_t t, uint32_t beats[2])
  {
    advance(t);                          // none ends: run(t) has said so
    beats[0] = beats[1] = 0;
    each([beats](const burst *b) { beats[b->write] += b->moved; });
  }

  // The first burst that ends before `horizon` (its last says when), or null.
  burst *run(uint64_t horizon)
  {
    if (horizon <= early)
      return nullptr;                    // its beats move when somebody must know
    burst *b = advance(horizon);
    look();
    return b;
  }

private:
  static const uint32_t Depth = 512; // more than several devices can have outstanding
  struct queue {
    burst *item[Depth];
    uint32_t head = 0, n = 0;
    burst *first() const { return n ? item[head] : nullptr; }
  };
  queue reads, writes;
  const uint32_t period;             // cycles between two beats
  const bool dual;                   // a read and a write beat in one cycle
  struct pace {
    uint64_t slot_r = 0, slot_w = 0; // from when on there is credit
    uint64_t refresh_from = 0;       // next or present refresh
  } now;
  uint64_t early = Never;            // no burst ends before
  struct move { bool write; uint64_t t; uint32_t n; uint64_t last; };  // beats, from cycle t to last

  // As if nothing else were in the way.
  void look()
  {
    early = Never;
    if (const burst *r = reads.first())
      early = later(r->at + opt.latency, now.slot_r) + (r->beats - r->moved - 1) * (uint64_t)period;
    if (const burst *w = writes.first()) {
      const uint64_t end = later(w->time[w->beats - 1], now.slot_w + (w->beats - w->moved - 1) * (uint64_t)period);
      early = end < early ? end : early;
    }
  }

  // Moves the beats of cycles before `horizon`, up to the first burst that ends.
  burst *advance(uint64_t horizon)
  {
    return period == 1 && !dual ? advance_beats(horizon) : advance_any(horizon);
  }

  burst *end(queue &q, uint64_t t)
  {
    burst *b = q.first();
    b->last = t;
    q.head = (q.head + 1) % Depth;
    q.n--;
    return b;
  }

  // A beat a cycle: the case that costs time. (By itself it stays in registers.)
  [[gnu::noinline]] burst *advance_beats(uint64_t horizon)
  {
    burst *const r = reads.first(), *const w = writes.first();
    const uint64_t r_at = r ? r->at + opt.latency : Never;
    const uint32_t rn = r ? r->beats : 0, wn = w ? w->beats : 0;
    uint32_t rm = r ? r->moved : 0, wm = w ? w->moved : 0;
    uint64_t slot = now.slot_r, limit = earlier(horizon, now.refresh_from), w_at = wn ? w->time[wm] : Never;
    burst *ended = nullptr;
    while (!ended) {
      uint64_t t = later(slot, earlier(r_at, w_at));
      if (t >= limit) {
        if (t >= horizon)
          break;
        while (t >= now.refresh_from + opt.refresh)
          now.refresh_from += opt.interval;
        if (t >= now.refresh_from)
          limit = slot = now.refresh_from + opt.refresh;
        else
          limit = earlier(horizon, now.refresh_from);
        continue;
      }
      if (r_at <= t && (w_at > t || t % 2 == 0)) {
        r->time[rm++] = t++;
        if (w_at > t)                    // and on, until the write wants a beat too
          for (const uint64_t to = earlier(earlier(limit, w_at), t + (rn - rm)); t < to;)
            r->time[rm++] = t++;
        ended = rm == rn ? end(reads, t - 1) : nullptr;
      } else {
        wm++;
        ended = wm == wn ? end(writes, t) : nullptr;
        w_at = ended ? Never : w->time[wm];
        t++;
      }
      slot = t;
    }
    if (r)
      r->moved = rm;
    if (w)
      w->moved = wm;
    now.slot_r = now.slot_w = slot;
    return ended;
  }

  burst *advance_any(uint64_t horizon)
  {
    for (;;) {
      burst *r = reads.first(), *w = writes.first();
      move m = step(now, r, r ? r->moved : 0, w, w ? w->moved : 0, horizon);
      if (!m.n)
        return nullptr;
      burst *b = m.write ? w : r;
      b->last = m.last;
      if (m.write)
        b->moved += m.n;
      else
        for (uint64_t t = m.t; t <= b->last; t += period)
          b->time[b->moved++] = t;
      if (b->moved == b->beats)
        return end(m.write ? writes : reads, m.last);
    }
  }

  // What moves next: beats of the first read r or of the first write w; none before `horizon`: n is 0.
  move step(pace &p, const burst *r, uint32_t r_moved, const burst *w, uint32_t w_moved, uint64_t horizon) const
  {
    for (;;) {
      uint64_t at_r = r ? later(r->at + opt.latency, p.slot_r) : Never, at_w = w ? later(w->time[w_moved], p.slot_w) : Never;
      uint64_t t = at_r < at_w ? at_r : at_w;
      if (t >= horizon)
        return { false, t, 0, t };
      while (t >= p.refresh_from + opt.refresh)
        p.refresh_from += opt.interval;
      if (t >= p.refresh_from) {
        p.slot_r = p.slot_w = p.refresh_from + opt.refresh;
        continue;
      }
      const bool write = at_w < at_r || (at_w == at_r && !dual && t % 2 == 1);
      const uint64_t other = write ? at_r : at_w;   // then, or in the next cycle, it is decided anew
      uint64_t end = horizon < p.refresh_from ? horizon : p.refresh_from;
      end = other < end ? other : end;
      const uint32_t left = write ? w->beats - w_moved : r->beats - r_moved;
      move m = { write, t, 1, t };
      if (period == 1 && (!write || w->time[w->beats - 1] <= t + 1)) {   // nothing but `end` in the way: at once
        m.n = end > t + left ? left : end > t ? (uint32_t)(end - t) : 1;
        m.last = t + m.n - 1;
      }
      for (; m.n < left; m.n++) {
        uint64_t next = m.last + period;
        if (write)
          next = later(w->time[w_moved + m.n], next);
        if (next >= end)
          break;
        m.last = next;
      }
      (write ? p.slot_w : p.slot_r) = m.last + period;
      if (!dual)
        p.slot_r = p.slot_w = m.last + period;
      return m;
    }
  }

  static uint64_t later(uint64_t a, uint64_t b) { return a > b ? a : b; }
  static uint64_t earlier(uint64_t a, uint64_t b) { return a < b ? a : b; }
};

}  // namespace curta_time
#endif
