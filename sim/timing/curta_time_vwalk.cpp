// SPDX-License-Identifier: Apache-2.0
// curta_time_vwalk.cpp - the addresses of a vector command in time, one after the other: rtl/curta_vwalk.v, curta_vstream_rd.v
#include "curta_time_vector.h"
#include <algorithm>

namespace curta_time {

const uint32_t Quad = 4;             // bytes of an int32

void vector_engine::walk(uint64_t t)
{
  if (t < walk_at) {
    core_.sched.wake(Vector, walk_at);
    return;
  }
  uint64_t taken = t;
  if (!take(t, &taken)) {
    blocked = true;
    return;
  }
  uint32_t gap = advance();
  // the walker works out the next one while this one waits in its register, which is filled every second cycle
  walk_at = gap ? std::max(walk_from + gap, taken + 2) : Never;
  walk_from = walk_at;
  if (gap)
    core_.sched.wake(Vector, walk_at);
  lanes(taken);
  send(taken);
}

uint32_t vector_engine::address() const
{
  static const uint32_t base[Kinds] = { CURTA_MAP_SRC, CURTA_MAP_AUX, CURTA_MAP_DST, CURTA_MAP_IDX };
  const uint32_t bytes[Kinds] = { plan.src_bytes, plan.aux_bytes, plan.dst_bytes, plan.idx_bytes };
  bool is_dst = slot >= Dst || (slot == Aux && plan.aux_dst), window = slot == Src ? plan.window_src : slot == Dst && plan.window_dst;
  uint32_t tile = is_dst ? dst_tile[0] : src_tile[0];
  const int32_t pad_y = plan.padded ? curta_cmd_gets(cmd.word, CURTA_MAP_PAD_Y) : 0, pad_x = plan.padded ? curta_cmd_gets(cmd.word, CURTA_MAP_PAD_X) : 0;
  if (window)
    tile += (ky - (uint32_t)pad_y) * cmd.get(CURTA_MAP_W_SY) + (kx - (uint32_t)pad_x) * cmd.get(CURTA_MAP_W_SX);
  if (plan.planes && slot >= Dst)                // the low halves stand behind the high bytes, in the place of an int32 tile
    return cmd.get(CURTA_MAP_DST) + tile * t2 * 4 + (slot == Idx ? t2 : 0);
  return cmd.get(base[slot]) + tile * t2 * bytes[slot];
}

// Outside the map: rows and columns are counted in windows.
bool vector_engine::hole() const
{
  if (!plan.padded || (slot == Src ? !plan.window_src : slot != Dst || !plan.window_dst))
    return false;
  const int64_t y = (int64_t)i[2] * plan.kh + ky - curta_cmd_gets(cmd.word, CURTA_MAP_PAD_Y);
  const int64_t x = (int64_t)i[1] * plan.kw + kx - curta_cmd_gets(cmd.word, CURTA_MAP_PAD_X);
  return y < 0 || y >= cmd.get(CURTA_MAP_LIM_Y) || x < 0 || x >= cmd.get(CURTA_MAP_LIM_X);
}

// Is the address taken? A hole has only its place in the order.
bool vector_engine::take(uint64_t t, uint64_t *taken)
{
  const bool tagged = plan.padded && slot == (plan.window_src ? Src : Dst);
  if (tagged && tags.size() >= TagFifo)
    return false;
  if (hole()) {
    tags.push_back({ t + 1, true });
    return true;
  }
  if (!ask(t, taken))
    return false;
  if (tagged)
    tags.push_back({ *taken + 1, false });
  return true;
}

bool vector_engine::ask(uint64_t t, uint64_t *taken)
{
  if (slot >= Dst) {
    if (addresses.size() >= AddressFifo)
      return false;
    addresses.push_back(address());
    return true;
  }
  if (slot == Src && plan.acc) {
    if (acc_tiles.size() >= AccFifo)
      return false;
    acc_tiles.push_back(t + 1);
    return true;
  }
  const bool weights = slot == Aux && plan.upd;
  read_stream &in = slot == Src || weights ? src : aux;
  if (!in.room())
    return false;
  burst &b = in.at(in.asked++);
  b.addr = address();
  b.beats = weights ? Quad * t2 >> log2 : in.beats;
  *taken = core_.read_port(&in == &src ? 2 : 3, t);
  core_.read(&b, *taken);
  return true;
}

// To the next address: cycles until it is offered, 0 after the last.
uint32_t vector_engine::advance()
{
  if ((slot == Src && plan.window_src) || (slot == Dst && plan.window_dst)) {
    if (++kx < plan.kw)
      return 3;                        // two cycles more at a window step
    kx = 0;
    if (++ky < plan.kh)
      return 3;
    ky = 0;
  }
  const bool use[Kinds] = { plan.src, plan.aux, plan.dst, plan.idx };
  for (int k = slot + 1; k < Kinds; k++)
    if (use[k]) {
      slot = (kind)k;
      return 1;
    }
  slot = plan.src ? Src : Dst;
  return --items ? next_row() : 0;
}

uint32_t vector_engine::next_row()
{
  static const uint32_t cycles[4] = { 1, 5, 8, 10 };  // SAdv0..3; partial sums of the inner loops follow
  uint32_t k = 0;
  while (++i[k] == n[k])
    i[k++] = 0;
  src_tile[k] += s[k];
  dst_tile[k] += d[k];
  for (uint32_t j = 0; j < k; j++) {
    src_tile[j] = src_tile[k];
    dst_tile[j] = dst_tile[k];
  }
  return cycles[k];
}

void vector_engine::unblock(uint64_t t)
{
  if (!blocked)
    return;
  blocked = false;
  walk_at = std::max(walk_at, t);
  core_.sched.wake(Vector, walk_at);
}

}  // namespace curta_time
