// SPDX-License-Identifier: Apache-2.0
// tlm_parts.h - components of a platform that keep to the base protocol and watch whether others do: a DMA, a bus that
// takes time for every phase, and a router that takes none
#ifndef TLM_PARTS_H
#define TLM_PARTS_H
#include <deque>
#include <map>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/peq_with_cb_and_phase.h>
#include "tlm_trainer.h"

// One transaction after the other by nb_transport, from a thread; `job` is the thread.
struct dma : sc_core::sc_module, tlm::tlm_mm_interface {
  tlm_utils::simple_initiator_socket<dma> out;
  std::function<void(dma &)> job;
  SC_HAS_PROCESS(dma);
  dma(sc_core::sc_module_name name, std::function<void(dma &)> j) : sc_module(name), out("out"), job(j)
  {
    out.register_nb_transport_bw(this, &dma::backward);
    p.set_mm(this);
    SC_THREAD(work);
  }
  tlm::tlm_generic_payload p;
  sc_core::sc_time took;

  tlm::tlm_response_status move(tlm::tlm_command command, uint64_t addr, uint8_t *data, uint32_t n,
                                uint32_t streaming = UINT32_MAX)
  {
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    const sc_core::sc_time from = sc_core::sc_time_stamp();
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    p.acquire();
    p.set_command(command);
    p.set_address(addr);
    p.set_data_ptr(data);
    p.set_data_length(n);
    p.set_streaming_width(streaming == UINT32_MAX ? n : streaming);
    p.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    const tlm::tlm_sync_enum r = out->nb_transport_fw(p, phase, delay);
    if (r != tlm::TLM_COMPLETED)
      wait(ended);
    took = sc_core::sc_time_stamp() - from;
    const tlm::tlm_response_status status = p.get_response_status();
    p.release();
    while (p.get_ref_count())
      wait(freed);
    return status;
  }

private:
  sc_core::sc_event ended, freed;
  void free(tlm::tlm_generic_payload *) override
  {
    freed.notify(sc_core::SC_ZERO_TIME);
  }
  void work()
  {
    job(*this);
  }
  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload &, tlm::tlm_phase &phase, sc_core::sc_time &delay)
  {
    if (phase != tlm::BEGIN_RESP)
      return tlm::TLM_ACCEPTED;
    ended.notify(delay);
    return tlm::TLM_COMPLETED;
  }
};

// Requests of many initiators to one target.
struct router : sc_core::sc_module {
  tlm_utils::multi_passthrough_target_socket<router> in;
  tlm_utils::simple_initiator_socket<router> out;
  int broken = 0; // rules
  explicit router(sc_core::sc_module_name name) : sc_module(name), in("in"), out("out")
  {
    in.register_b_transport(this, &router::b_transport);
    in.register_nb_transport_fw(this, &router::forward);
    in.register_get_direct_mem_ptr(this, &router::dmi);
    out.register_nb_transport_bw(this, &router::backward);
  }

protected:
  std::map<tlm::tlm_generic_payload *, int> source;
  void b_transport(int, tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
  {
    out->b_transport(p, delay);
  }
  bool dmi(int, tlm::tlm_generic_payload &p, tlm::tlm_dmi &d)
  {
    return out->get_direct_mem_ptr(p, d);
  }
  virtual tlm::tlm_sync_enum forward(int id, tlm::tlm_generic_payload &p, tlm::tlm_phase &phase,
                                     sc_core::sc_time &delay)
  {
    source[&p] = id;
    return out->nb_transport_fw(p, phase, delay);
  }
  virtual tlm::tlm_sync_enum backward(tlm::tlm_generic_payload &p, tlm::tlm_phase &phase, sc_core::sc_time &delay)
  {
    return in[source[&p]]->nb_transport_bw(p, phase, delay);
  }
};

// Holds payloads, and takes time for each phase. knowing: it leaves out the phases that it does not know
// (TLM_ACCEPTED); otherwise it hands them on at once.
struct slow_bus : router {
  const bool knowing;
  uint64_t bursts = 0;
  slow_bus(sc_core::sc_module_name name, bool k) : router(name), knowing(k), queue(this, &slow_bus::later)
  {
  }

private:
  tlm_utils::peq_with_cb_and_phase<slow_bus> queue;
  std::map<int, bool> requesting; // by source
  std::map<int, tlm::tlm_generic_payload *> answering;
  std::map<int, std::deque<tlm::tlm_generic_payload *>> answers;
  std::deque<tlm::tlm_generic_payload *> requests;
  tlm::tlm_generic_payload *request = nullptr, *answer = nullptr; // of the target, not ended
  static sc_core::sc_time ns(double t)
  {
    return sc_core::sc_time(t, sc_core::SC_NS);
  }

