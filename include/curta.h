/* SPDX-License-Identifier: Apache-2.0
 * curta.h - the public driver and runtime: open a device, describe a network, plan a training step, run it
 *
 * Letters used everywhere: N images, C,H,W channels, rows, columns of an input, O,OH,OW of an output, R,S kernel rows
 * and columns, T side of a tile. Functions return 0 or -errno and leave their outputs untouched on failure; those that
 * reach the device pass on what its bus returns, too. Nothing here allocates: every object is a plain structure in the
 * caller's storage (some are large: keep them static or on the heap). Nothing here uses floating point.
 *
 * Sources: NITI is Wang et al., arXiv 2009.13108 (its sections: docs/numerics.md 1 to 4); NITRO-D is Pirillo et al.,
 * arXiv 2407.11698 (docs/numerics.md 5). Where a paper and its code differ, the code is followed.
 *
 *   curta_dev_open -> curta_net_parse -> curta_plan -> curta_run_open -> curta_init_weights, curta_weights_set
 *   then per batch: curta_batch_write, curta_step (or curta_eval), curta_result
 *   or, so that batches are written while steps run: curta_stage, curta_launch, curta_finish
 */
#ifndef CURTA_H
#define CURTA_H
#include <stddef.h>
#include <stdint.h>
#include "curta_bus.h"
#include "curta_spec.h"

/* --- device --------------------------------------------------------------------------------------------------- */

/* What CONFIG and CAPS say. Units: tiles, lanes, bytes. */
struct curta_hw {
  uint32_t t, r, c, v, bus;           /* tile side, array rows, columns, products per cell, memory port in bytes */
  uint32_t a_tiles, b_tiles, p_tiles; /* operand buffers, accumulator memory */
  uint32_t code;                      /* configuration code */
  uint32_t digit;                     /* bits of an element of operand buffer B; 0: no modes of NITRO-D */
};

/* The figures of a named configuration ("tiny", "base", "large", "host") without a device. -ENOENT: no such name. */
int curta_hw_named(struct curta_hw *hw, const char *name);

struct curta_error {
  uint32_t code, index, info; /* as in machine.md section 2 */
  const char *name;           /* "RANGE", ... */
};

struct curta_counters {
  uint64_t value[CURTA_CNT_COUNT]; /* enum CURTA_CNT_*, names in CURTA_CNT_NAMES */
};

struct curta_dev {
  const struct curta_bus *bus;
  struct curta_hw hw;
  uint64_t mem_bytes;                  /* memory the device may touch, <= 4 GiB */
  uint32_t ring_base, ring_log2, tail; /* ring of 2^ring_log2 commands; tail free-running */
  uint32_t staged;                     /* commands behind tail that the device does not know of yet */
  uint32_t brk;                        /* first free byte of device memory */
  uint32_t cookie;                     /* of the last END submitted */
};

/* The same of the device behind `bus`, which is only read. -ENODEV: no Curta; -EPROTO: hardware version or numerics
 * revision that this driver does not know; -EINVAL: an impossible configuration. */
int curta_hw_read(struct curta_hw *hw, const struct curta_bus *bus);
#define CURTA_RING_LOG2 6u                                    /* 64 commands: a step needs a handful */
#define CURTA_RING_BYTES (CURTA_CMD_BYTES << CURTA_RING_LOG2) /* whole pages */
/* Opens the device behind `bus` (which must outlive `dev`): checks it (curta_hw_read), resets, puts a ring at the start
 * of the memory. Errors of curta_hw_read; -ENOSPC: memory too small for the ring. */
int curta_dev_open(struct curta_dev *dev, const struct curta_bus *bus);
/* One line of text for the reason of a failed curta_dev_open or of any -errno of this interface. */
const char *curta_strerror(int err);
/* Bump allocator over device memory. align: a power of two. There is no free; see curta_dev_mark/release. -ENOSPC. */
int curta_dev_alloc(struct curta_dev *dev, uint64_t bytes, uint32_t align, uint32_t *addr);
uint32_t curta_dev_mark(const struct curta_dev *dev);
void curta_dev_release(struct curta_dev *dev, uint32_t mark);
/* Puts n commands of 32 words into the ring and rings the doorbell once. -ENOSPC: n larger than the ring; -EAGAIN: not
 * enough free entries now; -EIO: the device is stopped by an error. */
