// SPDX-License-Identifier: Apache-2.0
// curta_rtl_model.cpp - one configuration of the Verilated RTL; compiled once for each with CURTA_RTL_NAME and its numbers
#include <memory>
#include <type_traits>
#include CURTA_RTL_HEADER       // Vcurta_<name>.h
#include CURTA_RTL_ROOT         // Vcurta_<name>___024root.h
#ifdef CURTA_RTL_TRACE
#include "verilated_fst_c.h"
#endif
#ifdef CURTA_RTL_COVERAGE
#include <cstdlib>
#include <string>
#include <unistd.h>
#include "verilated_cov.h"
#endif
#include "curta_rtl_dev.h"

#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
typedef PASTE(Vcurta_, CURTA_RTL_NAME) model;
typedef PASTE(PASTE(Vcurta_, CURTA_RTL_NAME), ___024root) root;

namespace {

const uint32_t T = CURTA_RTL_T, R = CURTA_RTL_R, C = CURTA_RTL_C, V = CURTA_RTL_V, BUS = CURTA_RTL_BUS;

// 32-bit word k of a signal of any width.
template <class S> uint32_t word_of(const S &s, uint32_t k)
{
  return (uint32_t)((uint64_t)s >> (32 * k));
}
template <std::size_t N> uint32_t word_of(const VlWide<N> &s, uint32_t k)
{
  return s[k];
}
template <std::size_t N> uint64_t pair_of(const VlWide<N> &s, uint32_t k)
{
  return (uint64_t)s[2 * k + 1] << 32 | s[2 * k];
}

// The clock of the model needs one evaluation a cycle: the falling edge has no effect but to arm the next rising one.
// Where the model shows its memory of the clock, that is set instead.
template <class M, class = void> struct has_previous_clock : std::false_type {};
template <class M> struct has_previous_clock<M, std::void_t<decltype(std::declval<M>().__Vtrigrprev__TOP__clk_i)>> : std::true_type {};

template <class M> void falling_edge(M *r, model &m)
{
#ifndef CURTA_RTL_TRACE
  if constexpr (has_previous_clock<M>::value) {
    r->__Vtrigrprev__TOP__clk_i = 0;
    return;
  }
#endif
  (void)r;
  m.clk_i = 0;
  m.eval();
}

class device final : public curta_rtl_dev {
public:
  VerilatedContext context;
  std::unique_ptr<model> top;
#ifdef CURTA_RTL_TRACE
  std::unique_ptr<VerilatedFstC> fst;
#endif

  device()
  {
    width = BUS;
    context.randReset(CURTA_RTL_RANDOM);
    top.reset(new model(&context, "curta"));
  }

  ~device() override
  {
#ifdef CURTA_RTL_TRACE
    if (fst)
      fst->close();
#endif
    top->final();
#ifdef CURTA_RTL_COVERAGE
    static int models;
    const char *folder = std::getenv("CURTA_COVERAGE");
    if (folder)
      context.coveragep()->write((std::string(folder) + "/" + std::to_string(getpid()) + "-" + std::to_string(models++) + ".dat").c_str());
#endif
  }

  bool trace(const char *file)
  {
#ifdef CURTA_RTL_TRACE
    context.traceEverOn(true);
    fst.reset(new VerilatedFstC);
    top->trace(fst.get(), 99);
    fst->open(file);
    return fst->isOpen();
#else
    (void)file;
    return false;
#endif
  }

  void reset(unsigned cycles) override
  {
    top->rst_ni = 0;
    for (unsigned k = 0; k < cycles; k++)
      edge();
    top->rst_ni = 1;
    sample();
  }

  // Both sample it at the end of a cycle like any other: the memory drives nothing from the next one on.
  uint32_t hard_reset(unsigned cycles) override
  {
    top->rst_ni = 0;
    cycle();
    uint32_t cut = mem.reset();
    top->m_rvalid_i = top->m_bvalid_i = 0;
    for (unsigned k = 1; k < cycles; k++) {
      mem.now++;
      edge();
    }
    top->rst_ni = 1;
    sample();
    return cut;
  }

  void step() override
  {
    cycle();
    sample();
  }

  bool run(uint64_t cycles) override
  {
    while (cycles-- && !top->irq_o)
      cycle();
    sample();
    return top->irq_o;
  }

