// SPDX-License-Identifier: Apache-2.0
// curta_tlm_rtl.cpp - the Verilated RTL between TLM-2.0 sockets (curta_tlm_rtl.h); compiled with CURTA_SC_HEADER,
// _MODEL, _CONFIG and the numbers of the configuration
#include "curta_tlm_rtl.h"
#include <cstring>
#include CURTA_SC_HEADER

using namespace sc_core;

static const uint32_t Bus = CURTA_RTL_BUS; // bytes of the port
static const int ResetCycles = 4, Patience = 20000;

// Verilator gives a port of more than 64 bits as a bit vector.
#if CURTA_RTL_BUS == 8
typedef uint64_t beat;
static void unpack(uint8_t *to, beat b)
{
  memcpy(to, &b, Bus);
}
static beat pack(const uint8_t *from)
{
  beat b;
  memcpy(&b, from, Bus);
  return b;
}
#else
typedef sc_dt::sc_bv<8 * CURTA_RTL_BUS> beat;
static void unpack(uint8_t *to, const beat &b)
{
  for (uint32_t k = 0; k < Bus / 4; k++) {
    const uint32_t word = (uint32_t)b.get_word((int)k);
    memcpy(to + 4 * k, &word, 4);
  }
}
static beat pack(const uint8_t *from)
{
  beat b;
  for (uint32_t k = 0; k < Bus / 4; k++) {
    uint32_t word;
    memcpy(&word, from + 4 * k, 4);
    b.set_word((int)k, word);
  }
  return b;
}
#endif

#define PORTS(IN, OUT) \
  IN(bool, clk_i) IN(bool, rst_ni) OUT(bool, irq_o) IN(bool, s_awvalid_i) OUT(bool, s_awready_o) IN(bool, s_wvalid_i) \
  OUT(bool, s_wready_o) IN(uint32_t, s_wstrb_i) OUT(bool, s_bvalid_o) IN(bool, s_bready_i) OUT(uint32_t, s_bresp_o) \
  IN(bool, s_arvalid_i) OUT(bool, s_arready_o) OUT(bool, s_rvalid_o) IN(bool, s_rready_i) OUT(uint32_t, s_rresp_o) \
  OUT(bool, m_arvalid_o) IN(bool, m_arready_i) OUT(uint32_t, m_arid_o) OUT(uint32_t, m_arlen_o) OUT(uint32_t, m_arsize_o) \
  OUT(uint32_t, m_arburst_o) IN(bool, m_rvalid_i) OUT(bool, m_rready_o) IN(uint32_t, m_rid_i) IN(uint32_t, m_rresp_i) \
  IN(bool, m_rlast_i) OUT(bool, m_awvalid_o) IN(bool, m_awready_i) OUT(uint32_t, m_awid_o) OUT(uint32_t, m_awlen_o) \
  OUT(uint32_t, m_awsize_o) OUT(uint32_t, m_awburst_o) OUT(bool, m_wvalid_o) IN(bool, m_wready_i) OUT(uint32_t, m_wstrb_o) \
  OUT(bool, m_wlast_o) IN(bool, m_bvalid_i) OUT(bool, m_bready_o) IN(uint32_t, m_bresp_i) OUT(uint32_t, rt_valid_o) \
  IN(uint32_t, s_awaddr_i) IN(uint32_t, s_araddr_i) IN(uint32_t, s_wdata_i) OUT(uint32_t, s_rdata_o) OUT(uint32_t, m_araddr_o) \
  OUT(uint32_t, m_awaddr_o) OUT(uint32_t, rt_busy_o) IN(beat, m_rdata_i) OUT(beat, m_wdata_o) OUT(uint64_t, rt_end_o) \
  OUT(sc_dt::sc_bv<128>, rt_index_o) OUT(sc_dt::sc_bv<96>, rt_op_o) OUT(sc_dt::sc_bv<256>, rt_start_o) OUT(sc_dt::sc_bv<128>, rt_check_o)

struct curta_tlm_rtl::pins {
#define SIGNAL(type, name) sc_signal<type> name;
  PORTS(SIGNAL, SIGNAL)
  CURTA_SC_MODEL top;
  pins() : top("rtl")
  {
#define BIND(type, name) top.name(name);
    PORTS(BIND, BIND)
  }
};

