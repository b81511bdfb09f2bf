// SPDX-License-Identifier: Apache-2.0
// two_accelerators.cpp - a virtual platform: two accelerators on one memory train data-parallel, and end in the weights that
// one accelerator reaches with the whole batch
//
// usage: two_accelerators NET STEPS BATCH KIND KIND [CONFIG [decay]]
//        KIND: tlm (the model) or rtl (the Verilog, in the configuration that was built: make SYSC_RTL=base|base16|large; else tiny)
//
// Each accelerator has half of the batch. What NITI shares over a batch is agreed on between two pieces of a step (cut.h):
// a shift follows from the OR of magnitudes of the whole tensor, and that OR is the OR of the halves; a gradient is the sum
// of the halves' int32 accumulators before anything is rounded, exact modulo 2^32. So every number is the one that the whole
// batch gives. What is not the same: stochastic rounding of the loss, the preset's, numbers its draws by the place of an image
// in its batch, and LOSS has no origin; here the loss is rounded pseudo-stochastically, in both trainings. Both accelerators
// update weights of their own with the same gradient. The agreement costs no time here.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include "aperture.h"
#include "curta_tlm.h"
#include "curta_tlm_rtl.h"
#include "trainer.h"
extern "C" {
#include "curta_golden.h"
}

using namespace sc_core;

namespace {

const uint64_t Window = 64u << 20;
const sc_time Period(8, SC_NS);

// Where the two meet between two pieces: both say what they have and leave with what follows.
struct meeting {
  trainer *who[2] = {};
  uint8_t *window[2] = {};
  int32_t value[2] = {};
  int arrived = 0, err = 0;
  sc_event all;

  int agree(int k, const cut_piece &p, int32_t *v)
  {
    value[k] = *v;
    if (++arrived == 2) {
      decide(p);
      arrived = 0;
      all.notify(SC_ZERO_TIME);
    } else {
      wait(all);
    }
    *v = value[0];
    return err;
  }

  void decide(const cut_piece &p)
  {
    const struct curta_plan &plan = who[0]->plan;
    uint32_t magnitude = (uint32_t)value[0] | (uint32_t)value[1];
    if (p.gradient >= 0) {
      const curta_tensor *t = &plan.tensor[plan.weighted[p.gradient].t_grad];
      err = cut_add_gradients(window[0] + t->addr, window[1] + t->addr, t, plan.hw.t, &magnitude);
    }
    value[0] = (int32_t)magnitude;
  }
};

// A processor that drives one accelerator; its thread is the driver's.
class processor : public sc_module {
public:
  tlm_utils::simple_initiator_socket<processor> regs;
  sc_in<bool> irq;
  SC_HAS_PROCESS(processor);
  processor(sc_module_name name, task &t, meeting &m, int k, curta_image &memory, int *left)
    : sc_module(name), regs("regs"), irq("irq"), task_(t), meeting_(m), number(k), image(memory), left_(left)
  {
    meeting_.who[k] = &train;
    meeting_.window[k] = image.data + k * Window;
    SC_THREAD(work);
    set_stack_size(1 << 20);
  }
  trainer train;
  sc_time finished;

private:
  static processor *self(const void *ctx) { return const_cast<processor *>(static_cast<const processor *>(ctx)); }

  int access(bool write, uint32_t offset, uint32_t *value)
  {
    tlm::tlm_generic_payload p;
    sc_time delay = SC_ZERO_TIME;
    p.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    p.set_address(offset);
    p.set_data_ptr(reinterpret_cast<unsigned char *>(value));
    p.set_data_length(4);
    p.set_streaming_width(4);
    regs->b_transport(p, delay);
    wait(delay);
    return p.is_response_ok() ? 0 : -EIO;
  }