int curta_dev_submit(struct curta_dev *dev, const uint32_t (*cmd)[CURTA_CMD_WORDS], uint32_t n);
/* The two halves of that: into the ring, in the place of what was staged before (errors as above); then the doorbell.
 */
int curta_dev_stage(struct curta_dev *dev, const uint32_t (*cmd)[CURTA_CMD_WORDS], uint32_t n);
int curta_dev_ring(struct curta_dev *dev);
/* Waits until the END with `cookie` has retired, or a later one (cookies count up, modulo 2^32), at most about
 * `deadline` device cycles (golden device: commands). -ETIMEDOUT; -EIO: stopped by an error, see curta_dev_error. */
int curta_dev_wait(struct curta_dev *dev, uint32_t cookie, uint64_t deadline);
/* The first error since reset (code CURTA_ERR_NONE when there is none). */
int curta_dev_error(const struct curta_dev *dev, struct curta_error *error);
/* Soft reset; afterwards the ring is empty and the scale registers are 0; memory keeps its content. -ETIMEDOUT. */
int curta_dev_reset(struct curta_dev *dev);
/* A snapshot of all counters, taken at once; they run from the last reset on. */
int curta_dev_counters(const struct curta_dev *dev, struct curta_counters *counters);
/* Sticky FLAGS (CURTA_FLAG_* are bit numbers); `clear` names bits to clear after reading. */
int curta_dev_flags(const struct curta_dev *dev, uint32_t clear, uint32_t *flags);
/* Scale registers; write only while the device is idle. -EINVAL: no such register. */
int curta_dev_scalar_read(const struct curta_dev *dev, uint32_t reg, int32_t *value);
int curta_dev_scalar_write(const struct curta_dev *dev, uint32_t reg, int32_t value);

/* --- network -------------------------------------------------------------------------------------------------- */

#define CURTA_MAX_LAYERS 64
#define CURTA_MAX_WEIGHTED 17 /* conv and linear layers of one network: three scale registers each */

enum curta_layer_kind {
  CURTA_LAYER_CONV,
  CURTA_LAYER_LINEAR,
  CURTA_LAYER_RELU,
  CURTA_LAYER_MAXPOOL,
  CURTA_LAYER_FLATTEN,
  CURTA_LAYER_DROPOUT
};
#define CURTA_LAYER_NAMES                                                                                              \
  {                                                                                                                    \
    "conv", "linear", "relu", "maxpool", "flatten", "dropout"                                                          \
  }

enum curta_algorithm { CURTA_NITI, CURTA_NITRO_D };
#define CURTA_ALGORITHM_NAMES                                                                                          \
  {                                                                                                                    \
    "niti", "nitro-d"                                                                                                  \
  }

/* One layer. The shapes are filled by curta_net_add: input (N,C,H,W), output (N,O,OH,OW); flat vectors have H=W=1. */
struct curta_layer {
  uint8_t kind;                /* enum curta_layer_kind */
  uint8_t kernel, stride, pad; /* conv: R=S=kernel; maxpool: kernel=stride; else 0 */
  uint16_t drop_log2;          /* dropout: keeps a feature with probability 2^-drop_log2 (0.5: 1, 0.75: 2) */
  uint16_t drop_rate;          /* dropout of NITRO-D: drops an element with probability drop_rate / 1000, 1..250 */
  uint32_t c, h, w, o, oh, ow;
};

/* What a NITRO-D network says beside its layers (docs/numerics.md 5). In such a network conv and linear are local-loss
 * blocks with their own activation and learning layer, and the last linear is the output layer. */
struct curta_nitro {
  uint32_t rate, amplify;     /* inverse learning rate at the start, amplification of forward layers */
  uint32_t decay, decay_head; /* inverse decay rates: forward layers; learning and output layers. 0: none */
  uint32_t head;              /* largest input of a learning layer */
  uint32_t slope;             /* inverse slope of NITRO-ReLU */
  uint8_t shifts;             /* scaling factors are the nearest powers of two (not in the paper) */
  uint8_t twice;              /* linear blocks are visited twice a step */
  uint8_t crop, flip;         /* augmentation: padding before a random crop, 0 none; mirror images at random */
  uint32_t batch, epochs;     /* of the published run */
};

