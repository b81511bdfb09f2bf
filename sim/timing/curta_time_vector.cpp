// SPDX-License-Identifier: Apache-2.0
// curta_time_vector.cpp - the vector engine in time: rtl/curta_vctl.v, curta_vwalk.v, curta_vstream_*.v, curta_vissue.v
#include "curta_time_vector.h"
#include <algorithm>

namespace curta_time {

const uint32_t SrcFifo = 128, AuxFifo = 64, DstFifo = 64, IdxFifo = 32;  // beats
const uint32_t AddressFifo = 16, AccFifo = 8, TagFifo = 16;             // tiles, passes
const uint64_t ScalarCycles = 7;     // go to done_o of SCALAR
const uint64_t ParameterCycles = 6;  // go to run_o
const uint64_t RateCycles = 4;       // and for the rates of UPDATE NITRO
const uint64_t PadCycles = 37;       // the walker multiplies PAD_Y and PAD_X by their strides
const uint64_t WalkStart = 7;        // go to the first address: three words, slot, three stages
const uint32_t Quad = 4;             // bytes of an int32
const uint64_t FifoCycles = 2;       // through a FIFO in block RAM
// Draws of a group start when those of the last one are taken: two stages, nine cycles of curta_rand.
const uint64_t DrawPeriod = 11;
const uint64_t AddressCycles = 2;    // address of an idle write port before its first beat: AW, length FIFO

vector_engine::vector_engine(core &c) : engine(c, Vector)
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
  const uint32_t op = cmd.get(CURTA_CMD_OPCODE), t2 = (uint32_t)(core_.shape.t * core_.shape.t), bus = (uint32_t)core_.shape.bus;
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
  blocked = false;
  src.start(t2 * (plan.mid ? 3 : plan.src_bytes) / bus);
  aux.start(t2 * plan.aux_bytes / bus);
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
  core_.sched.wake(Vector, walk_at);
}

void vector_engine::work(uint64_t t)
{
  if (failure)
    return;
  if (loss)
    loss_work(t);
  else if (walk_at != Never && !blocked)
    walk(t);
}

// ---- walker (curta_vwalk): one address after the other

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
  walk_at = gap ? taken + gap : Never;
  if (gap)
    core_.sched.wake(Vector, walk_at);
  lanes(taken);
  send(taken);
}

uint32_t vector_engine::address() const
{
  static const uint32_t base[Kinds] = { CURTA_MAP_SRC, CURTA_MAP_AUX, CURTA_MAP_DST, CURTA_MAP_IDX };
  const uint32_t t2 = (uint32_t)(core_.shape.t * core_.shape.t);
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
  burst &b = in.tile[in.asked++ % read_stream::Ring];
  b.addr = address();
  b.beats = weights ? Quad * (uint32_t)(core_.shape.t * core_.shape.t) / (uint32_t)core_.shape.bus : in.beats;
  *taken = core_.read_port(t);
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

// ---- lanes (curta_vissue): a tile passes once for each window position

uint32_t vector_engine::capacity(int stream) const
{
  uint32_t t2 = (uint32_t)(core_.shape.t * core_.shape.t), bus = (uint32_t)core_.shape.bus;
  return stream ? IdxFifo / (t2 * plan.idx_bytes / bus) : DstFifo / (t2 * plan.dst_bytes / bus);
}

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
  while (passes_left && lanes_ready())
    one_pass(t);
}

