// SPDX-License-Identifier: Apache-2.0
// aperture.h - a window on a shared memory: address 0 of its initiator is `offset` of the memory
#ifndef APERTURE_H
#define APERTURE_H
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

class aperture : public sc_core::sc_module {
public:
  tlm_utils::simple_target_socket<aperture> in;
  tlm_utils::simple_initiator_socket<aperture> out;

  aperture(sc_core::sc_module_name name, uint64_t o, uint64_t n) : sc_module(name), in("in"), out("out"), offset(o), bytes(n)
  {
    in.register_b_transport(this, &aperture::b_transport);
    in.register_nb_transport_fw(this, &aperture::forward);
    in.register_get_direct_mem_ptr(this, &aperture::dmi);
    in.register_transport_dbg(this, &aperture::debug);
    out.register_nb_transport_bw(this, &aperture::backward);
  }

private:
  // Outside the window nothing answers.
  bool enter(tlm::tlm_generic_payload &p)
  {
    if (p.get_data_length() > bytes || p.get_address() > bytes - p.get_data_length()) {
      p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return false;
    }
    p.set_address(p.get_address() + offset);
    return true;
  }

  void b_transport(tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
  {
    if (!enter(p))
      return;
    out->b_transport(p, delay);
    p.set_address(p.get_address() - offset);
  }

  tlm::tlm_sync_enum forward(tlm::tlm_generic_payload &p, tlm::tlm_phase &phase, sc_core::sc_time &delay)
  {
    if (phase != tlm::BEGIN_REQ)
      return out->nb_transport_fw(p, phase, delay);
    if (!enter(p))
      return tlm::TLM_COMPLETED;
    const tlm::tlm_sync_enum r = out->nb_transport_fw(p, phase, delay);
    if (r == tlm::TLM_COMPLETED || (r == tlm::TLM_UPDATED && phase == tlm::BEGIN_RESP))
      p.set_address(p.get_address() - offset);
    return r;
  }

  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload &p, tlm::tlm_phase &phase, sc_core::sc_time &delay)
  {
    if (phase == tlm::BEGIN_RESP)
      p.set_address(p.get_address() - offset);
    return in->nb_transport_bw(p, phase, delay);
  }

  unsigned debug(tlm::tlm_generic_payload &p)
  {
    if (!enter(p))
      return 0;
    const unsigned n = out->transport_dbg(p);
    p.set_address(p.get_address() - offset);
    return n;
  }

  bool dmi(tlm::tlm_generic_payload &p, tlm::tlm_dmi &d)
  {
    p.set_address(p.get_address() + offset);
    bool ok = out->get_direct_mem_ptr(p, d) && d.get_start_address() <= offset && d.get_end_address() >= offset + bytes - 1;
    p.set_address(p.get_address() - offset);
    if (!ok)
      return false;
    d.set_dmi_ptr(d.get_dmi_ptr() + (offset - d.get_start_address()));
    d.set_start_address(0);
    d.set_end_address(bytes - 1);
    return true;
  }

  const uint64_t offset, bytes;
};
#endif
