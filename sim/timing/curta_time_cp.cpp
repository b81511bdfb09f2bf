// SPDX-License-Identifier: Apache-2.0
// curta_time_cp.cpp - the command processor in time: rtl/curta_fetch.v, curta_cp.v
#include "curta_time_core.h"
#include <algorithm>
#include <cstring>

namespace curta_time {

// From OP to DECIDE: fifteen more pairs of words stream through the check.
const uint64_t StreamCycles = 16;

void core::ask(uint64_t t)
{
  while (!slots.empty() && slots.front().stale && slots.front().filled < t) {
    if (slots.front().b)
      spare.push_back(slots.front().b);
    slots.pop_front();
    if (fetch_at == Never)
      fetch_at = t;
  }
  if (fetch_at > t) {
    if (fetch_at != Never)
      sched.wake(Cp, fetch_at);           // this wake may have been an earlier one
    return;
  }
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
  uint64_t taken = read_port(0, t);
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
      at += 5;   // reads two scale registers through a register, compares them
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

}  // namespace curta_time
