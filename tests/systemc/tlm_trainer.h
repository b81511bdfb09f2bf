// SPDX-License-Identifier: Apache-2.0
// tlm_trainer.h - what the tests of the TLM-2.0 model share: a small training, a processor that runs it, its weights on
// golden, and a case as a process of its own, as SystemC has one simulation a process
#ifndef TLM_TRAINER_H
#define TLM_TRAINER_H
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
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

const uint64_t Bytes = 16u << 20;
const sc_core::sc_time Period(8, sc_core::SC_NS);
const int Quiet = setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0); // before main

// A processor with the driver in its thread; `memory` is what its accelerator sees from address 0.
struct processor : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<processor> regs;
  sc_core::sc_in<bool> irq;
  SC_HAS_PROCESS(processor);
  processor(sc_core::sc_module_name name, task &t, uint8_t *m)
      : sc_module(name), regs("regs"), irq("irq"), job(t), memory(m)
  {
    SC_THREAD(work);
    set_stack_size(1 << 20);
  }
  std::vector<int8_t> weights;
  sc_core::sc_time finished;

private:
  task &job;
  uint8_t *memory;
  trainer train;
  curta_bus bus;

  static processor *self(void *c)
  {
    return static_cast<processor *>(c);
  }
  int access(bool write, uint32_t offset, uint32_t *value)
  {
    tlm::tlm_generic_payload p;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    p.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    p.set_address(offset);
    p.set_data_ptr(reinterpret_cast<unsigned char *>(value));
    p.set_data_length(4);
    p.set_streaming_width(4);
    regs->b_transport(p, delay);
    wait(delay);
    return p.is_response_ok() ? 0 : -EIO;
  }
  static int reg_read(void *c, uint32_t offset, uint32_t *value)
  {
    return self(c)->access(false, offset, value);
  }
  static int reg_write(void *c, uint32_t offset, uint32_t value)
  {
    return self(c)->access(true, offset, &value);
  }
  static void *mem_map(void *c, uint32_t addr, size_t n)
  {
    return addr > Bytes || n > Bytes - addr ? nullptr : self(c)->memory + addr;
  }
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
    bus = curta_bus{this, reg_read, reg_write, mem_read, mem_write, mem_map, wait_irq, nullptr, Bytes, "test"};
    int r = train.open(job, &bus, job.batch, false);
    for (uint32_t n = 0; n < job.steps && !r; n++) {
      r = train.write(job, n, 0);
      r = r ? r : curta_step(&train.run);
    }
    finished = sc_core::sc_time_stamp();
    if (!r)
      weights = train.weights(job);
    sc_core::sc_stop();
  }
};

inline std::vector<int8_t> golden(task &t)
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

inline int make_task(task &t, const char *config, uint32_t steps)
{
  curta_diag diag = {};
  static char text[4096];
  FILE *f = fopen("nets/mlp.net", "r");
  const size_t n = f ? fread(text, 1, sizeof text, f) : 0;
  if (f)
    fclose(f);
  t.config = config;
  t.steps = steps;
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

// Prints the line of a case: it ended with status `want`.
inline int check_case(const char *name, int want, const std::function<int()> &run)
{
  int status = 0;
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    sc_core::sc_report_handler::set_actions(sc_core::SC_FATAL, sc_core::SC_THROW);
    sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
    alarm(120);
    _exit(run());
  }
  const bool good =
      child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == want;
  printf("%s %s\n", good ? "PASS" : "FAIL", name);
  return !good;
}
#endif
