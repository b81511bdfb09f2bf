// SPDX-License-Identifier: Apache-2.0
// curta_tlm.cpp - the accelerator as a TLM-2.0 module (curta_tlm.h)
#include "curta_tlm.h"
#include <algorithm>
#include <cstring>

using namespace sc_core;
using namespace curta_time;

// Cycles of an access to a register, as AXI4-Lite has them.
static const int AccessCycles = 4;

curta_tlm::curta_tlm(sc_module_name name, const char *config, uint64_t mem_bytes, uint32_t latency, const sc_time &p)
    : sc_module(name), regs("regs"), mem("mem"), irq("irq"), period(p), unit(p.value()),
      port("port", mem, [this](flight *f, const sc_time &delay) { respond(f, delay); }), notice(port.get()),
      scratch(4096)
{
  int r = host.open(config, mem_bytes);
  if (r)
    SC_REPORT_FATAL("curta_tlm", r == -EINVAL ? "no such configuration, or an impossible size of the memory" : "no memory");
  memory_options o;
  o.width = (uint32_t)host.g->conf.bus;
  o.latency = latency;
  device.reset(new core(host.g->conf, o, *this, host));
  regs.register_b_transport(this, &curta_tlm::b_transport);
  regs.register_transport_dbg(this, &curta_tlm::debug);
  mem.register_nb_transport_bw(this, &curta_tlm::nb_transport_bw);
  static const char *const names[Agents] = { "command_processor", "load", "matrix", "vector" };
  for (int a = 0; a < Agents; a++) {
    sc_spawn_options how;
    how.spawn_method();
    how.dont_initialize();
    how.set_sensitivity(&events[a]);
    sc_spawn([this, a] { step(a); }, names[a], &how);
  }
  SC_METHOD(show_irq);
  sensitive << irq_event;
  dont_initialize();
  SC_METHOD(answered);
  sensitive << answer_event;
  dont_initialize();
}

curta_tlm::~curta_tlm()
{
}

void curta_tlm::end_of_elaboration()
{
  tlm::tlm_generic_payload &p = *notice;
  tlm::tlm_dmi d;
  p.set_address(0);
  p.set_write();
  if (!mem->get_direct_mem_ptr(p, d) || d.get_start_address() != 0 || d.get_end_address() + 1 < host.g->mem_bytes ||
      !d.is_read_write_allowed())
    SC_REPORT_FATAL("curta_tlm", "the memory target must grant read and write DMI from address 0 to the end of the memory");
  direct = d.get_dmi_ptr();
  host.use_memory(direct);
}

uint64_t curta_tlm::cycle() const
{
  return sc_time_stamp().value() / unit;
}

sc_time curta_tlm::until(uint64_t value) const
{
  const uint64_t now = ahead ? here : sc_time_stamp().value();
  return value > now ? sc_time::from_value(value - now) : SC_ZERO_TIME;
}

// Who waits for it is told. (Mostly nobody does, and a notification costs a delta cycle.)
void curta_tlm::tell()
{
  if (host.irq() != irq_level) {
    irq_event.notify(ahead ? until(local()) : SC_ZERO_TIME);
    stop_at(std::min(bound, local()));
  }
  if (halting)
    quiet_event.notify(SC_ZERO_TIME);
}

// ---- kernel

void curta_tlm::wake(agent a, uint64_t t)
{
  if (next.wake(a, t) && !ahead)
    notify(a);
}

// Forgets the later one asked for before.
void curta_tlm::notify(agent a)
{
  events[a].notify(until(value_of(next.at(a), part_of(a))));
}

void curta_tlm::step(int a)
{
  next.clear((agent)a);
  device->step((agent)a, cycle());
  acted();
  run_ahead();
}

void curta_tlm::show_irq()
{
  if (host.irq() != irq_level) {
    irq_level = host.irq();
    irq.write(irq_level);
  }
}

void curta_tlm::submit(burst *b)
{
  if (clock)
    clock->submit(b, local_cycle);
  else
    begin(b);
}