curta_tlm_rtl::curta_tlm_rtl(sc_module_name name, uint32_t l, const sc_time &p)
    : sc_module(name), regs("regs"), mem("mem"), irq("irq"), period(p), latency(l), pin(new pins),
      port("port", mem, [this](flight *f, const sc_time &delay) { respond(f, delay); })
{
  regs.register_b_transport(this, &curta_tlm_rtl::b_transport);
  mem.register_nb_transport_bw(this, &curta_tlm_rtl::nb_transport_bw);
  SC_THREAD(clock);
}

const char *curta_tlm_rtl::config()
{
  return CURTA_SC_CONFIG;
}

curta_tlm_rtl::~curta_tlm_rtl()
{
  pin->top.final();
}

// Everything that the RTL sees changes an eighth of a period before its rising edge.
void curta_tlm_rtl::clock()
{
  pin->m_arready_i.write(true);
  pin->m_awready_i.write(true);
  pin->m_wready_i.write(true);
  for (;;) {
    pin->clk_i.write(true);
    wait(period * 4 / 8);
    pin->clk_i.write(false);
    wait(period * 3 / 8);
    cycles++;
    pin->rst_ni.write(cycles > ResetCycles);
    if (cycles > ResetCycles + 1)
      bridge();
    irq.write(pin->irq_o.read());
    tick.notify();
    wait(period / 8);
  }
}

curta_tlm_rtl::flight *curta_tlm_rtl::get(uint32_t addr, uint32_t beats, bool write)
{
  flight *f = port.get();
  f->data.assign(beats * Bus, 0);
  f->enable.assign(beats * Bus, TLM_BYTE_ENABLED);
  f->at = 0;
  f->ready = curta_time::Never;
  f->set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  f->set_address(addr);
  f->set_data_ptr(f->data.data());
  f->set_data_length(beats * Bus);
  f->set_streaming_width(beats * Bus);
  f->set_byte_enable_ptr(write ? f->enable.data() : nullptr);
  f->set_byte_enable_length(write ? beats * Bus : 0);
  f->set_dmi_allowed(false);
  f->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  return f;
}

// AXI4 wants answers in the order of the addresses, TLM-2.0 does not.
void curta_tlm_rtl::issue(flight *f)
{
  (f->is_write() ? acks : reads).push_back(f);
  port.send(f, SC_ZERO_TIME);
}

tlm::tlm_sync_enum curta_tlm_rtl::nb_transport_bw(tlm::tlm_generic_payload &p, tlm::tlm_phase &phase, sc_time &delay)
{
  return port.backward(p, phase, delay);
}

void curta_tlm_rtl::respond(flight *f, const sc_time &delay)
{
  f->ready = cycles + delay.value() / period.value() + (f->is_write() ? latency : 1);
}

// One cycle: what the master shows is taken at the coming edge (all ready are 1), what is driven here is seen by it.
void curta_tlm_rtl::bridge()
{
  pins &x = *pin;
  if (x.m_arvalid_o.read()) {
    flight *f = get(x.m_araddr_o.read(), x.m_arlen_o.read() + 1, false);
    f->id = x.m_arid_o.read();
    issue(f);
  }
  if (x.m_awvalid_o.read())
    writing.push_back(get(x.m_awaddr_o.read(), x.m_awlen_o.read() + 1, true));
  if (x.m_wvalid_o.read()) {
    flight *f = writing.front();
    unpack(f->data.data() + f->at, x.m_wdata_o.read());
    for (uint32_t k = 0; k < Bus; k++)
      f->enable[f->at + k] = x.m_wstrb_o.read() >> k & 1 ? TLM_BYTE_ENABLED : TLM_BYTE_DISABLED;
    f->at += Bus;
    if (x.m_wlast_o.read()) {
      writing.pop_front();
      issue(f);
    }
  }
  bool r = !reads.empty() && reads.front()->ready <= cycles;
  x.m_rvalid_i.write(r);
  if (r) {
    flight *f = reads.front();
    x.m_rid_i.write(f->id);
    x.m_rdata_i.write(pack(f->data.data() + f->at));
    f->at += Bus;
    x.m_rlast_i.write(f->at == f->data.size());
    x.m_rresp_i.write(f->is_response_error() ? 2 : 0);
    if (f->at == f->data.size()) {
      f->release();
      reads.pop_front();
    }
  }
  bool b = !acks.empty() && acks.front()->ready <= cycles;
  x.m_bvalid_i.write(b);
  if (b) {
    x.m_bresp_i.write(acks.front()->is_response_error() ? 2 : 0);
    acks.front()->release();
    acks.pop_front();
  }
  if (x.rt_valid_o.read())
    report();
}

