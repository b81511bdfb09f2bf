// SPDX-License-Identifier: Apache-2.0
// curta_time_core.cpp - the command processor in time: rtl/curta_fetch.v, curta_cp.v, curta_depend.v, curta_error.v
#include "curta_time_core.h"
#include <algorithm>
#include <cstring>

namespace curta_time {

// From OP to DECIDE: fifteen more pairs of words stream through the check.
const uint64_t StreamCycles = 16;

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

uint64_t core::read_port(uint64_t t)
{
  uint64_t taken = std::max(t, port);
  port = taken + 1;
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
void core::account(uint64_t t)
{
  causes &c = cause;
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
    if (c.busy && !matrix.running)
      c.value[c.reads ? CURTA_CNT_MEMRD : c.writes ? CURTA_CNT_MEMWR : matrix.waiting() ? CURTA_CNT_DEPEND : CURTA_CNT_OTHER] += to - c.since;
    c.since = to;
  }
}

// ---- fetch

void core::ask(uint64_t t)
{
  while (!slots.empty() && slots.front().stale && slots.front().filled < t) {
    if (slots.front().b)
      spare.push_back(slots.front().b);
    slots.pop_front();
    if (fetch_at == Never)
      fetch_at = t;
  }
  if (fetch_at > t)
    return;
  fetch_at = Never;
  if (state_ == Halt || fetch_bad || spare.empty() || slots.size() >= Slots || (!fetch_left && (uint32_t)fetch_ring == tail))
    return;
  uint64_t mask = ((uint64_t)1 << ring_log2) - 1;
  uint64_t addr = fetch_left ? fetch_block : ring_base + CURTA_CMD_BYTES * (fetch_ring & mask);
  int bad = host_.fetch(addr, nullptr);
  if (bad == CURTA_ERR_RANGE) {
    slots.push_back({ addr, t, false, bad, nullptr });
    fetch_bad = true;
    sched.wake(Cp, t + 1);
    return;
  }
  burst *b = spare.front();
  spare.pop_front();
  uint64_t taken = read_port(t);
  b->addr = (uint32_t)addr;
  slots.push_back({ addr, Never, false, bad, b });
  read(b, taken);
  if (fetch_left) {
    fetch_left--;
    fetch_block += CURTA_CMD_BYTES;
  } else {
    fetch_ring++;
  }
  fetch_at = taken + 1;
  sched.wake(Cp, fetch_at);
}

void core::burst_done(burst *b, uint64_t t)
{
  moved(b, t);
  for (slot &s : slots)
    if (s.b == b) {
      s.filled = t;
      if (b->bad)
        s.bad = CURTA_ERR_BUS;
    }
  sched.wake(Cp, t + 1);
}

// Where to go on: what was asked for so far is worthless.
void core::jump(uint64_t pos, uint64_t prog, uint64_t to_come, uint64_t t)
{
  for (slot &s : slots)
    s.stale = true;
  fetch_ring = pos;
  fetch_block = prog;
  fetch_left = to_come;
  fetch_bad = false;
  fetch_at = t + 2;                     // the position moves first
  sched.wake(Cp, t + 2);
}

// ---- commands

bool core::engines_empty(uint64_t t) const
{
  return load.empty(t) && matrix.empty(t) && vector->empty(t);
}

void core::cp_step(uint64_t t)
{
  ask(t);
  if (t < at) {
    if (state_ != Halt)
      sched.wake(Cp, at);
    return;
  }
  switch (state_) {
  case Idle:
    if (return_) {
      state_ = Return;
      at = t + 1;
      sched.wake(Cp, at);
    } else if (!slots.empty() && !slots.front().stale && slots.front().filled < t && window()) {
      take(t);
    }
    break;
  case Op:
    if (engine *e = of[cur.word[0] >> 4 & 3])
      if ((cur.word[0] & 0xff) < 0x40 && !e->room())
        break;
    state_ = Decide;
    at = t + StreamCycles;
    sched.wake(Cp, at);
    break;
  case Decide:
    decide(t);
    break;
  case Fence:
  case Return:
    if (engines_empty(t))
      fenced(t);
    else if (load.idle() && matrix.idle() && vector->idle())
      sched.wake(Cp, t + 1);       // the last one ends in this very cycle
    break;
  case Act:
    act(t);
    break;
  case Halt:
    break;
  }
}

void core::take(uint64_t t)
{
  slot &s = slots.front();
  begin = t;
  int bad = s.bad ? s.bad : host_.fetch(s.addr, cur.word);
  if (bad) {
    refuse(bad, index, (uint32_t)s.addr, t);
    return;
  }
  cur.index = index;
  state_ = Op;
  at = t + 2;                           // READ lies between
  sched.wake(Cp, at);
}

void core::decide(uint64_t t)
{
  uint32_t op = cur.get(CURTA_CMD_OPCODE);
  int code = host_.check(cur.word, issued);
  uint64_t rest = in_prog ? left - 1 : (uint64_t)(tail - head - 1);
  uint32_t info = code ? host_.error_info() : op == CURTA_OP_SKIP ? 4 : 0;
  if (!code && ((op == CURTA_OP_CALL && in_prog) || (op == CURTA_OP_SKIP && cur.get(CURTA_SKIP_COUNT) > rest)))
    code = CURTA_ERR_NEST;
  if (code) {
    refuse(code, index, info, t);
    return;
  }
  spare.push_back(slots.front().b);
  slots.pop_front();
  if (fetch_at == Never) {
    fetch_at = t + 1;
    sched.wake(Cp, t + 1);
  }
  index++;
  if (in_prog) {
    block += CURTA_CMD_BYTES;
    left--;
    in_prog = left != 0;
    return_ = !in_prog;
  } else {
    head++;
  }
  state_ = Idle;
  at = t + 1;
  if (engine *e = of[op >> 4 & 3]) {
    if (e == &matrix)
      account(t);
    issued[op >> 4]++;
    flying[cur.index / 32 % 2]++;
    e->commit(cur, t);
  } else if (op == CURTA_OP_NOP) {
    record(cur, Cp, 0, begin, t, 0);
  } else {
    state_ = Fence;
  }
  sched.wake(Cp, at);
}

void core::fenced(uint64_t t)
{
  memset(issued, 0, sizeof issued);
  memset(done, 0, sizeof done);
  at = t + 1;
  if (state_ == Return) {
    return_ = false;
    state_ = Idle;
  } else {
    state_ = Act;
    if (cur.get(CURTA_CMD_OPCODE) == CURTA_OP_SKIP)
      at += 2;   // reads two scale registers
  }
  sched.wake(Cp, at);
}

void core::act(uint64_t t)
{
  uint32_t op = cur.get(CURTA_CMD_OPCODE);
  state_ = Idle;
  at = t + 1;
  if (op == CURTA_OP_CALL) {
    block = cur.get(CURTA_CALL_ADDR);
    left = cur.get(CURTA_CALL_COUNT);
    in_prog = true;
    return_ = false;
    jump(head, block, left, t);
  } else if (op == CURTA_OP_SKIP) {
    if (host_.skips(cur.word)) {
      uint32_t n = cur.get(CURTA_SKIP_COUNT);
      if (in_prog) {
        left -= n;
        block += (uint64_t)n * CURTA_CMD_BYTES;
        in_prog = left != 0;
        return_ = !in_prog;
      } else {
        head += n;
      }
      jump(head, block, in_prog ? left : 0, t);
    }
  }
  record(cur, Cp, 0, begin, t, 0);
  if (op == CURTA_OP_END)
    host_.ended(cur.get(CURTA_END_COOKIE));
  account(t + 1);
  cause.busy = is_busy();
  sched.wake(Cp, at);
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
  records[r.index] = r;
  while (!records.empty() && records.begin()->first == next_record) {
    host_.retired(records.begin()->second);
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
