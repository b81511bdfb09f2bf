// SPDX-License-Identifier: Apache-2.0
// curta_tlm_memory.cpp - a memory with time behind a TLM-2.0 socket (curta_tlm.h)
#include <cstring>
#include "curta_tlm.h"

using namespace sc_core;

// The memory acts in the second half of a cycle, when the devices have said what they want.
static const int Parts = 8, MemoryPart = 5;

curta_tlm_memory::curta_tlm_memory(sc_module_name name, uint64_t n, const curta_time::memory_options &options, const sc_time &p)
  : sc_module(name), socket("socket"), period(p), time(options)
{
  if (!image.map(n))
    SC_REPORT_FATAL("curta_tlm_memory", "no memory");
  socket.register_b_transport(this, &curta_tlm_memory::b_transport);
  socket.register_nb_transport_fw(this, &curta_tlm_memory::nb_transport_fw);
  socket.register_get_direct_mem_ptr(this, &curta_tlm_memory::dmi);
  SC_THREAD(serve);
}

void curta_tlm_memory::inject(uint32_t lo, uint32_t hi)
{
  time.error_lo = lo;
  time.error_hi = hi;
}

uint64_t curta_tlm_memory::cycle() const
{
  return sc_time_stamp().value() / period.value();
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
  else if (p.is_write() && !enable)
    memmove(at, p.get_data_ptr(), n);
  for (uint64_t k = 0; p.is_write() && enable && k < n; k++)
    if (enable[k % p.get_byte_enable_length()] == TLM_BYTE_ENABLED)
      at[k] = p.get_data_ptr()[k];
  p.set_response_status(tlm::TLM_OK_RESPONSE);
}

bool curta_tlm_memory::dmi(int, tlm::tlm_generic_payload &, tlm::tlm_dmi &d)
{
  d.set_dmi_ptr(image.data);
  d.set_start_address(0);
  d.set_end_address(image.bytes - 1);
  d.allow_read_write();
  return true;
}

tlm::tlm_sync_enum curta_tlm_memory::nb_transport_fw(int id, tlm::tlm_generic_payload &p, tlm::tlm_phase &phase, sc_time &delay)
{
  if (phase != tlm::BEGIN_REQ)
    return tlm::TLM_ACCEPTED;
  if (spare.empty()) {
    entries.emplace_back(new entry);
    spare.push_back(entries.back().get());
  }
  entry *e = spare.back();
  spare.pop_back();
  curta_tlm_beats *beats;
  p.get_extension(beats);
  e->payload = &p;
  e->id = id;
  e->b = beats ? beats->burst : &e->own;
  if (!beats) {
    uint64_t from = (sc_time_stamp() + delay).value() / period.value() + 1;
    e->own.addr = (uint32_t)p.get_address();
    e->own.write = p.is_write();
    e->own.beats = (p.get_data_length() + time.opt.width - 1) / time.opt.width;
    e->own.at = from;
    for (uint32_t k = 0; k < e->own.beats && k < curta_time::MaxBeats; k++)
      e->own.time[k] = from;
  }
  open.push_back(e);
  time.submit(e->b);
  work.notify(SC_ZERO_TIME);
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

// Moves beats cycle by cycle; where nothing else happens before a certain time, up to that time at once.
void curta_tlm_memory::serve()
{
  for (;;) {
    uint64_t now = cycle(), next = time.next();
    if (next == curta_time::Never) {
      wait(work);
      continue;
    }
    sc_time here = period * (double)(next > now ? next : now) + period * MemoryPart / Parts;
    if (here > sc_time_stamp()) {
      wait(here - sc_time_stamp(), work);
      continue;
    }
    now = cycle();
    if (sc_pending_activity_at_current_time()) {
      wait(SC_ZERO_TIME);
      continue;
    }
    sc_time quiet = sc_time_to_pending_activity();
    uint64_t horizon = quiet == sc_max_time() ? curta_time::Never : now + (quiet + sc_time_stamp() - period * (double)now).value() / period.value();
    curta_time::burst *b = time.run(horizon > now ? horizon : now + 1);
    if (!b)
      continue;
    for (size_t k = 0; k < open.size(); k++)
      if (open[k]->b == b) {
        entry *e = open[k];
        open.erase(open.begin() + (long)k);
        spare.push_back(e);
        sc_time delay = SC_ZERO_TIME;
        b_transport(e->id, *e->payload, delay);
        if (b->bad)
          e->payload->set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        tlm::tlm_phase phase = tlm::BEGIN_RESP;
        if (b->last > now)
          delay = period * (double)(b->last - now);
        socket[e->id]->nb_transport_bw(*e->payload, phase, delay);
        break;
      }
  }
}