struct curta_net {
  uint8_t algorithm; /* enum curta_algorithm */
  struct curta_nitro nitro;
  uint32_t n_layers, n_weighted;
  uint32_t c, h, w; /* input of one image */
  uint32_t classes;
  struct curta_layer layer[CURTA_MAX_LAYERS];
};

/* What is wrong and what to do about it. line counts from 1, 0 where there is no text. */
struct curta_diag {
  int line;
  char text[192];
};

/* Building by hand: init, add, add, ..., finish. -EINVAL with `diag` (may be null) filled. */
int curta_net_init(struct curta_net *net, uint32_t c, uint32_t h, uint32_t w, struct curta_diag *diag);
/* Right after init: a NITRO-D network with the constants that all published ones share; change net->nitro before
 * finish. */
void curta_net_nitro(struct curta_net *net);
/* `layer` brings kind and parameters: o (conv, linear), kernel, stride, pad (conv), kernel (maxpool), drop_log2 or
 * drop_rate. */
int curta_net_add(struct curta_net *net, const struct curta_layer *layer, struct curta_diag *diag);
int curta_net_finish(struct curta_net *net, struct curta_diag *diag);
/* Text, one layer a line, # starts a comment:
 *   algorithm niti|nitro-d                              before everything else; niti if it is not there
 *   input C H W
 *   conv O kernel R [stride 1|2] [pad P]
 *   linear O
 *   relu | flatten | maxpool K | dropout 0.5|0.75|0.875
 * and for nitro-d, which has no relu and drops 0.001..0.25:
 *   rate G | amplify A | decay F H | head L | slope S | shifts | twice | crop P | flip | batch N | epochs E
 * The last layer gives the logits. A linear layer flattens a feature map in the order (c,h,w). */
int curta_net_parse(const char *text, size_t len, struct curta_net *net, struct curta_diag *diag);
/* Weights of a layer outside the device: conv (O,C,R,S), linear (O, C*H*W); 0 for layers without weights. */
uint64_t curta_layer_weights(const struct curta_layer *layer);
/* Useful multiply-accumulates of one image in one pass (forward, or either gradient, without padding). */
uint64_t curta_layer_macs(const struct curta_layer *layer);

/* --- training options ----------------------------------------------------------------------------------------- */

/* How a NITI tensor gets its second pass (docs: driver/README.md). AUTO: chosen per tensor by estimated cycles. */
enum curta_strategy { CURTA_AUTO, CURTA_SPILL, CURTA_KEEP, CURTA_RECOMPUTE, CURTA_SPECULATE, CURTA_HEDGE };
#define CURTA_STRATEGY_NAMES                                                                                           \
  {                                                                                                                    \
    "auto", "spill", "keep", "recompute", "speculate", "hedge"                                                         \
  }

#define CURTA_MAX_MU 16
struct curta_mu {
  uint16_t epoch; /* from this epoch on (from 0) */
  int16_t mu;     /* |update| <= 2^mu */
};

struct curta_opt {
  uint8_t round_act, round_err, round_grad, round_loss; /* enum curta_round; act and err: not stochastic */
  uint8_t bump_shift1;                                  /* a shift of exactly 1 becomes 2 (2020) */
  uint8_t wrap;                                         /* unshifted +128 becomes -128 as in the reference */
  uint8_t decay;                                        /* weight decay of 2020 */
  uint8_t frac_bits;    /* 1..8: 16-bit master weights with so many fraction bits; 0: none */
  uint8_t init_uniform; /* initial weights: 0 Xavier normal, 1 Xavier uniform */
  uint8_t input_pow2;   /* input table: 0 divide by the largest, 1 power of two */
  uint8_t force;        /* enum curta_strategy; a strategy that a tensor cannot use falls back to spill */
  uint8_t n_mu;
  struct curta_mu mu[CURTA_MAX_MU]; /* increasing epochs, the first 0 */
  uint32_t seed;
};

/* Presets: the authors' code of 2020, "niti-2020" (default, also for a null name), and its variant of 2021,
 * "niti-2021". -ENOENT: no such name. */
int curta_opt_preset(struct curta_opt *opt, const char *name);
/* "2,100:-1": 2, from epoch 100 on -1. -EINVAL with diag. */
int curta_mu_parse(struct curta_opt *opt, const char *text, struct curta_diag *diag);
int32_t curta_mu_at(const struct curta_opt *opt, uint32_t epoch);