  static int reg_read(void *c, uint32_t offset, uint32_t *value) { return self(c)->access(false, offset, value); }
  static int reg_write(void *c, uint32_t offset, uint32_t value) { return self(c)->access(true, offset, &value); }
  static void *mem_map(void *c, uint32_t addr, size_t n)
  {
    return addr > Window || n > Window - addr ? nullptr : self(c)->image.at(self(c)->number * Window + addr, n);
  }
  static int mem_read(void *c, uint32_t addr, void *dst, size_t n)
  {
    const void *p = mem_map(c, addr, n);
    if (p)
      memcpy(dst, p, n);
    return p ? 0 : -ERANGE;
  }
  static int mem_write(void *c, uint32_t addr, const void *src, size_t n)
  {
    void *p = mem_map(c, addr, n);
    if (p)
      memcpy(p, src, n);
    return p ? 0 : -ERANGE;
  }
  static int wait_irq(void *c, uint64_t limit)
  {
    processor *p = self(c);
    if (!p->irq.read())
      p->wait(Period * (double)limit, p->irq.posedge_event());
    return p->irq.read() ? 0 : -ETIMEDOUT;
  }

  int step(uint32_t n)
  {
    int r = train.write(task_, n, (uint32_t)number * task_.batch / 2);
    r = r ? r : cut_begin(&train.run);
    for (uint32_t k = 0; k < train.pieces.n && !r; k++) {
      const cut_piece &p = train.pieces.piece[k];
      int32_t v = 0;
      if (p.or_reg) {
        r = curta_dev_scalar_read(&train.dev, p.or_reg, &v);
        r = r ? r : meeting_.agree(number, p, &v);
        r = r ? r : curta_dev_scalar_write(&train.dev, p.or_reg, v);
      }
      r = r ? r : cut_run(&train.run, &p);
    }
    train.run.step++;
    return r;
  }

  void work()
  {
    bus = curta_bus{ this, reg_read, reg_write, mem_read, mem_write, mem_map, wait_irq, nullptr, Window, "platform" };
    int r = train.open(task_, &bus, task_.batch / 2, true);
    for (uint32_t n = 0; n < task_.steps && !r; n++)
      if ((r = step(n)) != 0)
        fail(task_, "training", r);
    finished = sc_time_stamp();
    if (r || !--*left_)
      sc_stop();
  }

  task &task_;
  meeting &meeting_;
  const int number;
  curta_image &image;
  int *left_;
  curta_bus bus;
};

// One accelerator behind its window: the model or the RTL.
struct accelerator {
  aperture window;
  sc_signal<bool> irq;
  std::unique_ptr<curta_tlm> model;
  std::unique_ptr<curta_tlm_rtl> rtl;

  accelerator(int k, const std::string &kind, const task &t, curta_tlm_memory &memory, processor &cpu, uint32_t latency)
    : window(sc_gen_unique_name("window"), k * Window, Window), irq(sc_gen_unique_name("irq"))
  {
    if (kind == "rtl") {
      rtl.reset(new curta_tlm_rtl(sc_gen_unique_name("rtl"), latency, Period));
      connect(*rtl, memory, cpu);
    } else {
      model.reset(new curta_tlm(sc_gen_unique_name("model"), t.config.c_str(), Window, latency, Period));
      connect(*model, memory, cpu);
    }
  }

