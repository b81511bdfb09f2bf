// SPDX-License-Identifier: Apache-2.0
// curta_tlm_ahead.cpp - temporal decoupling of curta_tlm: everything that comes next without the kernel (curta_tlm.h)
//
// An event of the kernel costs more than what most of them do here. What stays is one call for each transaction, and one
// that asks the memory whether a burst ends before the accelerator does anything else.
#include <algorithm>
#include "curta_tlm.h"

using namespace sc_core;
using namespace curta_time;

// Nothing is asked for before cycle t. False: the memory knows no such phase, or has other initiators.
bool curta_tlm::ask_memory(const tlm::tlm_phase &phase, uint64_t t)
{
  tlm::tlm_phase p = phase;
  sc_time delay = SC_ZERO_TIME;
  promise.cycle = t;
  const bool takes_part = mem->nb_transport_fw(promise.payload, p, delay) == tlm::TLM_UPDATED;
  quiet = promise.cycle;
  return takes_part;
}

// From a process of an agent, when it has acted.
void curta_tlm::run_ahead()
{
  const sc_time quantum = tlm::tlm_global_quantum::instance().get();
  if (quantum == SC_ZERO_TIME || !lone || halting || !answers.empty())
    return;
  here = local = bound = sc_time_stamp().value();
  local_cycle = cycle();
  ahead = true;
  lone = ask_memory(CURTA_AHEAD, cycle());       // what ends in this cycle is seen after all agents
  if (lone) {
    for (sc_event &e : events)
      e.cancel();
    bound += std::min(quantum, sc_time_to_pending_activity()).value();
    while (next_ahead())
      ;
    ask_memory(CURTA_LEVEL, cycle());
  }
  ahead = false;
  for (agent a : ActOrder)
    if (lone && next.at(a) != Never)
      notify(a);
}

// The next burst that ends or agent that acts, if it comes before `bound`.
bool curta_tlm::next_ahead()
{
  const agent a = next.first();
  const uint64_t t = next.at(a), when = t == Never ? Never : value_of(t, part_of(a));
  const bool acts = when < bound;
  told = false;
  // up to the first cycle whose answers would come too late
  const uint64_t horizon = acts ? t : (bound + unit - 1 - value_of(0, AnswerPart)) / unit;
  if (horizon > quiet)
    ask_memory(CURTA_AHEAD, horizon);
  if (told || !acts)
    return told;
  local = when;
  local_cycle = t;
  next.clear(a);
  device->step(a, t);
  acted();
  return true;
}
