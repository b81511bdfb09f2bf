// SPDX-License-Identifier: Apache-2.0
// test_plain_memory.cpp - the accelerator in a platform that knows nothing of it: a memory with b_transport and DMI, no extension;
// a training ends in the weights of the golden device, without and with a quantum, and without DMI there is a message
//
// usage: test_plain_memory   from the repository root; each case is a process, as SystemC has one simulation a process
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include "curta_tlm.h"
#include "trainer.h"
extern "C" {
#include "curta_golden.h"
}

using namespace sc_core;

namespace {

const uint64_t Bytes = 16u << 20;
const sc_time Period(8, SC_NS);
const int Quiet = setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);   // before main

struct plain_memory : sc_module {
  tlm_utils::simple_target_socket<plain_memory> socket;
  std::vector<uint8_t> data;
  const bool grants;
  uint64_t bursts = 0;
  plain_memory(sc_module_name name, bool dmi) : sc_module(name), socket("socket"), data(Bytes), grants(dmi)
  {
    socket.register_b_transport(this, &plain_memory::b_transport);
    socket.register_get_direct_mem_ptr(this, &plain_memory::direct);
  }
  void b_transport(tlm::tlm_generic_payload &p, sc_time &delay)
  {
    const uint64_t at = p.get_address(), n = p.get_data_length();
    bursts++;
    p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    if (at > Bytes || n > Bytes - at)
      return;
    if (p.is_read())
      memcpy(p.get_data_ptr(), &data[at], n);
    else
      memmove(&data[at], p.get_data_ptr(), n);
    delay += Period * 20;
    p.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  bool direct(tlm::tlm_generic_payload &, tlm::tlm_dmi &d)
  {
    d.set_dmi_ptr(data.data());
    d.set_start_address(0);
    d.set_end_address(Bytes - 1);
    d.allow_read_write();
    return grants;
  }
};

struct processor : sc_module {
  tlm_utils::simple_initiator_socket<processor> regs;
  sc_in<bool> irq;
  SC_HAS_PROCESS(processor);
  processor(sc_module_name name, task &t, plain_memory &m) : sc_module(name), regs("regs"), irq("irq"), job(t), memory(m)
  {
    SC_THREAD(work);
    set_stack_size(1 << 20);
  }
  std::vector<int8_t> weights;

private:
  task &job;
  plain_memory &memory;
  trainer train;
  curta_bus bus;

  static processor *self(void *c) { return static_cast<processor *>(c); }
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
  static void *mem_map(void *c, uint32_t addr, size_t n) { return addr > Bytes || n > Bytes - addr ? nullptr : &self(c)->memory.data[addr]; }
  static int mem_read(void *c, uint32_t addr, void *dst, size_t n)
  {
    const void *p = mem_map(c, addr, n);
    return p ? (void)memcpy(dst, p, n), 0 : -ERANGE;
  }
  static int mem_write(void *c, uint32_t addr, const void *src, size_t n)
  {
    void *p = mem_map(c, addr, n);
    return p ? (void)memcpy(p, src, n), 0 : -ERANGE;
  }
  static int wait_irq(void *c, uint64_t limit)
  {
    processor *p = self(c);
    if (!p->irq.read())
      p->wait(Period * (double)limit, p->irq.posedge_event());
    return p->irq.read() ? 0 : -ETIMEDOUT;
  }
  void work()
  {
    bus = curta_bus{ this, reg_read, reg_write, mem_read, mem_write, mem_map, wait_irq, nullptr, Bytes, "plain" };
    int r = train.open(job, &bus, job.batch, false);
    for (uint32_t n = 0; n < job.steps && !r; n++) {
      r = train.write(job, n, 0);
      r = r ? r : curta_step(&train.run);
    }
    if (!r)
      weights = train.weights(job);
    sc_stop();
  }
};

std::vector<int8_t> golden(task &t)
{
  std::unique_ptr<trainer> one(new trainer);
  curta_bus bus;
  if (curta_golden_open(&bus, t.config.c_str(), Bytes))
    return {};
  int r = one->open(t, &bus, t.batch, false);
  for (uint32_t n = 0; n < t.steps && !r; n++) {
    r = one->write(t, n, 0);
    r = r ? r : curta_step(&one->run);
  }
  std::vector<int8_t> w = r ? std::vector<int8_t>() : one->weights(t);
  curta_golden_close(&bus);
  return w;
}

int make_task(task &t)
{
  curta_diag diag = {};
  static char text[4096];
  FILE *f = fopen("nets/mlp.net", "r");
  const size_t n = f ? fread(text, 1, sizeof text, f) : 0;
  if (f)
    fclose(f);
  t.config = "base";
  t.steps = 2;
  t.batch = 8;
  if (curta_net_parse(text, n, &t.net, &diag) || curta_opt_preset(&t.opt, "niti-2020"))
    return fail(t, "nets/mlp.net", -EINVAL, diag.text);
  const size_t pixels = (size_t)t.net.c * t.net.h * t.net.w, images = (size_t)t.steps * t.batch;
  for (size_t i = 0; i < images * pixels; i++)
    t.x.push_back((int8_t)(i * 2654435761u >> 24));
  for (size_t i = 0; i < images; i++)
    t.labels.push_back((uint16_t)(i % t.net.classes));
  return 0;
}

// 0 right, 1 wrong, 3 refused with the message that it should be
int run(bool dmi, bool quantum)
{
  std::unique_ptr<task> t(new task);
  if (make_task(*t))
    return 1;
  if (quantum)
    tlm::tlm_global_quantum::instance().set(sc_time(1, SC_US));
  try {
    plain_memory memory("memory", dmi);
    processor cpu("processor", *t, memory);
    curta_tlm curta("curta", t->config.c_str(), Bytes, 30, Period);
    sc_signal<bool> irq;
    cpu.regs.bind(curta.regs);
    curta.mem.bind(memory.socket);
    curta.irq(irq);
    cpu.irq(irq);
    sc_start();
    const std::vector<int8_t> want = golden(*t);
    return want.empty() || cpu.weights != want || memory.bursts < 100;
  } catch (const sc_report &r) {
    if (!dmi && strstr(r.get_msg(), "must grant read and write DMI"))
      return 3;
    fprintf(stderr, "%s\n", r.what());
  }
  return 1;
}

int check(const char *name, bool dmi, bool quantum, int want)
{
  int status;
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    sc_report_handler::set_actions(SC_FATAL, SC_THROW);
    sc_report_handler::set_actions("/OSCI/SystemC", SC_DO_NOTHING);
    _exit(run(dmi, quantum));
  }
  const bool good = child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == want;
  printf("%s %s\n", good ? "PASS" : "FAIL", name);
  return !good;
}

}  // namespace

int sc_main(int, char **)
{
  int failed = Quiet | check("a memory of b_transport: weights = golden", true, false, 0);
  failed |= check("a memory of b_transport, with a global quantum: weights = golden", true, true, 0);
  failed |= check("a memory without DMI is refused", false, false, 3);
  return failed;
}