  bool irq() const override { return top->irq_o; }
  int peek(int space, uint32_t word, uint32_t *value) const override;
  int counters(uint64_t value[CURTA_CNT_COUNT]) const override;

private:
  void edge()
  {
    falling_edge(top->rootp, *top);
#ifdef CURTA_RTL_TRACE
    if (fst)
      fst->dump(2 * mem.now);
#endif
    top->clk_i = 1;
    top->eval();
#ifdef CURTA_RTL_TRACE
    if (fst)
      fst->dump(2 * mem.now + 1);
#endif
  }

  void cycle()
  {
    model &m = *top;
    curta_axi_out o;
    o.arvalid = m.m_arvalid_o;
    o.arid = m.m_arid_o;
    o.araddr = m.m_araddr_o;
    o.arlen = m.m_arlen_o;
    o.arsize = m.m_arsize_o;
    o.arburst = m.m_arburst_o;
    o.rready = m.m_rready_o;
    o.awvalid = m.m_awvalid_o;
    o.awid = m.m_awid_o;
    o.awaddr = m.m_awaddr_o;
    o.awlen = m.m_awlen_o;
    o.awsize = m.m_awsize_o;
    o.awburst = m.m_awburst_o;
    o.wvalid = m.m_wvalid_o;
    o.wlast = m.m_wlast_o;
    o.wstrb = m.m_wstrb_o;
    o.bready = m.m_bready_o;
    mem.cycle(o, (const uint8_t *)&m.m_wdata_o);
    m.m_arready_i = mem.in.arready;
    m.m_rvalid_i = mem.in.rvalid;
    if (mem.in.rvalid) {
      m.m_rid_i = (uint8_t)mem.in.rid;
      m.m_rlast_i = mem.in.rlast;
      m.m_rresp_i = (uint8_t)mem.in.rresp;
      memcpy(&m.m_rdata_i, mem.in.rdata, BUS);
    }
    m.m_awready_i = mem.in.awready;
    m.m_wready_i = mem.in.wready;
    m.m_bvalid_i = mem.in.bvalid;
    m.m_bresp_i = (uint8_t)mem.in.bresp;
    m.s_awvalid_i = lite_in.awvalid;
    m.s_awaddr_i = (uint16_t)lite_in.awaddr;
    m.s_wvalid_i = lite_in.wvalid;
    m.s_wdata_i = lite_in.wdata;
    m.s_wstrb_i = (uint8_t)lite_in.wstrb;
    m.s_bready_i = lite_in.bready;
    m.s_arvalid_i = lite_in.arvalid;
    m.s_araddr_i = (uint16_t)lite_in.araddr;
    m.s_rready_i = lite_in.rready;
    edge();
    if (m.rt_valid_o)
      report();
  }

  void sample()
  {
    const model &m = *top;
    lite_out = { !!m.s_awready_o, !!m.s_wready_o, !!m.s_bvalid_o, !!m.s_arready_o, !!m.s_rvalid_o,
                 m.s_rdata_o, m.s_bresp_o, m.s_rresp_o };
  }

