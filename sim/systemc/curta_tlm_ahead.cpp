// SPDX-License-Identifier: Apache-2.0
// curta_tlm_ahead.cpp - temporal decoupling of curta_tlm: everything that comes next without the kernel (curta_tlm.h)
//
// An event of the kernel, and a transaction, costs more than what most of them do here.
#include <algorithm>
#include "curta_tlm.h"

using namespace sc_core;
using namespace curta_time;

// False: the memory knows no such phase, or has other initiators.
bool curta_tlm::tell_memory(const tlm::tlm_phase &phase)
{
  tlm::tlm_phase p = phase;
  sc_time delay = SC_ZERO_TIME;
  notice->beats.unit = unit;
  notice->beats.from = this;
  notice->beats.asking = true;
  const bool done = mem->nb_transport_fw(*notice, p, delay) == tlm::TLM_UPDATED;
  notice->beats.asking = false;
  return done;
}

// From a process of an agent, when it has acted.
void curta_tlm::run_ahead()
{
  const sc_time quantum = tlm::tlm_global_quantum::instance().get();
  if (quantum == SC_ZERO_TIME || !lone || !direct_path || halting || !answers.empty() || !port.idle())
    return;
  lone = tell_memory(CURTA_AHEAD);
  if (!lone)
    return;
  here = sc_time_stamp().value();
  local_cycle = cycle();
  ahead = true;
  clock = notice->beats.clock;
  for (sc_event &e : events)
    e.cancel();
  stop_at(here + std::min(quantum, sc_time_to_pending_activity()).value());
  while (next_ahead())
    ;
  clock->each([this](burst *b) {
    if (!flight_of(b))
      begin(b);
  });
  tell_memory(CURTA_LEVEL);
  clock = nullptr;
  ahead = false;
  for (agent a : ActOrder)
    if (next.at(a) != Never)
      notify(a);
}

void curta_tlm::stop_at(uint64_t value)
{
  bound = value;
  last_cycle = value / unit;
  horizon = last_cycle + (value % unit > value_of(0, AnswerPart));
}

// The next burst that ends or agent that acts, if it comes before `bound`.
bool curta_tlm::next_ahead()
{
  const agent a = next.first();
  const uint64_t t = next.at(a);
  const bool acts = t < last_cycle || (t == last_cycle && value_of(t, part_of(a)) < bound);
  if (burst *b = clock->run(acts ? t : horizon)) {   // what ends in a cycle is seen after all agents
    ended_ahead(b);
    return true;
  }
  if (!acts)
    return false;
  local_cycle = t;
  local_part = part_of(a);
  next.clear(a);
  device->step(a, t);
  acted();
  return true;
}

void curta_tlm::ended_ahead(burst *b)
{
  local_cycle = b->last;
  local_part = AnswerPart;
  if (flight *f = open ? flight_of(b) : nullptr) {
    tlm::tlm_phase phase = CURTA_ENDED;
    sc_time delay = until(local());
    mem->nb_transport_fw(*f, phase, delay);
    return;
  }
  b->user->burst_done(b, b->last);
  acted();
}

// The transaction of a burst that was begun before the accelerator went ahead.
curta_tlm::flight *curta_tlm::flight_of(const burst *b)
{
  for (const std::unique_ptr<flight> &f : port.all())
    if (f->open && f->beats.burst == b)
      return f.get();
  return nullptr;
}
