// SPDX-License-Identifier: Apache-2.0
// curta_tlm_memory.cpp - a memory with time behind a TLM-2.0 socket (curta_tlm.h)
#include <algorithm>
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
  socket.register_transport_dbg(this, &curta_tlm_memory::debug);
  SC_METHOD(serve);
  sensitive << due;
  dont_initialize();
  SC_METHOD(go_on);
  sensitive << next;
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
  const uint64_t n = p.get_data_length();
  const bool ignore = p.get_command() == tlm::TLM_IGNORE_COMMAND;
  const tlm::tlm_response_status form = ignore ? tlm::TLM_OK_RESPONSE : curta_tlm_form(p, 0, true);
  uint8_t *at = image.at(p.get_address(), n), *data = p.get_data_ptr();
  p.set_response_status(form == tlm::TLM_OK_RESPONSE && !at && !ignore ? tlm::TLM_ADDRESS_ERROR_RESPONSE : form);
  if (ignore || !p.is_response_ok())
    return;
  p.set_dmi_allowed(true);
  const unsigned char *enable = p.get_byte_enable_ptr();
  if (enable) {
    for (uint64_t k = 0; k < n; k++)
      if (enable[k % p.get_byte_enable_length()] == TLM_BYTE_ENABLED)
        (p.is_read() ? data : at)[k] = (p.is_read() ? at : data)[k];
  } else if (p.is_read()) {
    memcpy(data, at, n);
  } else if (at != data) {
    memmove(at, data, n);
  }
}

unsigned curta_tlm_memory::debug(int, tlm::tlm_generic_payload &p)
{
  const uint64_t a = p.get_address();
  const uint64_t n = p.get_command() == tlm::TLM_IGNORE_COMMAND || a >= image.bytes
                         ? 0
                         : std::min((uint64_t)p.get_data_length(), image.bytes - a);
  if (n)
    (void)(p.is_read() ? image.read(a, p.get_data_ptr(), n) : image.write(a, p.get_data_ptr(), n));
  return (unsigned)n;
}

bool curta_tlm_memory::dmi(int, tlm::tlm_generic_payload &p, tlm::tlm_dmi &d)
{
  d.set_dmi_ptr(image.data);
  d.set_start_address(0);
  d.set_end_address(image.bytes - 1);
  d.allow_read_write();
  if (p.get_address() < image.bytes)
    return true;
  d.set_start_address(image.bytes); // refused from here on
  d.set_end_address((sc_dt::uint64)-1);
  return false;
}

curta_tlm_memory::side &curta_tlm_memory::side_of(int id)
{
  if (sides.empty())
    sides.resize(socket.size());
  return sides[(size_t)id];
}

