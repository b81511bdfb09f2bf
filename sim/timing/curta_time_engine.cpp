// SPDX-License-Identifier: Apache-2.0
// curta_time_engine.cpp - queues, LOAD and MATRIX in time: rtl/curta_queue.v, curta_load.v, curta_matrix.v
#include <algorithm>
#include <utility>
#include "curta_time_core.h"

namespace curta_time {

// From the cycle in which the first pair of words is accepted to the one in which all are there.
const uint64_t ConfigCycles = 16;
// An address outside the memory is found at some time while the command runs. Here it ends at once, as if it were the first.
const uint64_t FailureCycles = 8;
// From the completion that was waited for to the start: the count, the comparison.
const uint64_t MetCycles = 2;

void engine::reset()
{
  queue.clear();
  slots = 0;
  running = loaded = false;
  loaded_at = finish_at = Never;
  config_from = last_go = done_at = 0;
}

void engine::commit(const command &c, uint64_t t)
{
  queue.push_back(c);
  queue.back().committed = t;
  slots++;
  consider(t);
}

// Two cycles after a commit, or after the start of the predecessor, the first pair of words is read from the queue.
void engine::consider(uint64_t t)
{
  if (queue.empty())
    return;
  if (loaded_at == Never && config_from != Never) {
    uint64_t first = std::max(queue.front().committed + 2, config_from);
    if (last_go)
      first = std::max(first, last_go + 2);
    loaded_at = first + ConfigCycles;
    core_.sched.wake(self, loaded_at);
  }
  command &front = queue.front();
  if (front.met == Never && core_.met(front))
    front.met = t;
  if (loaded && !running && front.met != Never && core_.may_start(front))
    core_.sched.wake(self, std::max(t + 1, front.met + MetCycles));
}

void engine::config_free(uint64_t t)
{
  config_from = t;
  consider(t);
}

void engine::bus_error(uint32_t info)
{
  if (!failure)
    failure_info = info;
  failure = CURTA_ERR_BUS;
}

void engine::finish(uint64_t t)
{
  finish_at = t;
  core_.sched.wake(self, t);
}

void engine::step(uint64_t t)
{
  if (finish_at != Never) {
    if (t >= finish_at) {
      if (self == Matrix)
        core_.account(t + 1);
      finish_at = Never;
      running = false;
      done_at = t;
      core_.completed({ cmd, t, busy, sum, failure, failure_info });
      if (config_from == Never)
        config_free(t + 1);
    } else {
      core_.sched.wake(self, finish_at);
    }
  }
  if (!loaded && loaded_at <= t) {
    loaded = true;
    slots--;
    core_.room(t);
  }
  if (loaded && !running && (t > done_at || !done_at) && queue.front().met <= t - MetCycles && core_.may_start(queue.front())) {
    if (self == Matrix)
      core_.account(t + 1);
    cmd = queue.front();
    queue.pop_front();
    cmd.go = last_go = t;
    loaded = false;
    running = true;
    loaded_at = config_from = Never;
    busy = 0;
    failure = core_.execute(cmd, &sum, &failure_info);
    if (failure)
      finish(t + FailureCycles);
    else
      go(t);
  } else if (!loaded && loaded_at != Never) {
    core_.sched.wake(self, loaded_at);
  } else if (t == done_at || (loaded && !running)) {
    consider(t);   // its words have come in the cycle in which its predecessor ended, or beside the completion: it starts in a later one
  }
  if (running && finish_at == Never)
    work(t);
}

// ---- LOAD: one burst a tile

void load_engine::go(uint64_t t)
{
  static const uint32_t counts[4] = { CURTA_LOAD_N0, CURTA_LOAD_N1, CURTA_LOAD_N2, CURTA_LOAD_N3 };
  bytes = (uint32_t)(core_.shape.t * core_.shape.t) * (cmd.get(CURTA_LOAD_TYPE) == CURTA_TYPE_INT32 ? 4 : 1);
  left = 1;
  for (int k = 0; k < 4; k++) {
    n[k] = cmd.get(counts[k]);
    i[k] = 0;
    tile[k] = cmd.get(CURTA_LOAD_ADDR) / bytes;
    left *= n[k];
  }
  s[0] = 1;
  s[1] = cmd.get(CURTA_LOAD_S1);
  s[2] = cmd.get(CURTA_LOAD_S2);
  s[3] = cmd.get(CURTA_LOAD_S3);
  head = open = pairs = 0;
  half = false;
  list = cmd.get(CURTA_LOAD_LIST);
  if (list) {
    const uint32_t side = (uint32_t)core_.shape.t, bus = (uint32_t)core_.shape.bus;
    uint64_t rows = (uint64_t)core_.list(cmd.get(CURTA_LOAD_DST)) * (uint32_t)core_.shape.v;
    places = cmd.get(CURTA_LOAD_PLACES);
    // beats of the places; then a row of elements takes its beats and one cycle, or a cycle for each of its places and one
    serve = side * side / bus + side * std::max<uint64_t>(4 * side / bus + 1, (rows + left * side - 1) / (left * side) + 1);
    served = t;
  }
  ask_at = t + 2;   // walker, request register
  core_.sched.wake(self, ask_at);
}

// The next tile: the innermost loop that has not ended steps from where it began.
void load_engine::advance()
{
  for (int k = 0; k < 4; k++) {
    if (++i[k] < n[k]) {
      tile[k] += (int32_t)s[k];
      for (int j = 0; j < k; j++)
        tile[j] = tile[k];
      return;
    }
    i[k] = 0;
  }
}

void load_engine::work(uint64_t t)
{
  if (t < ask_at) {
    if (ask_at != Never)
      core_.sched.wake(self, ask_at);
    return;
  }
  burst &b = bursts[head];
  head = head + 1 < (uint32_t)core_.shape.outst ? head + 1 : 0;   // few bursts stay in the processor's cache
  uint64_t taken = core_.read_port(1, t);
  const bool small = list && !half;    // of places
  b.user = this;
  b.client = 1;
  b.stream = list && half;             // its last beat completes a tile of a list
  b.addr = small ? places + (uint32_t)(tile[0] - cmd.get(CURTA_LOAD_ADDR) / bytes) * (bytes / 4) : (uint32_t)tile[0] * bytes;
  b.beats = (small ? bytes / 4 : bytes) / (uint32_t)core_.shape.bus;
  core_.read(&b, taken);
  open++;
  asked(taken);
}

// A request has been taken: when is the next?
void load_engine::asked(uint64_t taken)
{
  ask_at = Never;
  pairs += list && !half;
  half = !half;
  if (!list || !half) {
    advance();
    left--;
  }
  if (left == 0)
    config_free(taken);                // the walker has finished
  else if (open < (uint32_t)core_.shape.outst && (half || pairs < 2))
    core_.sched.wake(self, ask_at = taken + 1);
}

void load_engine::burst_done(burst *b, uint64_t t)
{
  core_.moved(b, t);
  open--;
  if (b->stream) {
    served = std::max(served + serve, t + 8);
    pairs--;
  }
  if (b->bad) {
    bus_error(b->addr);
    left = 0;
    ask_at = Never;
  }
  if (left == 0 && open == 0)
    finish(list ? std::max(t, served) + (uint32_t)core_.shape.v + 3 : t + 1);
  else if (left && ask_at == Never && (half || !list || b->stream))
    core_.sched.wake(self, ask_at = (b->stream ? std::max(t, served + 1) : t) + 2);  // outstanding count, request register
}

// ---- MATRIX: nothing outside changes its time once it runs

const uint64_t StartReads = 10;    // from go to the first start value, at least

bool engine::soon(uint32_t field) const
{
  for (const command &c : queue) {
    if (!core_.met(c))
      return false;
    if (c.get(field))
      return true;
  }
  return false;
}

uint64_t matrix_engine::reads_known(uint64_t t) const
{
  return soon(CURTA_GEMM_ACC) ? std::max(t, ends()) + StartReads : Never;
}

uint64_t matrix_engine::memory_free(uint64_t t)
{
  while (past < reads.size() && reads[past].last() < t)
    past++;
  for (size_t k = past; k < reads.size() && reads[k].slots <= t; k++) {
    const start_reads &r = reads[k];
    if (t < r.slots + rows - 1)
      t = r.slots + rows - 1;
    if (t < r.swap || t > r.last())
      continue;
    const uint64_t at = (t - r.swap) % r.each, behind = r.last() - (t - at) ? rows - 1 : 0;   // slots behind this swap
    if (at > behind)
      continue;
    t = r.each > rows ? t - at + behind + 1 : r.last() + 1;
    k--;
  }
  return t;
}

void matrix_engine::go(uint64_t t)
{
  gemm_time g = time_gemm(core_.shape, cmd.word, cold, [this](uint32_t tile) { return core_.list(tile); });
  cold = false;
  busy = g.busy;
  rows = (uint32_t)core_.shape.r;
  reads = std::move(g.reads);
  past = 0;
  for (start_reads &r : reads) {
    r.slots += t;
    r.swap += t;
  }
  core_.cause.value[CURTA_CNT_BUSY] += g.busy;
  core_.cause.value[CURTA_CNT_DRAIN] += g.drain;
  core_.cause.value[CURTA_CNT_OPERAND] += g.done - g.busy - g.drain;
  config_free(t + g.walked);
  finish(t + g.done);
}

}  // namespace curta_time