/* --- plan ----------------------------------------------------------------------------------------------------- */

/* Engine commands carry TAG = layer*8 + pass, layer the index in net.layer[] of the conv or linear layer. */
enum curta_pass {
  CURTA_PASS_FWD,
  CURTA_PASS_DX,
  CURTA_PASS_DW,
  CURTA_PASS_UPDATE,
  CURTA_PASS_LOSS,
  CURTA_PASS_OTHER,
  CURTA_PASS_HEAD, /* NITRO-D: everything of a learning layer */
  CURTA_PASSES
};
#define CURTA_PASS_NAMES                                                                                               \
  {                                                                                                                    \
    "forward", "input-grad", "weight-grad", "update", "loss", "other", "head"                                          \
  }
#define CURTA_TAG(layer, pass) ((uint32_t)(layer)*8u + (uint32_t)(pass))

/* Fixed scale registers; curta_plan_weighted has those of a layer. */
#define CURTA_S_ZERO 0 /* always 0 */
#define CURTA_S_SEED 1 /* seed of curta_rand */
#define CURTA_S_STEP 2 /* step number, added to tensor numbers */
#define CURTA_S_MU 3
#define CURTA_S_EXP0 4    /* exponent of the input plus those of all weights */
#define CURTA_S_EXP 5     /* exponent of the logits, result */
#define CURTA_S_CORRECT 6 /* images classified correctly, result */
#define CURTA_S_TMP 7
#define CURTA_S_OR 8     /* 8..12: magnitude ORs under way */
#define CURTA_S_LAYER 13 /* + 3*w: shift of the activation, of the input error, of the gradient */
/* Both results of a step of the second bank; the largest network has layers there, and its results where one bank has.
 */
#define CURTA_S_EXP2 62
#define CURTA_S_CORRECT2 63
/* NITRO-D, from CURTA_S_LAYER on: pairs of registers of UPDATE, and what nobody reads. */
#define CURTA_S_RATE 13       /* of forward layers */
#define CURTA_S_RATE_HEAD 15  /* of learning and output layers */
#define CURTA_S_DECAY 17      /* of forward layers */
#define CURTA_S_DECAY_HEAD 19 /* of learning and output layers */
#define CURTA_S_HEADS 21      /* images that some head classified correctly */
#define CURTA_S_WIDTH 22      /* OR of the widths of a layer's deltas */
#define CURTA_S_UPPER 23      /* 0: their upper digits are 0 */

enum curta_tensor_kind {
  CURTA_TENSOR_ACT,
  CURTA_TENSOR_WEIGHT,
  CURTA_TENSOR_MASTER,
  CURTA_TENSOR_ERROR,
  CURTA_TENSOR_INDEX,
  CURTA_TENSOR_GRAD,
  CURTA_TENSOR_SPILL,
  CURTA_TENSOR_MASK,
  CURTA_TENSOR_LABEL,
  CURTA_TENSOR_PROGRAM,
  CURTA_TENSOR_WEIGHT32, /* NITRO-D: R, S, O/T, I/T like a weight, [i][o] inside a tile */
  CURTA_TENSOR_GRAD24    /* a gradient in int24 tiles (machine.md section 1), in the place of int32 ones */
};

/* A tensor in device memory. Tiled ones (all but labels and programs): array of tiles [d0][d1][d2][d3] as in machine.md
 * section 1, of `elem` bytes an element. Activations, errors: N/T, H, W, C/T; weights: R, S, O/T, I/T. */
struct curta_tensor {
  char name[24]; /* "conv0.weight", "relu1.act", "spill0", ... */
  uint32_t addr, bytes;
  uint32_t d[4]; /* tiles; labels, programs: d[0] elements, rest 1 */
  uint8_t kind, elem;
  int16_t layer; /* index in net.layer[], -1: none (shared) */
  /* Stages of a training step in which it is in use; only then are its bytes its own (0..255 always, with NITI). */
  uint8_t from, to;
};
#define CURTA_MAX_TENSORS 256

