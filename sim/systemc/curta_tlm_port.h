// SPDX-License-Identifier: Apache-2.0
// curta_tlm_port.h - what initiators and targets here share of the rules of the TLM-2.0 base protocol
#ifndef CURTA_TLM_PORT_H
#define CURTA_TLM_PORT_H
#include <deque>
#include <functional>
#include <memory>
#include <vector>
#include <systemc>
#include <tlm>

// The transactions of an initiator. Payloads (a Flight is one) come from a pool and return when nobody holds them. A
// request begins when the one before was accepted.
template <class Flight> class curta_tlm_port : public sc_core::sc_module, tlm::tlm_mm_interface
{
public:
  // respond(f, delay): f is answered in `delay` from now
  curta_tlm_port(sc_core::sc_module_name name, tlm::tlm_initiator_socket<> &s,
                 std::function<void(Flight *, const sc_core::sc_time &)> f)
      : sc_module(name), socket(s), respond(f)
  {
    SC_METHOD(go_on);
    sensitive << next;
    dont_initialize();
  }

  // Held once: release() when it is not needed any more.
  Flight *get()
  {
    if (spare.empty()) {
      flights.emplace_back(new Flight);
      flights.back()->set_mm(this);
      spare.push_back(flights.back().get());
    }
    Flight *f = spare.back();
    spare.pop_back();
    f->acquire();
    return f;
  }
  const std::vector<std::unique_ptr<Flight>> &all() const
  {
    return flights;
  }

  bool idle() const
  {
    return !requested && waiting.empty();
  }
  void send(Flight *f, const sc_core::sc_time &delay)
  {
    if (idle())
      begin(f, delay);
    else
      waiting.push_back(f);
  }

  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload &p, const tlm::tlm_phase &phase, const sc_core::sc_time &delay)
  {
    Flight *f = static_cast<Flight *>(&p);
    if (phase != tlm::END_REQ && phase != tlm::BEGIN_RESP)
      return tlm::TLM_ACCEPTED;
    accepted(f, delay); // a response says so too
    if (phase == tlm::END_REQ)
      return tlm::TLM_ACCEPTED;
    respond(f, delay);
    return tlm::TLM_COMPLETED;
  }

private:
  typedef curta_tlm_port SC_CURRENT_USER_MODULE;
  tlm::tlm_initiator_socket<> &socket;
  const std::function<void(Flight *, const sc_core::sc_time &)> respond;
  std::vector<std::unique_ptr<Flight>> flights; // all that were made
  std::vector<Flight *> spare;
  std::deque<Flight *> waiting; // for their request to begin
  Flight *requested = nullptr;  // its request has not ended
  sc_core::sc_event next;

  void free(tlm::tlm_generic_payload *p) override
  {
    p->reset();
    spare.push_back(static_cast<Flight *>(p));
  }

  void begin(Flight *f, sc_core::sc_time delay)
  {
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    requested = f;
    const tlm::tlm_sync_enum r = socket->nb_transport_fw(*f, phase, delay);
    if (r == tlm::TLM_ACCEPTED)
      return;
    accepted(f, delay);
    if (r == tlm::TLM_UPDATED && phase == tlm::END_REQ)
      return;
    const sc_core::sc_time at = delay;
    if (r == tlm::TLM_UPDATED)
      socket->nb_transport_fw(*f, phase = tlm::END_RESP, delay);
    respond(f, at);
  }

  void accepted(Flight *f, const sc_core::sc_time &delay)
  {
    if (requested != f)
      return;
    requested = nullptr;
    if (!waiting.empty())
      next.notify(delay);
  }

  void go_on()
  {
    while (!requested && !waiting.empty()) {
      Flight *f = waiting.front();
      waiting.pop_front();
      begin(f, sc_core::SC_ZERO_TIME);
    }
  }
};

// What a target of whole transfers (no streaming) can say before it looks at the address; bytes: a length that it
// wants, or 0.
inline tlm::tlm_response_status curta_tlm_form(const tlm::tlm_generic_payload &p, uint32_t bytes, bool enables)
{
  if (p.get_byte_enable_ptr() && (!enables || !p.get_byte_enable_length()))
    return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  if (!p.get_data_length() || (bytes && p.get_data_length() != bytes) || p.get_streaming_width() < p.get_data_length())
    return tlm::TLM_BURST_ERROR_RESPONSE;
  return tlm::TLM_OK_RESPONSE;
}
#endif
