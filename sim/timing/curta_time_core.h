// SPDX-License-Identifier: Apache-2.0
// curta_time_core.h - a Curta in time: command processor, queues and three engines as agents with wake times
//
// An agent sleeps until the cycle that it asked for (kernel::wake) or until a memory burst of its own ends. Whoever
// drives the agents (curta_time_run.h, or SystemC) calls step() of the agent whose time has come. All cycle numbers are
// those of the RTL's retirement records: a signal that is high in cycle t is seen by registers in t + 1.
#ifndef CURTA_TIME_CORE_H
#define CURTA_TIME_CORE_H
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>
#include "curta_bus.h"
#include "curta_spec.h"
#include "curta_time_gemm.h"
#include "curta_time_mem.h"

namespace curta_time {

enum agent { Cp, Load, Matrix, Vector, Agents }; // the order of enum curta_engine

// Who acts first where several have something to do in one cycle. It shows only at the read port, whose round robin puts
// the client that was served last behind the others: mostly LOAD, the only one that asks cycle after cycle.
constexpr agent ActOrder[Agents] = { Matrix, Vector, Cp, Load };

// Where `a` stands in ActOrder.
constexpr int part_of(agent a)
{
  int k = 0;
  while (ActOrder[k] != a)
    k++;
  return k;
}

// When each agent wants to act, and who is next: times with the place in ActOrder behind, so that the least is one number.
class wake_times {
public:
  bool wake(agent a, uint64_t t)           // true: earlier than before
  {
    const uint64_t k = key(a, t);
    const bool sooner = k < next[a];
    next[a] = sooner ? k : next[a];
    return sooner;
  }
  void clear(agent a) { next[a] = key(a, Asleep); }
  agent first() const
  {
    const uint64_t x = next[0] < next[1] ? next[0] : next[1], y = next[2] < next[3] ? next[2] : next[3];
    return ActOrder[(x < y ? x : y) % Agents];
  }
  uint64_t at(agent a) const { return next[a] / Agents == Asleep ? Never : next[a] / Agents; }

private:
  static constexpr uint64_t Asleep = Never / Agents;
  static constexpr uint64_t key(agent a, uint64_t t) { return (t < Asleep ? t : Asleep) * Agents + (uint64_t)part_of(a); }
  uint64_t next[Agents] = { key(Cp, Never), key(Load, Never), key(Matrix, Never), key(Vector, Never) };
};

// Who drives the agents and owns the time.
struct kernel {
  virtual ~kernel() {}
  virtual void wake(agent a, uint64_t t) = 0;    // call step(a) in cycle t, or in an earlier one if asked for before
  virtual void submit(burst *b) = 0;             // to the memory
  // Beats that have moved before cycle t, which is now, of reads and writes that have not ended. (Who does not know says 0.)
  virtual void moving(uint64_t t, uint32_t beats[2])
  {
    (void)t;
    beats[0] = beats[1] = 0;
  }
};

// The functional side: where commands come from, what they do.
struct host {
  virtual ~host() {}
  virtual int fetch(uint64_t addr, uint32_t *cmd) = 0;                // CURTA_ERR_*; cmd may be null
  // CURTA_ERR_*; issued: commands of each engine since the last fence point
  virtual int check(const uint32_t *cmd, const uint32_t *issued) = 0;
  virtual int execute(const uint32_t *cmd, uint32_t *checksum) = 0;   // an engine command starts
  virtual bool skips(const uint32_t *cmd) = 0;                        // the condition of a SKIP holds
  virtual uint32_t list(uint32_t tile) = 0;                           // groups of the list at a tile of buffer B
  virtual void retired(const curta_retire &r) = 0;                    // in order of index
  virtual void ended(uint32_t cookie) = 0;                            // END
  virtual void stopped() = 0;                                         // by an error
  virtual uint32_t error_info() = 0;                                  // of the last fetch, check or execute that failed
};

struct command {
  uint32_t word[CURTA_CMD_WORDS];
  uint32_t index;
  uint64_t committed, go;
  uint64_t met = Never;      // since when its thresholds are met
  uint32_t get(uint32_t field) const { return curta_cmd_get(word, field); }
};

class core;

// One engine with its queue (curta_queue): eight commands, of which the oldest streams into the configuration registers
// and starts when its thresholds are met.
class engine : public burst_user {
public:
  engine(core &c, agent a) : core_(c), self(a) {}
  void step(uint64_t t);
  void reset();
  bool room() const { return slots < QueueDepth; }
  bool empty(uint64_t t) const { return queue.empty() && !running && t > done_at; }
  bool waiting() const { return !queue.empty(); }
  bool soon(uint32_t field) const;   // a command with this flag waits for nothing but its turn
  bool idle() const { return queue.empty() && !running; }
  bool older_than(uint32_t limit) const { return (running && cmd.index < limit) || (!queue.empty() && queue.front().index < limit); }
  void commit(const command &c, uint64_t t);
  void consider(uint64_t t);     // something that its head waits for may have happened before cycle t
  bool running = false;
  uint64_t done_at = 0;          // done_o of the last command

protected:
  virtual void go(uint64_t t) = 0;
  virtual void work(uint64_t t) { (void)t; }     // the agent's wake time has come
  void config_free(uint64_t t);  // the next command's words may come in from cycle t on
  void finish(uint64_t t);       // schedules done_o
  uint64_t ends() const { return finish_at == Never ? 0 : finish_at; }
  core &core_;
  const agent self;
  void bus_error(uint32_t info); // the memory has answered a burst of the running command with an error
  command cmd;                   // that runs
  int failure = 0;               // CURTA_ERR_*
  uint32_t failure_info = 0;
  uint64_t busy = 0;             // of the running command, for its record

private:
  static const uint32_t QueueDepth = 8;
  std::deque<command> queue;
  uint32_t slots = 0;            // queue entries in use: the head's is free as soon as its words are in the engine
  uint64_t config_from = 0;      // the engine accepts words from this cycle on
  uint64_t loaded_at = Never;    // the head's words are in the engine
  bool loaded = false;
  uint64_t last_go = 0;
  uint64_t finish_at = Never;
  uint32_t sum = 0;              // of what it wrote
};

// How a command ended.
struct outcome {
  const command &cmd;
  uint64_t end, busy;
  uint32_t sum;
  int failure;
  uint32_t failure_info;
};

class load_engine : public engine {
public:
  explicit load_engine(core &c) : engine(c, Load) {}
  void burst_done(burst *b, uint64_t t) override;
protected:
  void go(uint64_t t) override;
  void work(uint64_t t) override;
private:
  void advance();
  void asked(uint64_t taken);
  burst bursts[64];
  uint32_t head = 0, open = 0;
  uint64_t left = 0;             // tiles to ask for
  uint32_t i[4], n[4], s[4];
  uint32_t bytes = 0;            // of a tile in memory
  int64_t tile[4];
  uint64_t ask_at = Never;
  // LIST (curta_list): a tile is two bursts, places and elements; two tiles at a time. serve: cycles of a tile in the unit,
  // which has taken all tiles so far at `served`.
  bool list = false, half = false;
  uint32_t pairs = 0, places = 0;
  int64_t apart = 0;
  uint64_t serve = 0, served = 0;
};

class matrix_engine : public engine {
public:
  explicit matrix_engine(core &c) : engine(c, Matrix) {}
  void burst_done(burst *, uint64_t) override {}
  bool cold = true;
  // What is read before this cycle is known in cycle t: a command that waits may start.
  uint64_t reads_known(uint64_t t) const;
  // The first cycle from t on in which no start value of the running command is read: then VECTOR is served.
  uint64_t memory_free(uint64_t t);
protected:
  void go(uint64_t t) override;
private:
  uint32_t rows = 0;
  std::vector<start_reads> reads;    // of the running command, or the one that ran; cycles of the clock
  size_t past = 0;                   // of reads: they have ended before what was asked for last
};

engine *new_vector_engine(core &c);

// Cycles by cause, as curta_counters.v sees them.
struct causes {
  uint64_t value[CURTA_CNT_COUNT] = {};
  uint64_t since = 0;
  bool busy = false, matrix = false;
  uint32_t reads = 0;                      // bursts of LOAD and VECTOR under way
  std::deque<uint64_t> starts, acks;       // of writes: address, acknowledgement
  uint32_t writes = 0;                     // under way
};

class core : public burst_user {
public:
  core(const curta_config &shape, const memory_options &mem, kernel &k, host &h);
  void step(agent a, uint64_t t);
  void burst_done(burst *b, uint64_t t) override;

