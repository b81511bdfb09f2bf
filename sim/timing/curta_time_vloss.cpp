// SPDX-License-Identifier: Apache-2.0
// curta_time_vloss.cpp - LOSS in time, an image at a time: rtl/curta_loss.v
#include "curta_time_vector.h"
#include <algorithm>

namespace curta_time {

void vector_engine::loss_row(uint64_t t)
{
  const uint32_t side = (uint32_t)core_.shape.t;
  if (t == cmd.go + 1) {
    rows = cmd.get(CURTA_LOSS_ROWS);
    classes = cmd.get(CURTA_LOSS_CLASSES);
    rounded = (rows + side - 1) / side * side;
    row = 0;
    t += ParameterCycles + 2;           // SSize0 waits for the parameters, SSize1
  }
  wanted = 0;
  loss_at = t + 4;                      // SRow, SAddr0, SAddr1, the register behind
  src.start(1);
  aux.start(1);
  core_.sched.wake(Vector, loss_at);
}

// Asks for the logits and the label of an image, three cycles an address.
void vector_engine::loss_work(uint64_t t)
{
  const uint32_t side = (uint32_t)core_.shape.t, pieces = (classes + side - 1) / side, bus = (uint32_t)core_.shape.bus;
  if (t < loss_at) {
    if (loss_at != Never)
      core_.sched.wake(Vector, loss_at);
    return;
  }
  loss_at = Never;
  if (row >= rows) {
    loss_data(t);
    return;
  }
  read_stream &in = wanted < pieces ? src : aux;
  if (!in.room()) {
    core_.sched.wake(Vector, loss_at = t + 1);
    return;
  }
  burst &b = in.at(in.asked++);
  uint64_t taken = core_.read_port(&in == &src ? 2 : 3, t);
  uint32_t addr = &in == &src ? cmd.get(CURTA_LOSS_SRC) + (row / side * pieces + wanted) * side * side + row % side * side
                              : cmd.get(CURTA_LOSS_AUX) + 2 * row;
  b.addr = addr / bus * bus;
  b.beats = 1;
  core_.read(&b, taken);
  src.depth = SrcFifo;
  if (wanted++ < pieces)
    core_.sched.wake(Vector, loss_at = taken + 3);
}

// All beats of an image are there: the rest of its time is arithmetic. Then its row goes out in pieces of T bytes.
void vector_engine::loss_data(uint64_t t)
{
  const uint32_t side = (uint32_t)core_.shape.t, pieces = (classes + side - 1) / side, bus = (uint32_t)core_.shape.bus;
  const bool real = row < rows;
  if (row >= rounded) {
    if (out_made == out_done)
      finish(last_write + core_.mem.latency + 4);
    return;
  }
  if (real && (src.arrived < pieces || aux.arrived < 1))
    return;
  uint64_t at = real ? src.at(pieces - 1).last : t - 2;      // padding: SOut follows SRow
  if (real) {
    const bool rss = cmd.get(CURTA_LOSS_RSS);
    uint64_t c_at = 0;
    for (uint32_t k = 0; k < pieces; k++)
      c_at = std::max(c_at, src.at(k).last + SrcFifoCycles) + std::min(side, classes - k * side);
    at = std::max(c_at, aux.at(0).last + FifoCycles) + 1;      // label
    if (rss) {
      at += 1;                                                   // the label's logit
    } else {
      at += 4 + classes + 5;                                     // largest logit, sum of the terms
      at += 20 + 15 * (uint64_t)(classes - 1);                   // divisions: 12 bits each, first waits for a term
      at += cmd.get(CURTA_MAP_ROUND) == CURTA_ROUND_STOCHASTIC ? 10 : 4;  // SFix waits for a draw
    }
    at += 1;                                                     // the label's error; now SOut
  }
  for (uint32_t k = 0; k < pieces; k++) {
    at += side + 5;                                              // read T bytes, room, address
    burst &b = out[out_made++ & out_mask];
    b.stream = 0;
    b.beats = 1;
    b.addr = (cmd.get(CURTA_LOSS_DST) + (row / side * pieces + k) * side * side + row % side * side) / bus * bus;
    b.time[0] = std::max(at + 3, t + 1);
    out_sent++;
    core_.write(&b, t);
  }
  row++;
  if (row < rounded)
    loss_row(at + 2);                 // SNext, SRow
}

}  // namespace curta_time
