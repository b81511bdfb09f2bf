// SPDX-License-Identifier: Apache-2.0
// curta_time_vplan.cpp - what a vector command needs of the engine, and what a group of elements costs in its lanes
#include <algorithm>
#include "curta_time_vector.h"

namespace curta_time {
namespace {

// Stages from the entry of a group to its result: front, four of the requantiser, post (v1..v6).
const uint32_t LaneStages = 6;
// A quotient: stages in front of its use; cycles of one whose factor has more than 18 bits.
const uint32_t QuotientStages = 4, QuotientCycles = 2;

uint32_t max1(uint32_t x)
{
  return x ? x : 1;
}

// A group of a stepped command: rotations that add the decay term, then a pass through all stages for each rounding.
uint32_t stepped_period(bool decay, bool master, bool reduce, uint32_t turn)
{
  uint32_t cycles = LaneStages + 1;
  if (decay)
    cycles += turn;
  if (decay && master)
    cycles += LaneStages + 1;                  // w = psto(wf) for the decay term
  if (master && !reduce)
    cycles += LaneStages;                      // psto(wf')
  return cycles;
}

}  // namespace

vector_plan plan_vector(const curta_config &shape, const uint32_t *cmd)
{
  const uint32_t op = curta_cmd_get(cmd, CURTA_CMD_OPCODE), c = (uint32_t)shape.lanes, bus = (uint32_t)shape.bus;
  const uint32_t turn = max1(4 * c / bus);     // beats of a group of int32
  const bool map = op == CURTA_OP_MAP, scatter = op == CURTA_OP_SCATTER, update = op == CURTA_OP_UPDATE;
  const bool reduce = op == CURTA_OP_REDUCE;
  const bool decay = (update || reduce) && curta_cmd_get(cmd, CURTA_UPDATE_DECAY);
  const bool master = (update || decay) && curta_cmd_get(cmd, CURTA_UPDATE_MASTER);
  vector_plan p = {};
  p.fill = op == CURTA_OP_FILL;
  p.writes_scalar = reduce || op == CURTA_OP_LOSS;
  p.n32 = update || reduce;
  p.window_src = map && curta_cmd_get(cmd, CURTA_MAP_POOL);
  p.window_dst = scatter;
  p.aux_last = p.aux_dst = map && curta_cmd_get(cmd, CURTA_MAP_MASK);
  p.planes = map && curta_cmd_get(cmd, CURTA_MAP_DST_TYPE) == CURTA_TYPE_INT24;
  p.copy = p.planes || (map && curta_cmd_get(cmd, CURTA_MAP_DST_TYPE) == CURTA_TYPE_INT32);
  p.src = map || scatter || update || reduce;
  p.acc = (map || update || reduce) && curta_cmd_get(cmd, CURTA_MAP_SRC_ACC);
  p.aux = p.aux_last || scatter || update || decay;
  p.dst = map || scatter || update || p.fill;
  p.idx = p.window_src || p.planes || (update && master);
  p.kh = p.kw = p.passes = 1;
  if (p.window_src || p.window_dst) {
    p.kh = curta_cmd_get(cmd, CURTA_MAP_KH);
    p.kw = curta_cmd_get(cmd, CURTA_MAP_KW);
    p.passes = p.kh * p.kw;
  }
  p.upd = update && curta_cmd_get(cmd, CURTA_UPDATE_NITRO);
  p.keep = scatter && curta_cmd_get(cmd, CURTA_SCATTER_DST_TYPE) == CURTA_TYPE_INT32;
  p.back = map && p.copy && !p.planes && curta_cmd_get(cmd, CURTA_MAP_ACT) >= CURTA_ACT_BACK_ZS;
  p.padded = (p.window_src || p.window_dst) && curta_cmd_get(cmd, CURTA_MAP_PADDED);
  p.turn = turn;
  if (p.upd)
    p.passes = 2;                              // gradients, weights
  if (p.back)
    p.aux = p.aux_dst = p.writes_scalar = true;
  const bool zs = map && curta_cmd_get(cmd, CURTA_MAP_ZS);
  p.idx = p.idx || zs;
  p.src_bytes = (map || scatter) && !p.acc && curta_cmd_get(cmd, CURTA_MAP_SRC_TYPE) == CURTA_TYPE_INT8 ? 1 : 4;
  p.mid = p.n32 && !p.acc && curta_cmd_get(cmd, CURTA_UPDATE_SRC_TYPE) == CURTA_TYPE_INT24;
  p.aux_bytes = p.upd ? 4 : master ? 2 : 1;
  p.dst_bytes = (p.copy && !p.planes) || p.keep || p.upd ? 4 : 1;
  p.idx_bytes = update || p.planes ? 2 : 1;
  p.period = 1;
  p.out = LaneStages;
  if (p.copy) {
    p.period = p.planes ? max1(2 * c / bus) : turn; // the low halves of a group leave, or all of it
    p.out = 1;
  }
  const bool div = map && curta_cmd_get(cmd, CURTA_MAP_DIV);
  const uint32_t m = curta_cmd_get(cmd, CURTA_MAP_DIV_M);
  const bool two = p.upd || (div && (m % 64 || !(m >> 23) || curta_cmd_get(cmd, CURTA_MAP_DIV_T) > 11));
  if (div || zs || (p.padded && map) || (map && !p.copy && curta_cmd_get(cmd, CURTA_MAP_ACT) == CURTA_ACT_NITRO))
    p.out += !div ? 1 : two ? QuotientStages + 2 : QuotientStages + 1;
  if (p.upd)
    p.out += QuotientStages;
  if (two)
    p.period = std::max({ p.period, QuotientCycles, turn });   // the weights of a group leave
  p.paced = two;
  if (p.back || p.keep) {
    p.period = turn + 2;                       // load, bend, rotate out
    p.out = 2;
  }
  p.draw = curta_cmd_get(cmd, CURTA_MAP_ROUND) == CURTA_ROUND_STOCHASTIC && ((update && !p.upd) || ((map || scatter) && curta_cmd_get(cmd, CURTA_MAP_REQ)));
  if (decay || master) {
    p.period = std::max(p.period, stepped_period(decay, master, reduce, turn) + (p.acc ? 1u : 0u));
    p.out = p.period - 1;
  } else if (p.acc && !p.upd) {
    p.out++;                                   // the memory answers a cycle later
    p.period += p.back ? 1 : 0;
  }
  // A beat a cycle leaves a read FIFO.
  p.src_period = p.acc ? 1 : max1((p.mid ? 2 : p.src_bytes) * c / bus);
  p.aux_period = max1(p.aux_bytes * c / bus);
  return p;
}

}  // namespace curta_time
