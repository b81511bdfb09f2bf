/* SPDX-License-Identifier: Apache-2.0
 * emit.h - the planner's back end: builds commands, derives their waits, keeps vector work that may come later
 *
 * Law: every command names the spans of memory, operand buffers, accumulator memory and scale registers that it reads
 * and writes. Two commands of different engines whose spans conflict (one of them a write) are ordered by a threshold
 * in the later one; commands of one engine are in order anyway. So a program is right whenever its sequential meaning
 * is.
 */
#ifndef CURTA_EMIT_H
#define CURTA_EMIT_H
#include <stdbool.h>
#include "curta.h"

enum space { SP_MEM, SP_A, SP_B, SP_P, SP_S }; /* bytes, tiles, tiles, tiles, registers */

struct span {
  uint64_t lo, hi;
  uint8_t space, write;
};

#define MAX_SPANS 8
struct item {
  uint32_t cmd[CURTA_CMD_WORDS];
  struct span span[MAX_SPANS];
  uint32_t cycles, rd_bytes, wr_bytes; /* estimate */
  uint32_t stamp;                      /* order of creation */
  uint8_t n_spans, engine;
};

#define LOG_DEPTH                                                                                                      \
  24 /* more than the queues hold: whatever is older has been issued long ago and is waited for without a check */
struct access {
  struct span span[MAX_SPANS];
  uint8_t n_spans;
};

/* Vector work that may be delayed: URGENT is what the next pass reads, IDLE is the rest (weight updates). */
enum queue { Q_URGENT, Q_IDLE, Q_COUNT };
#define QUEUE_DEPTH 256

struct emit {
  const struct curta_hw *hw;
  struct curta_pass_stat (*stat)[CURTA_PASSES]; /* null: do not count */
  uint32_t (*cmd)[CURTA_CMD_WORDS];             /* null: only count */
  uint32_t capacity, n;
  bool overflow;
  uint32_t issued[4];              /* commands of each engine since the fence point; enum curta_engine */
  struct access log[4][LOG_DEPTH]; /* log[e][i % LOG_DEPTH]: command i of engine e */
  struct item queue[Q_COUNT][QUEUE_DEPTH];
  uint32_t head[Q_COUNT], count[Q_COUNT];
  uint32_t stamp;
  int64_t credit[Q_COUNT]; /* bus cycles that delayed work may take now */
};

void emit_start(struct emit *e, const struct curta_hw *hw, uint32_t (*cmd)[CURTA_CMD_WORDS], uint32_t capacity);

void item_init(struct item *it, uint32_t opcode, uint32_t engine, uint32_t tag);
static inline void item_set(struct item *it, uint32_t field, uint32_t value)
{
  curta_cmd_set(it->cmd, field, value);
}
/* The command reads (write=0) or writes [lo, hi) of a space. */
void item_span(struct item *it, enum space space, int write, uint64_t lo, uint64_t hi);

/* Emits now, after all delayed work that it conflicts with. */
void emit_now(struct emit *e, const struct item *it);
/* Delays; the queue keeps its order. */
void emit_later(struct emit *e, const struct item *it, enum queue q);
/* The array has been given `cycles` of work: lets delayed work follow it as far as the commands emitted so far leave
 * the memory free. */
void emit_pace(struct emit *e, uint64_t cycles);
void emit_flush(struct emit *e);
/* Flushes, then SKIP over what follows up to emit_skip_end if S[ra] == S[rb] (differ: !=). Returns the SKIP's place.
 * Between the two nothing may be delayed. */
uint32_t emit_skip(struct emit *e, uint32_t tag, uint32_t ra, uint32_t rb, bool differ);
void emit_skip_end(struct emit *e, uint32_t tag, uint32_t skip);

/* S[rd] := func(S[ra], S[rb], S[rc], imm), delayed in queue q */
void emit_scalar(struct emit *e, enum queue q, uint32_t tag, uint32_t func, uint32_t rd, uint32_t ra, uint32_t rb,
                 uint32_t rc, int32_t imm);
#endif