  // Registers: all of them, but counters and scale registers, which are the host's.
  void reset(uint64_t t);                  // only while nothing is in flight: see halt
  void halt(uint64_t t);                   // starts nothing more; what is in flight ends
  bool quiet() const;                      // nothing is in flight
  void doorbell(uint32_t base, uint32_t log2, uint32_t tail, uint64_t t);
  bool is_busy() const;
  uint32_t head = 0, retired_count = 0, error = 0, error_index = 0, error_info = 0;
  bool stopped = false;
  causes cause;
  // While host::retired is told of a GEMM: what the counters said when it ended.
  const uint64_t *counters_then() const { return then; }

  // For the engines.
  const curta_config shape;
  const memory_options mem;
  kernel &sched;
  uint64_t read_port(int client, uint64_t t);  // the cycle in which a request of cycle t is taken (curta_axi_rd)
  void read(burst *b, uint64_t taken);
  void write(burst *b, uint64_t t);
  void completed(const outcome &o);
  bool met(const command &c) const;
  bool may_start(const command &c) const { return c.index < limit; }
  int execute(const command &c, uint32_t *sum, uint32_t *info);
  uint32_t list(uint32_t tile) { return host_.list(tile); }
  void room(uint64_t t);                   // a queue entry has become free
  void account(uint64_t t)                 // the cycles before t, to their causes
  {
    if (t > cause.since)
      account_from(t);
  }
  void moved(const burst *b, uint64_t t);  // a burst of LOAD or VECTOR has ended