  void report()
  {
    const model &m = *top;
    for (uint32_t k = 0; k < 4 && retire; k++) {
      if (!(m.rt_valid_o >> k & 1))
        continue;
      uint32_t op = 0;
      for (uint32_t b = 0; b < 24; b++)
        op |= (m.rt_op_o[(24 * k + b) / 32] >> ((24 * k + b) % 32) & 1u) << b;
      curta_retire r = {};
      r.index = m.rt_index_o[k];
      r.opcode = (uint8_t)op;
      r.tag = (uint16_t)(op >> 8);
      r.engine = (uint8_t)k;
      r.check = m.rt_check_o[k];
      r.start = pair_of(m.rt_start_o, k);
      r.end = m.rt_end_o;
      r.busy = k == 2 ? m.rt_busy_o : 0;
      retire(retire_user, &r);
    }
  }
};

#ifdef CURTA_RTL_NETLIST
int device::peek(int space, uint32_t word, uint32_t *value) const
{
  (void)space;
  (void)word;
  (void)value;
  return -1;                                       // block RAMs of a netlist have no names that mean a tile
}

int device::counters(uint64_t value[CURTA_CNT_COUNT]) const
{
  (void)value;
  return -1;
}
#else
// Operand buffers: tile rows and columns in blocks of Bk, skewed over NB banks (curta_opbuf).
const uint32_t Bk = R < V ? R : V, NB = T / Bk;

#define BANK(buf, bank, sub) \
  bank_byte(r->curta__DOT__u_matrix__DOT__##buf##__DOT__g_bank__BRA__##bank##__KET____DOT__g_sub__BRA__##sub##__KET____DOT__u_ram__DOT__mem_q, row, bit)
#define BANKS(buf, sub) { BANK(buf, 0, sub), BANK(buf, 1, sub), BANK(buf, 2, sub), BANK(buf, 3, sub) }

template <class E, std::size_t N> uint32_t bank_byte(const VlUnpacked<E, N> &mem_q, uint32_t row, uint32_t bit)
{
  uint32_t low = row < N ? word_of(mem_q[row], bit / 32) >> bit % 32 : 0;
  return (row < N && bit % 32 > 24 ? low | word_of(mem_q[row], bit / 32 + 1) << (32 - bit % 32) : low) & 0xffu;
}

// Low byte of element (tile, row, col) of an operand buffer. The rows of a block have memories of their own.
uint32_t buffer_byte(const root *r, int space, uint32_t tile, uint32_t trow, uint32_t col)
{
  static_assert(NB == 4 && R == C, "peek knows four banks and equal lanes");
  uint32_t bank = (trow / Bk + col / Bk) % NB, row = tile * NB + trow / Bk, sub = trow % Bk;
  uint32_t bit = col % Bk * (space == 1 ? 8 : CURTA_RTL_DIGIT);
#if CURTA_RTL_T == 16
  static_assert(Bk == 4, "peek knows as many rows of a block");
#define ROWS(buf) { BANKS(buf, 0), BANKS(buf, 1), BANKS(buf, 2), BANKS(buf, 3) }
#else
  static_assert(Bk == 2, "peek knows as many rows of a block");
#define ROWS(buf) { BANKS(buf, 0), BANKS(buf, 1) }
#endif
  const uint32_t a[Bk][4] = ROWS(u_buf_a), b[Bk][4] = ROWS(u_buf_b);
  return (space == 1 ? a : b)[sub][bank];
}

int device::peek(int space, uint32_t word, uint32_t *value) const
{
  const root *r = top->rootp;
  const uint32_t tiles[4] = { 0, CURTA_RTL_A, CURTA_RTL_B, CURTA_RTL_P };
  if (space < 1 || space > 3)
    return -1;
  if (space == 3) {
    const auto &acc = r->curta__DOT__u_accmem__DOT__u_ram__DOT__mem_q;
    if (word >= tiles[3] * T * T)
      return -1;
    *value = word_of(acc[word / C], word % C);
    return 0;
  }
  uint32_t tile = word / (T * T / 4), at = word % (T * T / 4) * 4;
  if (tile >= tiles[space])
    return -1;
  *value = 0;
  for (uint32_t k = 0; k < 4; k++)
    *value |= buffer_byte(r, space, tile, at / T, at % T + k) << (8 * k);
  return 0;
}

// A counter is in three places (curta_counters): its word, the frame that is being added to the words, and the frame that runs.
int device::counters(uint64_t value[CURTA_CNT_COUNT]) const
{
  const root *r = top->rootp;
#define COUNTER(name) r->curta__DOT__u_counters__DOT__##name
  const uint32_t added = COUNTER(phase_q) / 2u;     // of the frame: what is left moves down
  for (uint32_t k = 0; k < CURTA_CNT_COUNT; k++) {
    uint64_t waiting = COUNTER(low_q) >> (6 * k) & 63u;
    if (k >= added)
      waiting += COUNTER(frame_q) >> (6 * (k - added)) & 63u;
    value[k] = COUNTER(u_ram__DOT__mem_q)[k] + (k >= CURTA_CNT_RD_BYTES ? waiting * BUS : waiting);
  }
  return 0;
}

#endif

}  // namespace

extern curta_rtl_make_fn PASTE(curta_rtl_make_, CURTA_RTL_NAME);

curta_rtl_dev *PASTE(curta_rtl_make_, CURTA_RTL_NAME)(const char *trace_file)
{
  std::unique_ptr<device> d(new device);
  if (trace_file && !d->trace(trace_file))
    return nullptr;
  return d.release();
}