/* Estimates of one pass of one layer. Cycles assume 30 cycles of start-up a command and full bus rate. */
struct curta_pass_stat {
  uint64_t macs;         /* useful ones of the whole batch, no padding; 0 where it gathers: its deltas decide */
  uint64_t array_cycles; /* cycles in which the array multiplies, padding included */
  uint64_t cycles;       /* estimate: the larger of array and memory time */
  uint64_t rd_bytes, wr_bytes;
  uint32_t commands;
  uint8_t strategy; /* enum curta_strategy */
};

/* What a weighted layer of NITRO-D has beside: a local-loss block, or the output layer (head_c 0). Tensors: -1 none. */
struct curta_plan_nitro {
  uint16_t drop_rate;              /* dropout behind the activation, in thousandths; 0 none */
  uint8_t drop_last;               /* behind the pool */
  uint8_t conv;                    /* its head pools */
  uint32_t draw, drop_draw;        /* numbers of the layer and its dropout among layers that are no flatten */
  uint32_t head_c, head_h, head_w; /* input of the learning layer */
  uint32_t win_h, win_w;           /* windows in front of it */
  int32_t pad_h, pad_w;            /* their padding */
  uint32_t per_row;                /* the weight gradient gathers: rows of a list for a row of deltas, in 1/256 */
  int16_t t_zs, t_act, t_drop, t_pool_idx; /* saved zs; activation, where it is not t_out; behind dropout, likewise */
  int16_t t_head, t_h, t_class;            /* learning layer: weights, input, class bytes */
  int16_t t_predict, t_g, t_delta,
      t_dense; /* prediction, loss gradient; delta by window, by position (not if it gathers) */
};

/* A weighted layer as the device sees it. */
struct curta_plan_weighted {
  uint32_t layer;              /* in net.layer[] */
  uint32_t c, h, w, o, oh, ow; /* device geometry after folding; (c,h,w) input, (o,oh,ow) output */
  uint32_t r, s;               /* kernel */
  uint32_t stride_y, stride_x, pad_y, pad_x;
  uint8_t fold;                  /* 0 none, 1 taps of a row are channels, 2 all taps are channels */
  uint8_t relu, pool, drop_log2; /* what follows, fused: pool is the window, 0 none */
  uint8_t s_act, s_err, s_grad;  /* scale registers: shifts of the output, of the input error, of the gradient */
  int16_t t_in, t_out, t_idx, t_err, t_weight, t_master, t_grad,
      t_mask; /* tensors, -1: none; t_err: error of its output */
  struct curta_plan_nitro nitro;
};

struct curta_plan {
  const struct curta_net *net;
  struct curta_opt opt;
  struct curta_hw hw;
  uint32_t batch;
  uint32_t weight_base, work_base, end; /* device memory used: [weight_base, ...weights) and [work_base, end) */
  uint32_t n_weighted, n_tensors;
  struct curta_plan_weighted weighted[CURTA_MAX_WEIGHTED];
  struct curta_tensor tensor[CURTA_MAX_TENSORS];
  int16_t t_input, t_labels, t_logits, t_train, t_eval;
  int16_t t_input2, t_labels2, t_train2, t_eval2; /* the second bank, 0: there is none */
  uint32_t (*cmd)[CURTA_CMD_WORDS];               /* the caller's buffer: training step, then evaluation step */
  uint32_t n_train, n_eval;                       /* commands of each */
  struct curta_pass_stat stat[CURTA_MAX_LAYERS][CURTA_PASSES]; /* of a training step */
  uint64_t est_cycles;                                         /* of a training step */
};

struct curta_plan_request {
  const struct curta_net *net; /* finished; must outlive the plan */
  struct curta_opt opt;
  struct curta_hw hw;   /* of the device; with a smaller bus the plan counts on a memory that is slower than its port */
  uint32_t batch;       /* N >= 1, any number */
  uint32_t weight_base; /* multiple of 4096; e.g. curta_dev_mark rounded up */
  uint32_t work_base;   /* 0: right behind the weights. Plans of different batch sizes with the same net, options,
                           hw and weight_base share their weights; give each its own work area. */
  uint8_t banks;        /* 2: input, labels and programs twice, so that a batch is written while a step runs */
  uint64_t mem_bytes;   /* end of usable device memory */
  uint32_t (*cmd)[CURTA_CMD_WORDS]; /* buffer for both programs; null: only count (n_train, n_eval, memory, stat) */
  uint32_t cmd_capacity;
  uint8_t apart;      /* NITRO-D: all tensors have places of their own, so that they can be looked at after a step */
  uint8_t sequential; /* NITRO-D: one block after another behind the whole forward pass, for comparison: blocks do not
                         overlap, the weights are the same */
  void *work;         /* scratch of curta_plan_work_bytes() bytes, aligned to 8, free again after the call */
};

