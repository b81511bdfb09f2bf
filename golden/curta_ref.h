/* SPDX-License-Identifier: Apache-2.0
 * curta_ref.h - one NITI training step of a whole network on logical tensors, built only from curta_ops.h
 *
 * The oracle for the planner and the device: every intermediate tensor and shift stays readable in the layers. The
 * caller owns weights, masks and inputs; curta_ref_init makes the intermediate tensors, curta_ref_free frees them.
 */
#ifndef CURTA_REF_H
#define CURTA_REF_H
#include "curta_ops.h"

enum curta_ref_kind {
  CURTA_REF_CONV,
  CURTA_REF_LINEAR, /* also flattens, in the order (c,h,w) */
  CURTA_REF_RELU,
  CURTA_REF_MAXPOOL,
  CURTA_REF_FLATTEN,
  CURTA_REF_DROPOUT,
};

struct curta_ref_layer {
  /* what the caller says */
  enum curta_ref_kind kind;
  int k, r, s, stride, pad; /* CONV (K,C,R,S); LINEAR: k outputs; MAXPOOL: window r x s */
  int8_t *w;                /* CONV, LINEAR: (K,C,R,S) */
  int16_t *wf;              /* with frac_bits: master weights; w follows them */
  int32_t w_exp;
  const int8_t *mask;         /* DROPOUT: (C), 0 or 1 */
  uint32_t tensor;            /* stochastic rounding: number of the gradient, plus the step */
  const uint32_t *grad_index; /* stochastic rounding: draw of each gradient element; null: its element number */

  /* what a step leaves; err_in belongs to the output, err_out to the input, null where none is computed */
  struct curta_conv d; /* all shapes; for layers without weights k = c, and (k,p,q) is the output */
  int p, q;
  int32_t exp, act_shift, err_shift, grad_shift; /* exp: of the output */
  int32_t *acc, *err_acc, *grad_acc;
  int32_t *grad_sum; /* grad_acc plus the decay term */
  int8_t *out, *err_in, *err_out, *grad;
  uint8_t *idx; /* MAXPOOL */
};

struct curta_ref_options {
  enum curta_round round_act, round_err, round_grad, loss_round;
  int bump_shift1, wrap, decay;
  int32_t mu, frac_bits; /* frac_bits 0: no master weights */
  uint32_t seed, step;   /* of stochastic rounding; tensor numbers count from `step` on */
  uint32_t act_tensor, err_tensor, loss_tensor;
  const uint8_t *loss_draws; /* (N,C), or null: curta_rand */
};

struct curta_ref {
  struct curta_ref_layer *layer;
  int layers, n, c, h, w; /* input (N,C,H,W) */
  struct curta_ref_options opt;
  const int8_t *x;
  int64_t *loss_t; /* (N, classes) */
  int32_t *loss_g;
  int8_t *loss_err;
  int correct;
};

/* The options of the authors' code of 2020. */
struct curta_ref_options curta_ref_niti2020(void);

/* Works out the shapes and makes the tensors. 0, -EINVAL when a layer does not fit, -ENOMEM (nothing to free then). */
int curta_ref_init(struct curta_ref *net, struct curta_ref_layer *layer, int layers, int n, int c, int h, int w);
void curta_ref_free(struct curta_ref *net);

void curta_ref_forward(struct curta_ref *net, const int8_t *x, int32_t x_exp);
/* Loss, errors, gradients and update, after curta_ref_forward with the same x. */
void curta_ref_backward(struct curta_ref *net, const uint16_t *labels);
#endif
