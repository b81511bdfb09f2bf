// SPDX-License-Identifier: Apache-2.0
// curta_time_vlanes.cpp - tiles through the lanes and to memory, in time: rtl/curta_vissue.v, curta_vstream_wr.v
#include "curta_time_vector.h"
#include <algorithm>

namespace curta_time {

// Draws of a group start when those of the last one are taken: two stages, nine cycles of curta_rand.
const uint64_t DrawPeriod = 11;
const uint64_t AddressCycles = 2;    // address of an idle write port before its first beat: AW, length FIFO

vector_engine::needs vector_engine::wants() const
{
  const bool last = pass + 1 == plan.passes, skip = plan.padded && !tags.empty() && tags.front().hole;
  needs w;
  w.src = plan.src && (!plan.window_dst || pass == 0) && !(skip && plan.window_src);
  w.acc = w.src && plan.acc && !(plan.upd && pass);
  w.aux = plan.aux && !plan.upd && (plan.aux_last ? last : pass == 0);
  w.out = plan.dst && (plan.window_dst ? !skip : last);
  return w;
}

// Cycles from a group of the present pass to the next.
uint32_t vector_engine::group_period(const needs &w) const
{
  if (!plan.keep)
    return plan.period;
  return plan.period - (w.out ? 0 : plan.turn) + (pass ? 1 : 0);   // later passes load from the tile memory
}

bool vector_engine::lanes_ready() const
{
  const needs w = wants();
  if (plan.padded && tags.empty())
    return false;
  if (w.src && (w.acc ? acc_tiles.empty() : src.used == src.arrived))
    return false;
  if (w.aux && aux.used == aux.arrived)
    return false;
  if (plan.fill && addresses.size() <= ready.size())
    return false;
  return !w.out || (room(0) && (!plan.idx || room(1)));
}

void vector_engine::lanes(uint64_t t)
{
  while (passes_left && (begun || lanes_ready()))
    if (!one_pass(t))
      return;
}

// Groups enter, from enter_at on, which is the earliest cycle of the next tile's at the end. s_, a_: tiles of the streams, or null.
// false: not all, more in a later cycle: what a GEMM that has not started will take of the accumulator memory is not known.
bool vector_engine::fire_groups(uint64_t t, const burst *s_, const burst *a_, bool mid)
{
  const bool draws = now.src && plan.draw;    // a SCATTER rounds in its first pass
  const uint32_t period = group_period(now);
  if (!s_ && !a_ && !now.acc && !draws) {
    for (uint32_t g = 0; g < groups; g++)
      fire[g] = enter_at + g * (uint64_t)period;
    enter_at += groups * (uint64_t)period;
    return true;
  }
  // The low halves of int24 come behind the plane of high bytes. UPDATE NITRO: a group of int32 before the next of int24.
  const uint64_t *const s_time = !s_ ? nullptr : mid ? s_->time + (t2 >> log2) : s_->time, *const a_time = a_ ? a_->time : nullptr;
  const uint32_t s_bytes = c * (mid ? 2 : plan.src_bytes), a_bytes = c * plan.aux_bytes, weights = plan.upd && plan.mid;
  const uint32_t s_step = weights && !mid ? plan.turn : plan.src_period, s_last = weights && mid ? plan.turn : plan.src_period;
  uint64_t at = enter_at, s_at = src_at, a_at = aux_at, d_at = draw_at;
  const uint64_t known = now.acc ? core_.matrix.reads_known(t) : Never;
  uint32_t g = entered;
  for (; g < groups; g++) {
    if (s_time)
      at = std::max({ at, s_at, s_time[((g + 1) * s_bytes - 1) >> log2] + SrcFifoCycles });
    if (a_time)
      at = std::max({ at, a_at, a_time[((g + 1) * a_bytes - 1) >> log2] + FifoCycles });
    if (draws)
      at = std::max(at, d_at);
    if (now.acc) {
      at = core_.matrix.memory_free(at);
      if (at >= known) {
        core_.sched.wake(Vector, std::max(t + 1, at - (known - t)));
        break;
      }
    }
    fire[g] = at;
    s_at = at + s_step;
    a_at = at + plan.aux_period;
    d_at = at + DrawPeriod;
    at += period;
  }
  src_at = !s_ ? src_at : g < groups ? s_at : fire[groups - 1] + s_last;
  aux_at = a_ ? a_at : aux_at;
  draw_at = draws ? d_at : draw_at;
  enter_at = at;
  entered = g;
  return g == groups;
}

// When the first group of a tile may enter: whether it may is worked out in the cycle before, from what is known then.
uint64_t vector_engine::begin_pass(uint64_t t)
{
  uint64_t at = std::max(lane_at, run_at + 1);
  now = wants();
  if (plan.padded) {
    at = std::max(at, tags.front().at + 1);
    tags.pop_front();
  }
  if (now.acc) {
    at = std::max(at, acc_tiles.front() + 1);
    acc_tiles.pop_front();
  }
  if (plan.fill)
    at = std::max(at, t + 1);
  for (int k = 0; k < 2; k++)       // room that a written tile has left: two registers
    if (now.out && (k == 0 || plan.idx) && reserved[k] >= capacity[k])
      at = std::max(at, freed_at[k][(reserved[k] - capacity[k]) % Ring] + 2);
  return at;
}

// false: a part of its groups, the others in a later cycle.
bool vector_engine::one_pass(uint64_t t)
{
  const bool last = pass + 1 == plan.passes, mid = plan.mid && !(plan.upd && pass);
  const uint32_t late = plan.keep && pass;
  if (!begun)
    enter_at = begin_pass(t);
  const needs w = now;
  const burst *s_ = w.src && !w.acc ? &src.front() : nullptr, *a_ = w.aux ? &aux.front() : nullptr;
  if (s_ && mid)                               // the plane of high bytes goes before the groups
    enter_at = std::max(enter_at, std::max(src_at, s_->time[0] + SrcFifoCycles) + (t2 >> log2));
  begun = !fire_groups(t, s_, a_, mid);
  if (begun)
    return false;
  entered = 0;
  if (w.acc && plan.paced)                     // what follows may come a cycle earlier
    enter_at++;
  lane_at = enter_at;
  last_fire = fire[groups - 1];
  if (s_)
    src.used++;
  if (a_)
    aux.used++;
  if (w.src || w.aux || plan.padded)
    unblock(last_fire + 1);
  pass = last ? 0 : pass + 1;
  passes_left--;
  if (w.out) {
    reserved[0]++;
    emit(Dst, t2 * plan.dst_bytes >> log2, late, t);
    if (plan.idx) {
      reserved[1]++;
      emit(Idx, t2 * plan.idx_bytes >> log2, late, t);
    }
    send(t);
  } else {
    maybe_finish(t);
  }
  return true;
}

// The beats of a tile of results: each when its last group, or its part of a group, is there.
void vector_engine::emit(kind k, uint32_t beats, uint32_t late, uint64_t t)
{
  const uint32_t group = (uint32_t)__builtin_ctz(c * (k == Dst ? plan.dst_bytes : plan.idx_bytes));  // log2 of its bytes
  const uint32_t parts = group > log2 ? 1u << (group - log2) : 1, each = group > log2 ? 1 : 1u << (log2 - group);   // beats of a group, groups of a beat
  burst &b = out[out_made++ & out_mask];
  b.stream = k == Idx;
  b.beats = beats;
  for (uint32_t j = 0, g = each - 1, part = 0; j < beats; j++) {
    b.time[j] = std::max(fire[g] + plan.out + late + part + FifoCycles, t + 1);
    if (++part == parts) {
      part = 0;
      g += each;
    }
  }
  ready.push_back(&b);
}

// Addresses and data meet in the order of the walk.
void vector_engine::send(uint64_t t)
{
  while (!ready.empty() && !addresses.empty()) {
    burst *b = ready.front();
    ready.pop_front();
    b->addr = addresses.front();
    addresses.pop_front();
    uint64_t from = t + 1;
    if (out_sent == out_done)      // an idle port: the address leaves when the first beat is there
      from = std::max(from, b->time[0] + AddressCycles);
    for (uint32_t j = 0; j < b->beats && b->time[j] < from; j++)
      b->time[j] = from;
    out_sent++;
    core_.write(b, t);
    if (slot >= Dst || addresses.size() + 1 == AddressFifo)
      unblock(t + 1);
  }
}

}  // namespace curta_time