  template <class M> void connect(M &m, curta_tlm_memory &memory, processor &cpu)
  {
    cpu.regs.bind(m.regs);
    m.mem.bind(window.in);
    window.out.bind(memory.socket);
    m.irq(irq);
    cpu.irq(irq);
  }
};

// The same training on one golden device with the whole batch.
std::vector<int8_t> reference(task &t)
{
  std::unique_ptr<trainer> one(new trainer);
  curta_bus bus;
  std::vector<int8_t> w;
  curta_config shape;
  (void)curta_time::find_shape(t.config.c_str(), &shape); // base16 is base with a wider port: the same numbers
  int r = curta_golden_open(&bus, shape.name, 2 * Window);
  if (r) {
    (void)fail(t, "golden device", r);
    return w;
  }
  r = one->open(t, &bus, t.batch, false);
  for (uint32_t n = 0; n < t.steps && !r; n++) {
    r = one->write(t, n, 0);
    r = r ? r : curta_step(&one->run);
  }
  if (!r)
    w = one->weights(t);
  curta_golden_close(&bus);
  return w;
}

// Images with something to learn: the class moves a bright block.
void make_images(task &t)
{
  const size_t pixels = (size_t)t.net.c * t.net.h * t.net.w, images = (size_t)t.steps * t.batch;
  uint32_t seed = 1;
  t.x.resize(images * pixels);
  t.labels.resize(images);
  for (size_t n = 0; n < images; n++) {
    t.labels[n] = (uint16_t)(n * 7 % t.net.classes);
    for (size_t i = 0; i < pixels; i++) {
      seed = seed * 1664525u + 1013904223u;
      t.x[n * pixels + i] = (int8_t)((i * t.net.classes / pixels == t.labels[n] ? 70 : -20) + (int)(seed >> 24) % 50);
    }
  }
}

int read_net(task &t, const char *path, bool decay)
{
  curta_diag diag = {};
  std::vector<char> text(1 << 16);
  FILE *f = fopen(path, "r");
  if (!f)
    return fail(t, path, -errno, strerror(errno));
  size_t n = fread(text.data(), 1, text.size(), f);
  fclose(f);
  int r = curta_net_parse(text.data(), n, &t.net, &diag);
  if (!r && t.net.algorithm != CURTA_NITI)
    r = -ENOTSUP;
  r = r ? fail(t, path, r, r == -ENOTSUP ? "NITRO-D updates weights straight from the accumulators: no gradient in memory that could be added" : diag.text)
        : curta_opt_preset(&t.opt, "niti-2020");
  t.opt.force = CURTA_SPILL;      // every int32 tensor is in memory when its shift is made
  t.opt.round_loss = CURTA_ROUND_PSTO;
  t.opt.decay = decay;
  return r;
}

}  // namespace

int sc_main(int argc, char **argv)
{
  std::unique_ptr<task> t(new task);
  if (argc < 6 || argc > 8 || (argc > 7 && strcmp(argv[7], "decay"))) {
    fprintf(stderr, "usage: two_accelerators NET STEPS BATCH KIND KIND [CONFIG [decay]]\n");
    return 2;
  }
  t->steps = (uint32_t)strtoul(argv[2], nullptr, 10);
  t->batch = (uint32_t)strtoul(argv[3], nullptr, 10);
  t->config = argc > 6 ? argv[6] : curta_tlm_rtl::config();
  const bool rtl = !strcmp(argv[4], "rtl") || !strcmp(argv[5], "rtl");
  curta_config shape;
  bool known = true;
  for (int k = 4; k < 6; k++)
    known = known && (!strcmp(argv[k], "rtl") || !strcmp(argv[k], "tlm"));
  if (!known || !t->steps || !t->batch || t->batch % 2 || !curta_time::find_shape(t->config.c_str(), &shape) || (rtl && t->config != curta_tlm_rtl::config())) {
    fprintf(stderr, "two_accelerators: a step or more; an even batch; each accelerator tlm or rtl; a configuration that exists; rtl is built for %s\n", curta_tlm_rtl::config());
    return 2;
  }
  if (read_net(*t, argv[1], argc > 7))
    return 1;
  make_images(*t);
  const curta_time::memory_options options = curta_timed_options(shape, nullptr);
  curta_tlm_memory memory("memory", 2 * Window, options, Period);
  meeting between;
  int left = 2;
  std::unique_ptr<processor> cpu[2];
  std::unique_ptr<accelerator> device[2];
  for (int k = 0; k < 2; k++) {
    cpu[k].reset(new processor(sc_gen_unique_name("processor"), *t, between, k, memory.image, &left));
    device[k].reset(new accelerator(k, argv[4 + k], *t, memory, *cpu[k], options.latency));
  }
  sc_start();
  if (t->failures || left)
    return t->failures ? 1 : fail(*t, "training", 0, "the simulation stands still"), 1;
  const std::vector<int8_t> want = reference(*t);
  if (want.empty())
    return 1;
  const std::vector<int8_t> got[2] = { cpu[0]->train.weights(*t), cpu[1]->train.weights(*t) };
  const bool same = got[0] == want && got[1] == want;
  printf("%s %s and %s, %s: %u steps of %u images in %u pieces each, %zu weights %s those of one device with the whole batch, %.0f cycles\n",
         same ? "PASS" : "FAIL", argv[4], argv[5], argv[1], t->steps, t->batch, cpu[0]->train.pieces.n, want.size(), same ? "equal" : "differ from",
         cpu[0]->finished / Period);
  return !same;
}