size_t curta_plan_work_bytes(void);
/* Compiles. -EINVAL with diag: something this machine cannot do; -ENOSPC with diag: command buffer or device memory too
 * small. */
int curta_plan(struct curta_plan *plan, const struct curta_plan_request *request, struct curta_diag *diag);
/* The tensor that holds device address addr, null when none does; where several do in turn, one of them. */
const struct curta_tensor *curta_plan_find(const struct curta_plan *plan, uint32_t addr);

/* --- run ------------------------------------------------------------------------------------------------------ */

enum curta_program { CURTA_NOTHING, CURTA_TRAIN_STEP, CURTA_EVAL_STEP };

struct curta_run {
  struct curta_dev *dev;
  const struct curta_plan *plan;
  uint32_t step;         /* number of training steps done; the caller may set it (resume) */
  int32_t mu, input_exp; /* the caller sets both */
  int32_t weight_exp[CURTA_MAX_WEIGHTED];
  uint32_t images;                   /* in the batch last written */
  uint32_t bank;                     /* that it is in */
  uint8_t staged, running, next;     /* enum curta_program; next: launched behind the one that runs */
  uint8_t run_bank, next_bank, done; /* banks of these two and of the step that has ended */
  uint32_t rate;                     /* NITRO-D: inverse learning rate; curta_run_open takes the network's */
};

struct curta_result {
  int32_t exponent; /* of the logits: value = integer * 2^exponent */
  uint32_t correct, images;
  uint32_t flags; /* NITRO-D: bits CURTA_FLAG_* since the device was reset */
};

/* Uploads the programs and clears the work area. -EINVAL: the plan has no commands, or is of another configuration than
 * the device's; -ERANGE: its memory does not lie inside the device's. */
int curta_run_open(struct curta_run *run, struct curta_dev *dev, const struct curta_plan *plan);
/* Weights of weighted layer w (0..n_weighted-1), conv (O,C,R,S), linear (O, C*H*W), value = integer * 2^exponent. Sets
 * the master weights to w * 2^F. -EINVAL: no such layer; -ENOTSUP: a plan of NITRO-D. */
int curta_weights_set(struct curta_run *run, uint32_t w, const int8_t *weights, int32_t exponent);
int curta_weights_get(const struct curta_run *run, uint32_t w, int8_t *weights);
/* Master weights (int16, same order); -ENOTSUP in a plan without. */
int curta_master_set(struct curta_run *run, uint32_t w, const int16_t *weights);
int curta_master_get(const struct curta_run *run, uint32_t w, int16_t *weights);
/* NITRO-D: int32 weights of weighted layer w in the outside order; head: of its learning layer (classes, C H W), which
 * the output layer has not. -ENOTSUP: a plan of NITI. */
int curta_nitro_weights_set(struct curta_run *run, uint32_t w, int head, const int32_t *weights);
int curta_nitro_weights_get(const struct curta_run *run, uint32_t w, int head, int32_t *weights);
/* Their number; 0: there are none. */
uint64_t curta_nitro_weights_count(const struct curta_net *net, uint32_t w, int head);
/* Initial ones, from the seed (docs/numerics.md 5). -EINVAL: there are none. */
int curta_nitro_weights_init(const struct curta_net *net, uint32_t w, int head, uint32_t seed, int32_t *weights);
/* Doubles a factor of a quotient until it has 24 bits; returns how often. 0 stays 0. */
uint32_t curta_nitro_factor(uint32_t *factor);
/* Registers of UPDATE for an inverse rate; bits: of the signed dividend. -ERANGE: no exact product of 24 bits. */
int curta_nitro_rate(uint32_t inverse, uint32_t bits, uint32_t reg[2]);
/* int32 gradient of the last step (outside order), before decay and rounding; -ENOTSUP where the plan never stores it
 * (keep, recompute). */
