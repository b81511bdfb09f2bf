/* SPDX-License-Identifier: Apache-2.0
 * curta_nitro_ref.h - NITRO-D training of a whole network on logical tensors, built only from curta_nitro_ops.h
 *
 * The oracle for planner, device and fast kernels: every intermediate tensor stays readable in the layers. The caller
 * owns weights, masks and inputs; curta_nitro_ref_init makes the intermediate tensors, curta_nitro_ref_free frees them.
 */
#ifndef CURTA_NITRO_REF_H
#define CURTA_NITRO_REF_H
#include "curta_nitro_ops.h"

enum curta_nitro_kind {
  CURTA_NITRO_CONV,   /* local-loss block: convolution of stride 1, scaling, NITRO-ReLU; head pooling, learning layer */
  CURTA_NITRO_LINEAR, /* local-loss block: linear, scaling, NITRO-ReLU; learning layer. Flattens in the order (c,h,w) */
  CURTA_NITRO_MAXPOOL,
  CURTA_NITRO_DROPOUT,
  CURTA_NITRO_OUTPUT, /* last layer: linear and scaling */
};

/* Linear layer to the classes, trained by its own loss: the learning layer of a block, or the output layer. */
struct curta_nitro_learning {
  int32_t *w; /* the caller's: (classes, inputs) */
  int inputs;
  int32_t factor;           /* divisor of the scaling layer */
  const int8_t *x;          /* (N,inputs) */
  int8_t *pooled;           /* storage of x for a conv block */
  int32_t *idx;             /* conv block: place of each maximum */
  int32_t *z;               /* (N,classes) */
  int8_t *y, *g;            /* prediction, loss gradient */
  int32_t *wide, *dw, *upd; /* g as int32; gradient and update of w */
  int32_t *dx;              /* of a block: delta of x */
};

struct curta_nitro_layer {
  /* what the caller says */
  enum curta_nitro_kind kind;
  int k, r, pad;                     /* CONV: K, R = S; LINEAR: k outputs; MAXPOOL: window r */
  int32_t rate;                      /* DROPOUT, in thousandths, up to 250: the result is an int8 */
  const int8_t *keep;                /* DROPOUT: (N,C,H,W), 0 or 1; null: evaluation, keeps everything */
  int32_t *w;                        /* CONV, LINEAR: (K,C,R,S) */
  struct curta_nitro_learning learn; /* CONV, LINEAR, OUTPUT: w */

  /* what a step leaves */
  struct curta_conv d; /* all shapes; for layers without weights k = c, and (k,p,q) is the output */
  int p, q;
  struct curta_nitro_pool pool; /* CONV: head pooling; MAXPOOL */
  int32_t factor;               /* divisor of the scaling layer */
  int32_t *z, *idx;             /* idx: MAXPOOL */
  int8_t *zs, *out;             /* of a block: scaled, activation; the output layer has only `learn` */
  int16_t *wide;                /* DROPOUT */
  int32_t *delta, *dz, *dw, *upd;
};

struct curta_nitro_options {
  int32_t lr, amplify, slope; /* inverse learning rate, amplification of forward layers, inverse slope */
  int32_t decay, decay_head;  /* inverse decay rates of forward layers, of learning and output layers; 0: none */
  int head_limit;             /* largest input of a conv block's learning layer */
  int twice;                  /* linear blocks are visited twice a step, as the reference's CNN class does */
  int classes;
  int shifts; /* scaling factors are the nearest powers of two (not in the paper) */
};

struct curta_nitro_ref {
  struct curta_nitro_layer *layer;
  int layers, n, c, h, w; /* input (N,C,H,W) */
  struct curta_nitro_options opt;
  const int8_t *x;
  int correct;    /* images of the last step whose largest prediction, first maximum, is the label */
  uint32_t flags; /* enum curta_nitro_flag, sticky: the caller clears them */
  /* Called after each local pass (0, or 1 for the second of a linear block) of layer i; may be null. */
  void (*after_pass)(void *arg, const struct curta_nitro_ref *net, int i, int pass);
  void *arg;
};

struct curta_nitro_options curta_nitro_options_default(void); /* no decay, ten classes, one visit */

/* Works out the shapes and makes the tensors. 0, -EINVAL when a layer does not fit, -ENOMEM (nothing to free then).
 * Weight pointers may be set later: sizes are curta_nitro_ref_weights and classes x learn.inputs. */
int curta_nitro_ref_init(struct curta_nitro_ref *net, struct curta_nitro_layer *layer, int layers,
                         const struct curta_nitro_options *opt, int n, int c, int h, int w);
void curta_nitro_ref_free(struct curta_nitro_ref *net);
size_t curta_nitro_ref_weights(const struct curta_nitro_layer *l);
/* Initial weights of all layers from the draws curta_rand(seed, 2i, element), learning layers 2i + 1. */
void curta_nitro_ref_draw(struct curta_nitro_ref *net, uint32_t seed);

/* Forward pass with the output layer's prediction. */
void curta_nitro_ref_forward(struct curta_nitro_ref *net, const int8_t *x);
/* Everything else of a training step, after curta_nitro_ref_forward with the same x. */
void curta_nitro_ref_backward(struct curta_nitro_ref *net, const uint16_t *labels);
#endif