void curta_tlm_rtl::report()
{
  pins &x = *pin;
  const sc_dt::sc_bv<128> index = x.rt_index_o.read(), check = x.rt_check_o.read();
  const sc_dt::sc_bv<96> op = x.rt_op_o.read();
  const sc_dt::sc_bv<256> start = x.rt_start_o.read();
  for (int k = 0; k < 4; k++) {
    if (!(x.rt_valid_o.read() >> k & 1))
      continue;
    uint32_t code = (uint32_t)op.range(24 * k + 23, 24 * k).to_uint();
    curta_retire r = {};
    r.index = index.range(32 * k + 31, 32 * k).to_uint();
    r.opcode = (uint8_t)code;
    r.tag = (uint16_t)(code >> 8);
    r.engine = (uint8_t)k;
    r.check = check.range(32 * k + 31, 32 * k).to_uint();
    r.start = start.range(64 * k + 63, 64 * k).to_uint64();
    r.end = x.rt_end_o.read();
    r.busy = k == 2 ? x.rt_busy_o.read() : 0;
    waiting[r.index] = r;
  }
  while (!waiting.empty() && waiting.begin()->first == next_record) {
    if (retire_fn)
      retire_fn(retire_user, &waiting.begin()->second);
    waiting.erase(waiting.begin());
    next_record++;
  }
}

// ---- registers: AXI4-Lite, one access at a time

bool curta_tlm_rtl::lite_write(uint32_t addr, uint32_t value)
{
  pins &x = *pin;
  bool aw = false, w = false, b = false;
  x.s_awaddr_i.write(addr);
  x.s_wdata_i.write(value);
  x.s_wstrb_i.write(0xf);
  for (int k = 0; k < Patience && !b; k++) {
    x.s_awvalid_i.write(!aw);
    x.s_wvalid_i.write(!w);
    x.s_bready_i.write(true);
    wait(period / 16);                     // combinational outputs settle; then the edge takes what is valid and ready
    aw = aw || x.s_awready_o.read();
    w = w || x.s_wready_o.read();
    b = x.s_bvalid_o.read();
    wait(tick);
  }
  x.s_awvalid_i.write(false);
  x.s_wvalid_i.write(false);
  x.s_bready_i.write(false);
  return b;
}

bool curta_tlm_rtl::lite_read(uint32_t addr, uint32_t *value)
{
  pins &x = *pin;
  bool ar = false, r = false;
  x.s_araddr_i.write(addr);
  for (int k = 0; k < Patience && !r; k++) {
    x.s_arvalid_i.write(!ar);
    x.s_rready_i.write(true);
    wait(period / 16);
    ar = ar || x.s_arready_o.read();
    r = x.s_rvalid_o.read();
    *value = x.s_rdata_o.read();
    wait(tick);
  }
  x.s_arvalid_i.write(false);
  x.s_rready_i.write(false);
  return r;
}

void curta_tlm_rtl::b_transport(tlm::tlm_generic_payload &p, sc_time &delay)
{
  uint32_t value = 0, addr = (uint32_t)p.get_address();
  wait(delay);
  delay = SC_ZERO_TIME;
  while (cycles < 2 * ResetCycles)
    wait(tick);
  wait(tick);
  const bool ignore = p.get_command() == tlm::TLM_IGNORE_COMMAND;
  const tlm::tlm_response_status form = ignore ? tlm::TLM_OK_RESPONSE : curta_tlm_form(p, 4, false);
  p.set_response_status(form);
  if (ignore || form != tlm::TLM_OK_RESPONSE)
    return;
  bool ok = p.get_address() <= 0xfff && addr % 4 == 0;
  if (ok && p.is_write()) {
    memcpy(&value, p.get_data_ptr(), 4);
    ok = lite_write(addr, value);
    if (ok && addr == CURTA_REG_CTRL && (value & 1)) {
      waiting.clear();
      next_record = 0;
    }
  } else if (ok && p.is_read()) {
    ok = lite_read(addr, &value);
    memcpy(p.get_data_ptr(), &value, 4);
  }
  p.set_response_status(ok ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
}