int curta_grad_get(const struct curta_run *run, uint32_t w, int32_t *grad);
/* Writes x (n,C,H,W) int8 and n labels (null: zeros). n must be the plan's batch: the last, smaller batch of an epoch
 * needs a plan of its own. -EINVAL. In a plan of two banks every batch goes into the bank that the one before is not
 * in. -EAGAIN: steps under way need both. */
int curta_batch_write(struct curta_run *run, const int8_t *x, const uint16_t *labels, uint32_t n);
/* One training step / one forward step with classification count, one doorbell; waits for the end. step increments
 * after success. -EIO: the device stopped, see curta_dev_error, then curta_dev_reset; -ETIMEDOUT: it took many times
 * the planned cycles. */
int curta_step(struct curta_run *run);
int curta_eval(struct curta_run *run);
/* A step in three parts. Stage: its commands, for the batch last written; it may be called while the step before runs.
 * Launch: masks, doorbell; -EAGAIN: nothing is staged, or a step runs. Finish: waits for the end; step increments after
 * a training step. With two banks, while one step runs: curta_batch_write and curta_stage of the next one; and
 * curta_launch, so that the device goes from one to the other without the host (-EAGAIN: one waits already, or
 * the next one's masks are to be written first, or the network has CURTA_MAX_WEIGHTED layers). */
int curta_stage(struct curta_run *run, enum curta_program program);
int curta_launch(struct curta_run *run);
int curta_finish(struct curta_run *run);
/* For callers who write the input tensor themselves: row a of the tile (a/T, y, x, k) of the input tensor, T bytes, is
 * image a from byte y*step_y + x*step_x + k*T on, and 0 from byte y*step_y + x*step_x + n on. -ENOTSUP: the input of
 * this plan is no such window. */
struct curta_window {
  uint32_t n, step_y, step_x;
};
int curta_input_window(const struct curta_plan *plan, struct curta_window *window);
/* The address of the input tensor that the next batch goes to, whose bank it takes; then the labels. */
int curta_batch_claim(struct curta_run *run, const uint16_t *labels, uint32_t n, uint32_t *addr);
/* Of the step that curta_finish waited for last, before another one is launched. */
int curta_result(const struct curta_run *run, struct curta_result *result);
/* Logits (N,classes) int8 of the last step, N the plan's batch; their exponent is in the result. */
int curta_logits_get(const struct curta_run *run, int8_t *logits);
/* Any tensor kept in activation layout, as (N,C,H,W) of the device's geometry: outputs and errors; for tests and
 * reports. -EINVAL: no such tensor, not of bytes, or of another shape. */
int curta_tensor_get(const struct curta_run *run, int tensor, uint32_t n, uint32_t c, uint32_t h, uint32_t w,
                     int8_t *x);

/* --- numbers for the outside ---------------------------------------------------------------------------------- */

/* Initial weights of a layer in the outside order, and their exponent: Xavier normal (sum of uniforms) or uniform,
 * largest scaled to 127. A pure function of (opt.seed, layer index). -EINVAL: no such layer, or one without weights. */
int curta_init_weights(const struct curta_net *net, uint32_t layer, const struct curta_opt *opt, int8_t *weights,
                       int32_t *exponent);
/* The same in half the time, with room for a draw of each weight (null: each is drawn twice). */
int curta_init_weights_in(const struct curta_net *net, uint32_t layer, const struct curta_opt *opt, int16_t *draws,
                          int8_t *weights, int32_t *exponent);
/* Input tables for 8-bit pixels: value (p/255 - mean[c]) / std[c], mean and std in units of 1/10000, quantised with one
 * scale for all channels. -EINVAL: std 0 or no channel. */
int curta_input_table(const struct curta_opt *opt, uint32_t channels, const uint32_t *mean, const uint32_t *std,
                      int8_t (*table)[256], int32_t *exponent);
/* x[i] := table[channel][pixels[i]] for n images (n,C,H*W) */
void curta_input_apply(const int8_t (*table)[256], uint32_t n, uint32_t channels, uint32_t pixels_per_channel,
                       const uint8_t *pixels, int8_t *x);
/* Dropout mask of net.layer[layer] in step `step`: mask[f] in {0,1} per feature f in (c,h,w) order, shared by the
 * batch. */
void curta_dropout_mask(const struct curta_net *net, uint32_t layer, uint32_t seed, uint32_t step, uint8_t *mask);

#endif
