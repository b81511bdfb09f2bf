// SPDX-License-Identifier: Apache-2.0
// curta_time_core.cpp - ports, counters, completion and errors in time: rtl/curta_axi_rd.v, curta_counters.v, curta_depend.v, curta_error.v
#include "curta_time_core.h"
#include <algorithm>
#include <cstring>

namespace curta_time {

core::core(const curta_config &s, const memory_options &m, kernel &k, host &h)
  : shape(s), mem(m), sched(k), load(*this), matrix(*this), vector(new_vector_engine(*this)),
    of{ nullptr, &load, &matrix, vector.get() }, host_(h)
{
  for (burst &b : fetch_bursts) {
    b.user = this;
    b.beats = CURTA_CMD_BYTES / (uint32_t)shape.bus;
  }
  reset(0);
}

void core::reset(uint64_t t)
{
  account(t);
  for (engine *e : of)
    if (e)
      e->reset();
  matrix.cold = true;
  cause = causes{};
  cause.since = t;
  state_ = Idle;
  at = t;
  head = retired_count = error = error_index = error_info = index = next_record = 0;
  stopped = in_prog = return_ = fetch_bad = false;
  flying[0] = flying[1] = 0;
  memset(issued, 0, sizeof issued);
  memset(done, 0, sizeof done);
  limit = UINT32_MAX;
  slots.clear();
  spare.clear();
  for (burst &b : fetch_bursts)
    spare.push_back(&b);
  fetch_ring = fetch_left = block = left = 0;
  fetch_at = Never;
  records.clear();
}

void core::halt(uint64_t t)
{
  account(t);
  limit = 0;
  state_ = Halt;
}

bool core::quiet() const
{
  for (engine *e : of)
    if (e && e->running)
      return false;
  return spare.size() + std::count_if(slots.begin(), slots.end(), [](const slot &s) { return s.filled != Never; }) >= Slots;
}

bool core::is_busy() const
{
  return !stopped && (state_ != Idle || in_prog || return_ || head != tail || !load.idle() || !matrix.idle() || !vector->idle());
}

void core::doorbell(uint32_t base, uint32_t log2, uint32_t new_tail, uint64_t t)
{
  account(t);
  ring_base = base;
  ring_log2 = log2;
  tail = new_tail;
  cause.busy = is_busy();
  if (fetch_at == Never)
    fetch_at = t + 1;
  sched.wake(Cp, t + 1);
}

void core::step(agent a, uint64_t t)
{
  if (a == Cp)
    cp_step(t);
  else
    of[a]->step(t);
}

// ---- memory ports

// The bus takes one a cycle, a client's register holds one until the bus has it.
uint64_t core::read_port(int client, uint64_t t)
{
  uint64_t taken = std::max({ t, port, client_ready[client] });
  port = taken + 1;
  client_ready[client] = taken + 2;
  return taken;
}

// Request register, then the address is on the bus.
void core::read(burst *b, uint64_t taken)
{
  b->write = false;
  b->at = taken + 1;
  if (b->client) {
    account(taken + 1);
    cause.reads++;
  }
  sched.submit(b);
}

void core::write(burst *b, uint64_t t)
{
  cause.starts.push_back(std::max(t, b->time[0]));
  b->write = true;
  b->client = 4;
  b->at = t;
  sched.submit(b);
}

void core::moved(const burst *b, uint64_t t)
{
  account(t);
  if (b->write) {
    cause.acks.push_back(t + mem.latency);
    cause.value[CURTA_CNT_WR_BYTES] += (uint64_t)b->beats * mem.width;
  } else {
    cause.value[CURTA_CNT_RD_BYTES] += (uint64_t)b->beats * mem.width;
    if (b->client)
      cause.reads--;
  }
}

// The cycles since the last change belong to one cause, but for writes that begin or are acknowledged meanwhile. Those of
// a GEMM are divided when it starts.
void core::account_from(uint64_t t)
{
  causes &c = cause;
  if (!c.busy || matrix.running) {
    c.since = t;
    return;
  }
  for (;;) {
    while (!c.starts.empty() && c.starts.front() <= c.since) {
      c.starts.pop_front();
      c.writes++;
    }
    while (!c.acks.empty() && c.acks.front() < c.since && c.writes) {
      c.acks.pop_front();
      c.writes--;
    }
    if (c.since >= t)
      return;
    uint64_t to = t;
    if (!c.starts.empty())
      to = std::min(to, c.starts.front());
    if (!c.acks.empty())
      to = std::min(to, std::max(c.acks.front() + 1, c.since + 1));
    c.value[c.reads ? CURTA_CNT_MEMRD : c.writes ? CURTA_CNT_MEMWR : matrix.waiting() ? CURTA_CNT_DEPEND : CURTA_CNT_OTHER] += to - c.since;
    c.since = to;
  }
}

// ---- completion

bool core::met(const command &c) const
{
  return done[Load] >= c.word[1] && done[Matrix] >= c.word[2] && done[Vector] >= c.word[3];
}

// Whoever runs while an older command fails is abandoned; what it wrote is unspecified.
int core::execute(const command &c, uint32_t *sum, uint32_t *info)
{
  int code = host_.execute(c.word, sum);
  *info = code ? host_.error_info() : 0;
  return code;
}

void core::completed(const outcome &o)
{
  const command &c = o.cmd;
  int number = (int)(c.get(CURTA_CMD_OPCODE) >> 4);
  if (c.index < limit && !stopped) {
    if (o.failure) {
      refuse(o.failure, c.index, o.failure_info, o.end);
    } else {
      done[number]++;
      flying[c.index / 32 % 2]--;
      record(c, number, o.sum, c.go, o.end, o.busy);
    }
  }
  for (engine *other : of)
    if (other)
      other->consider(o.end);
  if (error)
    check_stop(o.end);
  else
    sched.wake(Cp, o.end + 1);
}

void core::room(uint64_t t)
{
  if (state_ == Op)
    sched.wake(Cp, std::max(t, at));
}

// The counters at the end of a GEMM, now: bytes to the beat.
void core::count(uint64_t t, uint64_t value[CURTA_CNT_COUNT])
{
  uint32_t beats[2];
  sched.moving(t, beats);
  memcpy(value, cause.value, sizeof cause.value);
  value[CURTA_CNT_RD_BYTES] += (uint64_t)beats[0] * mem.width;
  value[CURTA_CNT_WR_BYTES] += (uint64_t)beats[1] * mem.width;
  value[CURTA_CNT_CYCLES] = 0;
  for (int k = CURTA_CNT_BUSY; k <= CURTA_CNT_OTHER; k++)
    value[CURTA_CNT_CYCLES] += value[k];
}

void core::record(const command &c, int number, uint32_t check, uint64_t start, uint64_t end, uint64_t busy)
{
  curta_retire r = {};
  r.index = c.index;
  r.opcode = (uint8_t)c.get(CURTA_CMD_OPCODE);
  r.engine = (uint8_t)number;
  r.tag = (uint16_t)c.get(CURTA_CMD_TAG);
  r.check = check;
  r.start = start;
  r.end = end;
  r.busy = busy;
  retired_count++;
  retirement &kept = records[r.index];
  kept.r = r;
  if (number == Matrix)
    count(end, kept.then);
  while (!records.empty() && records.begin()->first == next_record) {
    memcpy(then, records.begin()->second.then, sizeof then);
    host_.retired(records.begin()->second.r);
    records.erase(records.begin());
    next_record++;
  }
}

// The first error in program order wins: older commands complete, and may fail themselves.
void core::refuse(int code, uint32_t at_index, uint32_t info, uint64_t t)
{
  state_ = Halt;
  if (!error || at_index < error_index) {
    error = (uint32_t)code;
    error_index = limit = at_index;
    error_info = info;
  }
  check_stop(t);
}

void core::check_stop(uint64_t t)
{
  for (engine *e : of)
    if (e && e->older_than(limit))
      return;
  if (stopped)
    return;
  account(t);
  stopped = true;
  cause.busy = false;
  host_.stopped();
}

}  // namespace curta_time