  tlm::tlm_sync_enum forward(int id, tlm::tlm_generic_payload &p, tlm::tlm_phase &phase,
                             sc_core::sc_time &delay) override
  {
    if (phase == tlm::END_RESP) {
      finished(p);
      return tlm::TLM_COMPLETED;
    }
    if (phase != tlm::BEGIN_REQ)
      return knowing ? tlm::TLM_ACCEPTED : out->nb_transport_fw(p, phase, delay);
    broken += requesting[id] || !p.has_mm();
    requesting[id] = true;
    source[&p] = id;
    p.acquire();
    bursts++;
    queue.notify(p, phase, delay + ns(24));
    return tlm::TLM_ACCEPTED;
  }

  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload &p, tlm::tlm_phase &phase, sc_core::sc_time &delay) override
  {
    if (phase == tlm::END_REQ || request == &p)
      accepted(p);
    if (phase == tlm::BEGIN_RESP) {
      broken += answer != nullptr;
      answer = &p;
      queue.notify(p, tlm::END_RESP, delay + ns(20));
      queue.notify(p, tlm::BEGIN_RESP, delay + ns(40));
    }
    return tlm::TLM_ACCEPTED;
  }

  void later(tlm::tlm_generic_payload &p, const tlm::tlm_phase &what)
  {
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    tlm::tlm_phase phase = what;
    const int id = source[&p];
    if (what == tlm::BEGIN_REQ) {
      requests.push_back(&p);
      ask();
    } else if (what == tlm::END_REQ) {
      requesting[id] = false;
      in[id]->nb_transport_bw(p, phase, delay);
    } else if (what == tlm::END_RESP) {
      answer = nullptr;
      out->nb_transport_fw(p, phase, delay);
    } else {
      answers[id].push_back(&p);
      tell(id);
    }
  }

  void ask()
  {
    while (!request && !requests.empty()) {
      sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
      tlm::tlm_phase phase = tlm::BEGIN_REQ;
      request = requests.front();
      requests.pop_front();
      tlm::tlm_generic_payload &p = *request;
      const tlm::tlm_sync_enum r = out->nb_transport_fw(p, phase, delay);
      if (r != tlm::TLM_ACCEPTED)
        accepted(p);
      if (r == tlm::TLM_COMPLETED)
        queue.notify(p, tlm::BEGIN_RESP, ns(40));
    }
  }

  void accepted(tlm::tlm_generic_payload &p)
  {
    request = nullptr;
    queue.notify(p, tlm::END_REQ, ns(16));
  }

  void tell(int id)
  {
    while (!answering[id] && !answers[id].empty()) {
      sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
      tlm::tlm_phase phase = tlm::BEGIN_RESP;
      tlm::tlm_generic_payload &p = *answers[id].front();
      answers[id].pop_front();
      answering[id] = &p;
      if (in[id]->nb_transport_bw(p, phase, delay) == tlm::TLM_COMPLETED)
        finished(p);
    }
  }

  void finished(tlm::tlm_generic_payload &p)
  {
    answering[source[&p]] = nullptr;
    p.release();
  }
};
#endif