void vector_engine::one_pass(uint64_t t)
{
  const uint32_t t2 = (uint32_t)(core_.shape.t * core_.shape.t), c = (uint32_t)core_.shape.lanes, bus = (uint32_t)core_.shape.bus;
  const uint32_t groups = t2 / c, log2 = (uint32_t)__builtin_ctz(bus);   // of the bytes of a beat
  const needs w = wants();
  const bool last = pass + 1 == plan.passes, mid = plan.mid && !(plan.upd && pass);
  const uint32_t period = group_period(w), late = plan.keep && pass;
  uint64_t at = std::max(lane_at, run_at);
  if (plan.padded) {
    at = std::max(at, tags.front().at);
    tags.pop_front();
  }
  if (w.acc) {
    at = std::max(at, acc_tiles.front());
    acc_tiles.pop_front();
  }
  if (plan.fill)
    at = std::max(at, t + 1);
  for (int k = 0; k < 2; k++)       // room that a written tile has left: two registers
    if (w.out && (k == 0 || plan.idx) && reserved[k] >= capacity(k))
      at = std::max(at, freed_at[k][(reserved[k] - capacity(k)) % Ring] + 2);
  const burst *s_ = w.src && !w.acc ? &src.front() : nullptr, *a_ = w.aux ? &aux.front() : nullptr;
  const bool draws = w.src && plan.draw;    // a SCATTER rounds in its first pass
  if (s_ && mid)                               // the plane of high bytes goes before the groups
    at = std::max(at, std::max(src_at, s_->time[0] + FifoCycles) + t2 / bus);
  for (uint32_t g = 0; g < groups; g++) {
    if (s_ && mid)                             // the low halves of the group
      at = std::max({ at, src_at, s_->time[t2 / bus + (((g + 1) * c * 2 - 1) >> log2)] + FifoCycles });
    else if (s_)
      at = std::max({ at, src_at, s_->time[((g + 1) * c * plan.src_bytes - 1) >> log2] + FifoCycles });
    if (a_)
      at = std::max({ at, aux_at, a_->time[((g + 1) * c * plan.aux_bytes - 1) >> log2] + FifoCycles });
    if (draws)
      at = std::max(at, draw_at);
    fire[g] = at;
    const bool weights = plan.upd && plan.mid && mid == (g + 1 == groups);   // the next group: int32 among int24
    src_at = s_ ? at + (weights ? plan.turn : plan.src_period) : src_at;
    aux_at = a_ ? at + plan.aux_period : aux_at;
    draw_at = draws ? at + DrawPeriod : draw_at;
    at += period;
  }
  if (w.acc && plan.paced)                     // what follows may come a cycle earlier
    at++;
  lane_at = at;
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
    emit(Dst, t2 * plan.dst_bytes / bus, late, t);
    if (plan.idx) {
      reserved[1]++;
      emit(Idx, t2 * plan.idx_bytes / bus, late, t);
    }
    send(t);
  } else {
    maybe_finish(t);
  }
}

// The beats of a tile of results: each when its last group, or its part of a group, is there.
void vector_engine::emit(kind k, uint32_t beats, uint32_t late, uint64_t t)
{
  const uint32_t c = (uint32_t)core_.shape.lanes, bus = (uint32_t)core_.shape.bus;
  const uint32_t bytes = c * (k == Dst ? plan.dst_bytes : plan.idx_bytes);     // of a group
  burst &b = out[out_made++ % Ring];
  b.stream = k == Idx;
  b.beats = beats;
  const uint32_t parts = bytes > bus ? bytes / bus : 1, groups = bytes > bus ? 1 : bus / bytes;   // beats of a group, groups of a beat
  for (uint32_t j = 0, g = groups - 1, part = 0; j < beats; j++) {
    b.time[j] = std::max(fire[g] + plan.out + late + part + FifoCycles, t + 1);
    if (++part == parts) {
      part = 0;
      g += groups;
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

// done_o: two cycles after the last acknowledgement, three with a scale register.
void vector_engine::maybe_finish(uint64_t t)
{
  if (passes_left || walk_at != Never || out_made != out_done || !ready.empty() || !addresses.empty() || !running)
    return;
  if (plan.dst && out_made)             // a SCATTER of padding alone writes nothing
    finish(last_write + core_.mem.latency + 2 + (plan.writes_scalar ? 1 : 0));
  else
    finish(std::max(last_fire + plan.out + 3, t + 1));   // the lanes are empty, the scale register is written
}

// ---- LOSS

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
  loss_at = t + 3;                      // SRow, SAddr0, SAddr1
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
  burst &b = in.tile[in.asked++ % read_stream::Ring];
  uint64_t taken = core_.read_port(t);
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
      finish(last_write + core_.mem.latency + 3);
    return;
  }
  if (real && (src.arrived < pieces || aux.arrived < 1))
    return;
  uint64_t at = real ? src.tile[(pieces - 1) % read_stream::Ring].last : t - 2;      // padding: SOut follows SRow
  if (real) {
    const bool rss = cmd.get(CURTA_LOSS_RSS);
    uint64_t c_at = 0;
    for (uint32_t k = 0; k < pieces; k++)
      c_at = std::max(c_at, src.tile[k % read_stream::Ring].last + FifoCycles) + std::min(side, classes - k * side);
    at = std::max(c_at, aux.tile[0].last + FifoCycles) + 1;      // label
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
    burst &b = out[out_made++ % Ring];
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