  load_engine load;
  matrix_engine matrix;
  std::unique_ptr<engine> vector;
  engine *const of[Agents];                // by agent; null for Cp

private:
  void account_from(uint64_t t);
  enum state { Idle, Op, Decide, Fence, Act, Return, Halt };
  void cp_step(uint64_t t);
  void take(uint64_t t);
  void decide(uint64_t t);
  void act(uint64_t t);
  void fenced(uint64_t t);
  void jump(uint64_t pos, uint64_t prog, uint64_t left, uint64_t t);
  void refuse(int code, uint32_t index, uint32_t info, uint64_t t);
  void count(uint64_t t, uint64_t value[CURTA_CNT_COUNT]);
  void record(const command &c, int engine_number, uint32_t check, uint64_t start, uint64_t end, uint64_t busy);
  void ask(uint64_t t);
  void check_stop(uint64_t t);
  bool window() const { return index % 32 || !flying[index / 32 % 2]; }
  bool engines_empty(uint64_t t) const;

  host &host_;
  state state_ = Idle;
  uint64_t at = 0;                         // when the state was, or will be, entered
  command cur;
  uint64_t begin = 0;
  uint32_t index = 0, tail = 0, ring_base = 0, ring_log2 = 0;
  bool in_prog = false, return_ = false;
  uint64_t block = 0, left = 0;            // the called program: address of the next command, commands to come
  uint32_t flying[2] = {};                 // commands in flight of even and odd blocks of 32
  uint32_t issued[4] = {}, done[4] = {};   // since the last fence point
  uint32_t limit = UINT32_MAX;             // commands from here on start no more: an older one has failed

  // curta_fetch: eight slots
  static const uint32_t Slots = 8;
  burst fetch_bursts[Slots];
  struct slot { uint64_t addr, filled; bool stale; int bad; burst *b; };
  std::deque<slot> slots;
  std::deque<burst *> spare;
  uint64_t fetch_ring = 0, fetch_block = 0, fetch_left = 0, fetch_at = Never;
  bool fetch_bad = false;

  uint64_t port = 0;                       // the read port is free from this cycle on
  uint64_t client_ready[4] = {};           // so is the register of a client
  struct retirement { curta_retire r; uint64_t then[CURTA_CNT_COUNT]; };   // then: of a GEMM
  std::map<uint32_t, retirement> records;
  uint64_t then[CURTA_CNT_COUNT] = {};
  uint32_t next_record = 0;
};

}  // namespace curta_time
#endif
