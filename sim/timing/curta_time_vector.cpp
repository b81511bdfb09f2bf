// SPDX-License-Identifier: Apache-2.0
// curta_time_vector.cpp - a vector command from go to done_o, in time: rtl/curta_vctl.v (walk, lanes, LOSS: files beside this)
#include "curta_time_vector.h"
#include <algorithm>

namespace curta_time {

const uint32_t AuxFifo = 64;         // beats
const uint64_t ScalarCycles = 8;     // go to done_o of SCALAR
const uint64_t RateCycles = 4;       // go to run_o takes so many more for the rates of UPDATE NITRO
const uint64_t PadCycles = 37;       // the walker multiplies PAD_Y and PAD_X by their strides
const uint64_t WalkStart = 8;        // go to the first address in its register: three words, slot, three stages

vector_engine::vector_engine(core &core) : engine(core, Vector), t2((uint32_t)(core.shape.t * core.shape.t)),
  c((uint32_t)core.shape.lanes), groups(t2 / c), log2((uint32_t)__builtin_ctz((uint32_t)core.shape.bus))
{
  src.depth = SrcFifo;
  aux.depth = AuxFifo;
  for (uint32_t k = 0; k < read_stream::Ring; k++) {
    src.tile[k].user = aux.tile[k].user = this;
    src.tile[k].client = 2;
    aux.tile[k].client = 3;
  }
  for (burst &b : out)
    b.user = this;
}

engine *new_vector_engine(core &c)
{
  return new vector_engine(c);
}

void vector_engine::go(uint64_t t)
{
  static const uint32_t counts[4] = { CURTA_MAP_N0, CURTA_MAP_N1, CURTA_MAP_N2, CURTA_MAP_N3 };
  const uint32_t op = cmd.get(CURTA_CMD_OPCODE);
  config_free(++t);                // its words become the present ones: those of the next may come
  loss = false;
  if (op == CURTA_OP_SCALAR) {
    finish(t + ScalarCycles);
    return;
  }
  plan = plan_vector(core_.shape, cmd.word);
  run_at = lane_at = src_at = aux_at = draw_at = t + ParameterCycles + (plan.upd ? RateCycles : 0);
  addresses.clear();
  ready.clear();
  acc_tiles.clear();
  tags.clear();
  out_made = out_sent = out_done = pass = ky = kx = 0;
  reserved[0] = reserved[1] = freed[0] = freed[1] = 0;
  last_write = last_fire = 0;
  blocked = begun = false;
  entered = 0;
  src.start(t2 * (plan.mid ? 3 : plan.src_bytes) >> log2);
  aux.start(t2 * plan.aux_bytes >> log2);
  capacity[0] = DstFifo / (t2 * plan.dst_bytes >> log2);
  capacity[1] = IdxFifo / (t2 * plan.idx_bytes >> log2);
  out_mask = op == CURTA_OP_LOSS ? Ring - 1 : ring_mask(capacity[0] + capacity[1]);
  if (op == CURTA_OP_LOSS) {
    loss = true;
    loss_row(t);
    return;
  }
  items = 1;
  for (uint32_t k = 0; k < 4; k++) {
    n[k] = plan.n32 ? (k ? 1 : cmd.get(CURTA_UPDATE_N)) : cmd.get(counts[k]);
    i[k] = src_tile[k] = dst_tile[k] = 0;
    s[k] = k ? cmd.word[9 + k] : 1;
    d[k] = k ? cmd.word[12 + k] : 1;
    items *= n[k];
  }
  passes_left = items * plan.passes;
  slot = plan.src ? Src : Dst;
  walk_at = t + WalkStart + (plan.padded ? PadCycles : 0);
  walk_from = walk_at;
  core_.sched.wake(Vector, walk_at);
}

void vector_engine::work(uint64_t t)
{
  if (failure)
    return;
  if (loss) {
    loss_work(t);
    return;
  }
  if (walk_at != Never && !blocked)
    walk(t);
  lanes(t);
}

void vector_engine::burst_done(burst *b, uint64_t t)
{
  core_.moved(b, t);
  if (b->write) {
    out_done++;
    last_write = t;
    freed_at[b->stream][freed[b->stream]++ % Ring] = t;
  } else if (b->client == 2) {
    src.arrived++;
  } else {
    aux.arrived++;
  }
  if (b->bad)
    bus_error(0);
  if (failure) {                   // nothing more is asked for
    walk_at = loss_at = Never;
    if (idle_bus())
      finish(t + core_.mem.latency + 2);
    return;
  }
  if (loss) {
    if (!b->write || row >= rounded)
      loss_data(t);
    return;
  }
  if (!b->write)
    unblock(t + 1);                // fewer bursts outstanding
  lanes(t);
  maybe_finish(t);
}

// done_o: two cycles after the last acknowledgement, four with a scale register.
void vector_engine::maybe_finish(uint64_t t)
{
  if (passes_left || walk_at != Never || out_made != out_done || !ready.empty() || !addresses.empty() || !running)
    return;
  if (plan.dst && out_made)             // a SCATTER of padding alone writes nothing
    finish(last_write + core_.mem.latency + 2 + (plan.writes_scalar ? 2 : 0));
  else
    finish(std::max(last_fire + plan.out + (plan.writes_scalar ? 4 : 3), t + 1));   // the lanes are empty, the scale register is written
}

}  // namespace curta_time