// A transaction of a burst.
void curta_tlm::begin(burst *b)
{
  flight *f = port.get();
  const uint32_t bytes = b->beats * (uint32_t)shape().bus;
  if (scratch.size() < bytes)
    scratch.resize(bytes);
  curta_tlm_beats &beats = f->beats;
  beats.burst = b;
  beats.unit = unit;
  beats.sent = sc_time_stamp().value();
  beats.width = (uint32_t)shape().bus;
  beats.from = this;
  beats.taken = false;
  f->open = true;
  open++;
  if (!ahead)
    b->moved = 0;
  f->set_command(b->write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  f->set_address(b->addr);
  // A write brings what the operators have put there already: writing it again changes nothing.
  f->set_data_ptr(b->write ? direct + b->addr : scratch.data());
  f->set_data_length(bytes);
  f->set_streaming_width(bytes);
  f->set_byte_enable_ptr(nullptr);
  f->set_dmi_allowed(false);
  f->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  const bool within = submitting;
  submitting = true; // an answer now comes too early for who asks
  port.send(f, ahead ? until(local()) : SC_ZERO_TIME);
  submitting = within;
  lone = lone && beats.taken;
}

tlm::tlm_sync_enum curta_tlm::nb_transport_bw(tlm::tlm_generic_payload &p, tlm::tlm_phase &phase, sc_time &delay)
{
  return port.backward(p, phase, delay);
}

void curta_tlm::respond(flight *f, const sc_time &delay)
{
  burst *b = f->beats.burst;
  const uint64_t t = (sc_time_stamp() + delay).value() / unit;
  b->bad = f->is_response_error();
  if (b->moved < b->beats) { // a memory that does not tell the beats: the last one counts
    for (uint32_t k = 0; k < b->beats; k++)
      b->time[k] = t;
    b->last = t;
    b->moved = b->beats;
  }
  direct_path = f->beats.answering && t <= b->last;
  lone = lone && direct_path;
  if (t > b->last) { // the answer was on its way
    for (uint32_t k = 0; k < b->beats && !b->write; k++)
      b->time[k] += t - b->last;
    b->last = t;
  }
  const uint64_t seen = value_of(b->last, AnswerPart);
  if ((ahead || seen <= sc_time_stamp().value()) && !submitting) {
    answer(f);
    acted();
  } else {
    answers.push_back(f);
    answer_event.notify(until(seen));
  }
}

void curta_tlm::answer(flight *f)
{
  burst *b = f->beats.burst;
  f->open = false;
  open--;
  f->release();
  b->user->burst_done(b, b->last);
}

// Answers that came before they may be seen.
void curta_tlm::answered()
{
  const uint64_t here = sc_time_stamp().value();
  for (size_t n = answers.size(); n--;) {
    flight *f = answers.front();
    const uint64_t seen = value_of(f->beats.burst->last, AnswerPart);
    answers.pop_front();
    if (seen <= here) {
      answer(f);
    } else {
      answers.push_back(f);
      answer_event.notify(until(seen));
    }
  }
  acted();
}

// ---- registers

tlm::tlm_response_status curta_tlm::access(tlm::tlm_generic_payload &p)
{
  const uint32_t offset = (uint32_t)p.get_address();
  uint32_t value = 0;
  const tlm::tlm_response_status form =
      p.get_command() == tlm::TLM_IGNORE_COMMAND ? tlm::TLM_OK_RESPONSE : curta_tlm_form(p, 4, false);
  if (p.get_command() == tlm::TLM_IGNORE_COMMAND || form != tlm::TLM_OK_RESPONSE)
    return form;
  if (p.get_address() > 0xfff || !host.legal(offset))
    return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  if (p.is_read()) {
    value = host.read(*device, offset);
    memcpy(p.get_data_ptr(), &value, 4);
    return tlm::TLM_OK_RESPONSE;
  }
  memcpy(&value, p.get_data_ptr(), 4);
  if (offset == CURTA_REG_CTRL && (value & 1)) {
    device->halt(cycle());
    halting = true;
    while (!device->quiet())
      wait(quiet_event);
    halting = false;
  }
  host.write(*device, offset, value, cycle());
  acted();
  return tlm::TLM_OK_RESPONSE;
}

// From a thread: it waits for the access.
void curta_tlm::b_transport(tlm::tlm_generic_payload &p, sc_time &delay)
{
  wait(delay + period * AccessCycles);
  delay = SC_ZERO_TIME;
  p.set_response_status(access(p));
}

// Whole registers are read, as reading changes none. Writing is never without effect: refused.
unsigned curta_tlm::debug(tlm::tlm_generic_payload &p)
{
  unsigned n = 0;
  for (; p.is_read() && n + 4 <= p.get_data_length() && p.get_address() <= 0xfff &&
         host.legal((uint32_t)p.get_address() + n);
       n += 4) {
    const uint32_t value = host.read(*device, (uint32_t)p.get_address() + n);
    memcpy(p.get_data_ptr() + n, &value, 4);
  }
  return n;
}