tlm::tlm_sync_enum curta_tlm_memory::nb_transport_fw(int id, tlm::tlm_generic_payload &p, tlm::tlm_phase &phase, sc_time &delay)
{
  curta_tlm_beats *beats;
  p.get_extension(beats);
  if (phase == tlm::END_RESP) {
    side &s = side_of(id);
    if (!s.answered || s.answered->payload != &p)
      return tlm::TLM_ACCEPTED;
    responded(s);
    if (!s.waiting.empty())
      next.notify(delay);
    return tlm::TLM_COMPLETED;
  }
  if (phase != tlm::BEGIN_REQ)
    return beats ? lead(phase, beats) : tlm::TLM_ACCEPTED;
  const tlm::tlm_response_status form = curta_tlm_form(p, 0, true);
  if (p.get_command() == tlm::TLM_IGNORE_COMMAND || form != tlm::TLM_OK_RESPONSE) {
    p.set_response_status(p.get_command() == tlm::TLM_IGNORE_COMMAND ? tlm::TLM_OK_RESPONSE : form);
    return tlm::TLM_COMPLETED;
  }
  if (spare.empty()) {
    entries.emplace_back(new entry);
    spare.push_back(entries.back().get());
  }
  entry *e = spare.back();
  spare.pop_back();
  if (p.has_mm())
    p.acquire();
  e->payload = &p;
  e->id = id;
  e->beats = beats;
  e->bad = false;
  const uint64_t came = (sc_time_stamp() + delay).value();
  e->lag = beats && came > beats->sent && !led ? came - beats->sent : 0;
  if (beats)
    beats->taken = !e->lag;
  take(e, delay);
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

// ---- bursts

// The cycle of a clock of period `to` that ends with, or next after, the one that ends at `value`.
static uint64_t cycle_to(uint64_t value, uint64_t to)
{
  return (value + to - 1) / to - 1;
}

void curta_tlm_memory::take(entry *e, const sc_time &delay)
{
  const uint64_t now = cycle();
  const uint32_t width = time.opt.width;
  const curta_tlm_beats *x = e->beats;
  open.push_back(e);
  if (x && x->unit == unit && x->width == width && !e->lag) {
    e->b = x->burst;
    if (!led) // else it is in the clock already
      submit(e, now);
    return;
  }
  e->b = &e->own;
  e->at = x ? cycle_to((x->burst->at + 1) * x->unit + e->lag, unit) : cycle(delay) + 1;
  e->total = (e->payload->get_address() % width + e->payload->get_data_length() + width - 1) / width;
  e->base = 0;
  if (x)
    x->burst->moved = 0;
  piece(e, now);
}

void curta_tlm_memory::submit(entry *e, uint64_t now)
{
  curta_time::burst *none = time.run(now);
  sc_assert(!none); // whenever a burst ends, serve() is there
  if (time.submit(e->b, now))
    plan(time.soonest());
}

// The next piece of a burst that is in other cycles, of another width, or longer than the clock's.
void curta_tlm_memory::piece(entry *e, uint64_t now)
{
  const uint64_t width = time.opt.width, before = e->payload->get_address() % width;
  const curta_tlm_beats *x = e->beats;
  curta_time::burst &o = e->own;
  o.addr = (uint32_t)(e->payload->get_address() - before + e->base * width);
  o.write = e->payload->is_write();
  o.beats = (uint32_t)std::min((uint64_t)curta_time::MaxBeats, e->total - e->base);
  o.at = e->at;
  for (uint32_t k = 0; k < o.beats && o.write; k++) {
    uint64_t t = e->at;
    if (x) { // when the last of its bytes can move
      const uint64_t byte = std::min((e->base + k + 1) * width - before, (uint64_t)e->payload->get_data_length()) - 1;
      t = cycle_to((x->burst->time[std::min(byte / x->width, x->burst->beats - (uint64_t)1)] + 1) * x->unit + e->lag,
                   unit);
    }
    o.time[k] = std::max(t, now);
  }
  submit(e, now);
}

// A piece has moved: its beats in the initiator's cycles.
void curta_tlm_memory::moved(entry *e)
{
  const uint64_t width = time.opt.width, before = e->payload->get_address() % width;
  const curta_tlm_beats *x = e->beats;
  const curta_time::burst &o = e->own;
  e->bad |= o.bad;
  if (x && !o.write) {
    curta_time::burst &t = *x->burst;
    uint64_t &free = side_of(e->id).free;
    for (; t.moved < t.beats; t.moved++) {
      const uint64_t beat = ((t.moved + 1) * (uint64_t)x->width - 1 + before) / width;
      if (beat >= e->base + o.beats)
        break;
      t.last = t.time[t.moved] =
          std::max(cycle_to((o.time[beat - e->base] + 1) * unit, x->unit), (free + x->unit - 1) / x->unit);
      free = (t.last + 1) * x->unit;
    }
  } else if (x) {
    x->burst->last = cycle_to((o.last + 1) * unit, x->unit);
    x->burst->moved = x->burst->beats;
  }
  e->base += o.beats;
}

// ---- a clock that is lent

// A lone initiator may be ahead of the kernel's time: nobody else can ask for anything in between. Until it is level
// again there is no process here.
tlm::tlm_sync_enum curta_tlm_memory::lead(const tlm::tlm_phase &phase, curta_tlm_beats *beats)
{
  if (phase == CURTA_AHEAD) {
    if (!beats->asking || socket.size() != 1 || beats->unit != unit)
      return tlm::TLM_ACCEPTED;
    for (const entry *e : open)
      if (e->b == &e->own || e->beats->from != beats->from)
        return tlm::TLM_ACCEPTED;
    due.cancel();
    still = sc_time_stamp().value();
    led = true;
    beats->clock = &time;
    return tlm::TLM_UPDATED;
  }
  if (!led)
    return tlm::TLM_ACCEPTED;
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
  if (b == &e->own) {
    moved(e);
    if (e->base < e->total) {
      piece(e, b->last);
      return;
    }
  } else {
    e->bad = b->bad;
  }
  open.erase(open.begin() + (long)k);
  side &s = side_of(e->id);
  if (s.answered || !s.waiting.empty())
    s.waiting.push_back(e);
  else
    respond(e);
}

// One response at a time for each initiator.
void curta_tlm_memory::respond(entry *e)
{
  const int id = e->id;
  sc_time delay = led ? until(unit * e->b->last) : SC_ZERO_TIME;
  side_of(id).answered = e;
  b_transport(id, *e->payload, delay);
  if (e->bad)
    e->payload->set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  if (e->beats)
    e->beats->answering = true;
  const tlm::tlm_sync_enum r = socket[id]->nb_transport_bw(*e->payload, phase, delay);
  side &s = side_of(id);
  if (s.answered != e) // END_RESP came meanwhile
    return;
  if (e->beats)
    e->beats->answering = false;
  if (r == tlm::TLM_COMPLETED || (r == tlm::TLM_UPDATED && phase == tlm::END_RESP))
    responded(s);
}

void curta_tlm_memory::responded(side &s)
{
  entry *e = s.answered;
  s.answered = nullptr;
  if (e->beats)
    e->beats->answering = false;
  spare.push_back(e);
  if (e->payload->has_mm())
    e->payload->release();
}

void curta_tlm_memory::go_on()
{
  for (side &s : sides)
    while (!s.answered && !s.waiting.empty()) {
      entry *e = s.waiting.front();
      s.waiting.pop_front();
      respond(e);
    }
}
