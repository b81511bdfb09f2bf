// SPDX-License-Identifier: Apache-2.0
// curta_tlm_memory.cpp - a memory with time behind a TLM-2.0 socket (curta_tlm.h)
#include <cstring>
#include "curta_tlm.h"

using namespace sc_core;

curta_tlm_memory::curta_tlm_memory(sc_module_name name, uint64_t n, const curta_time::memory_options &options, const sc_time &p)
  : sc_module(name), socket("socket"), period(p), unit(p.value()), time(options)
{
  if (!image.map(n))
    SC_REPORT_FATAL("curta_tlm_memory", "no memory");
  socket.register_b_transport(this, &curta_tlm_memory::b_transport);
  socket.register_nb_transport_fw(this, &curta_tlm_memory::nb_transport_fw);
  socket.register_get_direct_mem_ptr(this, &curta_tlm_memory::dmi);
  SC_METHOD(serve);
  sensitive << due;
  dont_initialize();
}

void curta_tlm_memory::inject(uint32_t lo, uint32_t hi)
{
  time.error_lo = lo;
  time.error_hi = hi;
}

uint64_t curta_tlm_memory::cycle(const sc_time &delay) const
{
  return (here() + delay.value()) / unit;
}

sc_time curta_tlm_memory::until(uint64_t value) const
{
  const uint64_t now = here();
  return value > now ? sc_time::from_value(value - now) : SC_ZERO_TIME;
}

void curta_tlm_memory::b_transport(int, tlm::tlm_generic_payload &p, sc_time &)
{
  uint64_t n = p.get_data_length();
  uint8_t *at = image.at(p.get_address(), n);
  if (!at) {
    p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  const unsigned char *enable = p.get_byte_enable_ptr();
  if (p.is_read())
    memcpy(p.get_data_ptr(), at, n);
  else if (p.is_write() && !enable && at != p.get_data_ptr())
    memmove(at, p.get_data_ptr(), n);
  for (uint64_t k = 0; p.is_write() && enable && k < n; k++)
    if (enable[k % p.get_byte_enable_length()] == TLM_BYTE_ENABLED)
      at[k] = p.get_data_ptr()[k];
  p.set_response_status(tlm::TLM_OK_RESPONSE);
}

bool curta_tlm_memory::dmi(int, tlm::tlm_generic_payload &p, tlm::tlm_dmi &d)
{
  curta_tlm_beats *beats;
  p.get_extension(beats);
  if (beats)
    beats->knows = true;
  d.set_dmi_ptr(image.data);
  d.set_start_address(0);
  d.set_end_address(image.bytes - 1);
  d.allow_read_write();
  return true;
}

tlm::tlm_sync_enum curta_tlm_memory::nb_transport_fw(int id, tlm::tlm_generic_payload &p, tlm::tlm_phase &phase, sc_time &delay)
{
  curta_tlm_beats *beats;
  p.get_extension(beats);
  if (phase != tlm::BEGIN_REQ)
    return beats ? lead(phase, beats) : tlm::TLM_ACCEPTED;
  const uint64_t now = beats ? beats->cycle : cycle(delay);
  if (spare.empty()) {
    entries.emplace_back(new entry);
    spare.push_back(entries.back().get());
  }
  entry *e = spare.back();
  spare.pop_back();
  e->payload = &p;
  e->id = id;
  e->b = beats ? beats->burst : &e->own;
  if (!beats) {
    e->own.addr = (uint32_t)p.get_address();
    e->own.write = p.is_write();
    e->own.beats = (p.get_data_length() + time.opt.width - 1) / time.opt.width;
    e->own.at = now + 1;
    for (uint32_t k = 0; k < e->own.beats && k < curta_time::MaxBeats; k++)
      e->own.time[k] = now + 1;
  }
  open.push_back(e);
  if (!led) {                                    // else it is in the clock already
    curta_time::burst *none = time.run(now);
    sc_assert(!none);                            // whenever a burst ends, serve() is there
    if (time.submit(e->b, now))
      plan(time.soonest());
  }
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

// A lone initiator may be ahead of the kernel's time: nobody else can ask for anything in between. Until it is level again
// there is no process here.
tlm::tlm_sync_enum curta_tlm_memory::lead(const tlm::tlm_phase &phase, curta_tlm_beats *beats)
{
  if (socket.size() != 1)
    return tlm::TLM_ACCEPTED;
  if (phase == CURTA_AHEAD) {
    due.cancel();
    still = sc_time_stamp().value();
    led = true;
    beats->clock = &time;
    return tlm::TLM_UPDATED;
  }
  if (phase == CURTA_ENDED) {
    answer(beats->burst);
    return tlm::TLM_COMPLETED;
  }
  if (phase == CURTA_LEVEL) {
    led = false;
    planned = curta_time::Never;
    plan(time.soonest());
    return tlm::TLM_UPDATED;
  }
  return tlm::TLM_ACCEPTED;
}

// serve() comes in the cycle in which a burst ends. What it finds before needs no process: beats move when somebody looks.
void curta_tlm_memory::plan(uint64_t t)
{
  if (t >= planned)
    return;
  planned = t;
  due.notify(until(unit * t + unit * AnswerPart / CycleParts));
}

void curta_tlm_memory::serve()
{
  if (sc_pending_activity_at_current_time()) {
    due.notify(SC_ZERO_TIME);
    return;
  }
  const uint64_t now = cycle();
  uint64_t next = now;
  while (next == now) {
    if (curta_time::burst *b = time.run(now + 1))
      answer(b);
    next = time.soonest();
  }
  planned = curta_time::Never;
  plan(next);
}

// The last beat of b moves.
void curta_tlm_memory::answer(curta_time::burst *b)
{
  size_t k = 0;
  while (open[k]->b != b)
    k++;
  entry *e = open[k];
  open.erase(open.begin() + (long)k);
  spare.push_back(e);
  sc_time delay = led ? until(unit * b->last) : SC_ZERO_TIME;
  b_transport(e->id, *e->payload, delay);
  if (b->bad)
    e->payload->set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  socket[e->id]->nb_transport_bw(*e->payload, phase, delay);
}
