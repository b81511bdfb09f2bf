/* SPDX-License-Identifier: Apache-2.0
 * progen_gemm.c - random GEMMs: the passes of convolutions, along lists, any
 */
#include "progen_int.h"

struct geometry {
  int n, h, w, c, o, k, s, p, oh, ow; /* tiles, pixels, kernel, stride, padding */
};

static struct geometry geometry(struct pg *g)
{
  struct geometry x;
  do {
    x = (struct geometry){range(g, 1, 2), range(g, 1, 6), range(g, 1, 6), range(g, 1, 2), range(g, 1, 2), range(g, 1, 7), range(g, 1, 2), 0, 0, 0};
    x.p = range(g, 0, x.k / 2);
    x.oh = (x.h + 2 * x.p - x.k) / x.s + 1;
    x.ow = (x.w + 2 * x.p - x.k) / x.s + 1;
  } while (x.h + 2 * x.p < x.k || x.w + 2 * x.p < x.k);
  return x;
}

void pg_window(uint32_t *cmd, int ya, int yb, int yc, int yu, int xa, int xb, int xc, int xu)
{
  SET(GEMM_Y_A, ya);
  SET(GEMM_Y_B, yb);
  SET(GEMM_Y_C, yc);
  SET(GEMM_Y_U, yu);
  SET(GEMM_X_A, xa);
  SET(GEMM_X_B, xb);
  SET(GEMM_X_C, xc);
  SET(GEMM_X_U, xu);
}

void pg_counts(uint32_t *cmd, int nga, int ngb, int nvy, int nvx, int nky, int nkx, int nkc)
{
  SET(GEMM_NGA, nga);
  SET(GEMM_NGB, ngb);
  SET(GEMM_NVY, nvy);
  SET(GEMM_NVX, nvx);
  SET(GEMM_NKY, nky);
  SET(GEMM_NKX, nkx);
  SET(GEMM_NKC, nkc);
}

static void gemm_forward(struct pg *g, uint32_t *cmd)
{
  struct geometry x = geometry(g);
  pg_counts(cmd, x.n, x.o, x.oh, x.ow, x.k, x.k, x.c);
  pg_window(cmd, x.s, 1, -x.p, x.h, x.s, 1, -x.p, x.w);
  SET(GEMM_A_BASE, -x.p * x.w * x.c - x.p * x.c);
  SET(GEMM_A_SGA, x.h * x.w * x.c);
  SET(GEMM_A_SVY, x.s * x.w * x.c);
  SET(GEMM_A_SVX, x.s * x.c);
  SET(GEMM_A_SKY, x.w * x.c);
  SET(GEMM_A_SKX, x.c);
  SET(GEMM_A_SKC, 1);
  SET(GEMM_B_SGB, x.c);
  SET(GEMM_B_SKY, x.k * x.o * x.c);
  SET(GEMM_B_SKX, x.o * x.c);
  SET(GEMM_B_SKC, 1);
  SET(GEMM_P_SGA, x.oh * x.ow * x.o);
  SET(GEMM_P_SGB, 1);
  SET(GEMM_P_SVY, x.ow * x.o);
  SET(GEMM_P_SVX, x.o);
}

/* One dimension of the input gradient: inputs i = step*j + phase, taps r = r0 + step*q, output = j + q' + c. */
struct phase {
  int step, phase, r0, taps, c, count;
};

static struct phase phase(struct pg *g, int k, int s, int p, int size)
{
  struct phase f = {.step = s, .phase = s == 2 && size > 1 ? range(g, 0, 1) : 0};
  f.r0 = (f.phase + p) % s;
  f.taps = k > f.r0 ? (k - f.r0 + s - 1) / s : 0;
  f.c = (f.phase + p - f.r0) / s - (f.taps - 1);
  f.count = (size - f.phase + s - 1) / s;
  return f;
}

static void gemm_input_gradient(struct pg *g, uint32_t *cmd)
{
  struct geometry x = geometry(g);
  struct phase fy = phase(g, x.k, x.s, x.p, x.h), fx = phase(g, x.k, x.s, x.p, x.w);
  int tap = x.o * x.c, none = fy.taps == 0 || fx.taps == 0;
  pg_counts(cmd, x.n, x.c, fy.count, fx.count, none ? 1 : fy.taps, none ? 1 : fx.taps, x.o);
  if (none)
    pg_window(cmd, 0, 0, -1, 1, 0, 0, -1, 1);
  else
    pg_window(cmd, 1, 1, fy.c, x.oh, 1, 1, fx.c, x.ow);
  SET(GEMM_A_BASE, (fy.c * x.ow + fx.c) * x.o);
  SET(GEMM_A_SGA, x.oh * x.ow * x.o);
  SET(GEMM_A_SVY, x.ow * x.o);
  SET(GEMM_A_SVX, x.o);
  SET(GEMM_A_SKY, x.ow * x.o);
  SET(GEMM_A_SKX, x.o);
  SET(GEMM_A_SKC, 1);
  SET(GEMM_B_BASE, ((fy.r0 + (fy.taps - 1) * x.s) * x.k + fx.r0 + (fx.taps - 1) * x.s) * tap);
  SET(GEMM_B_SGB, 1);
  SET(GEMM_B_SKY, -x.s * x.k * tap);
  SET(GEMM_B_SKX, -x.s * tap);
  SET(GEMM_B_SKC, x.c);
  SET(GEMM_B_T, 1);
  SET(GEMM_P_SGA, fy.count * fx.count * x.c);
  SET(GEMM_P_SGB, 1);
  SET(GEMM_P_SVY, fx.count * x.c);
  SET(GEMM_P_SVX, x.c);
}

static void gemm_weight_gradient(struct pg *g, uint32_t *cmd)
{
  struct geometry x = geometry(g);
  pg_counts(cmd, x.o, x.c, x.k, x.k, x.oh, x.ow, x.n);
  pg_window(cmd, 1, x.s, -x.p, x.h, 1, x.s, -x.p, x.w);
  SET(GEMM_A_SGA, 1);
  SET(GEMM_A_SKY, x.ow * x.o);
  SET(GEMM_A_SKX, x.o);
  SET(GEMM_A_SKC, x.oh * x.ow * x.o);
  SET(GEMM_A_T, 1);
  SET(GEMM_B_BASE, -x.p * x.w * x.c - x.p * x.c);
  SET(GEMM_B_SGB, 1);
  SET(GEMM_B_SVY, x.w * x.c);
  SET(GEMM_B_SVX, x.c);
  SET(GEMM_B_SKY, x.s * x.w * x.c);
  SET(GEMM_B_SKX, x.s * x.c);
  SET(GEMM_B_SKC, x.h * x.w * x.c);
  SET(GEMM_B_T, 1);
  SET(GEMM_P_SGA, x.c);
  SET(GEMM_P_SGB, 1);
  SET(GEMM_P_SVY, x.k * x.o * x.c);
  SET(GEMM_P_SVX, x.o * x.c);
}

/* Along a list; the hazard checker lets those through that exist. */
static void gemm_gather(struct pg *g, uint32_t *cmd)
{
  int n[4];
  for (int i = 0; i < 4; i++)
    n[i] = range(g, 1, 2);
  pg_counts(cmd, n[0], n[1], n[2], n[3], range(g, 1, 16), range(g, 1, 16), range(g, 1, 3));
  pg_window(cmd, range(g, 0, 1), rnd(g, 8) ? 1 : range(g, 0, 2), range(g, -3, 1), range(g, 1, 18), range(g, 0, 1), rnd(g, 8) ? 1 : range(g, 0, 2), range(g, -3, 1),
         range(g, 1, 18));
  SET(GEMM_GATHER, 1);
  SET(GEMM_A_T, 1);
  SET(GEMM_B_T, 1);
  SET(GEMM_A_BASE, range(g, 10, 60));
  SET(GEMM_A_SGA, range(g, 0, 2));
  SET(GEMM_A_SVY, range(g, -2, 3));
  SET(GEMM_A_SVX, range(g, -2, 3));
  static const uint32_t ignored[] = {CURTA_GEMM_A_SKY, CURTA_GEMM_A_SKX, CURTA_GEMM_A_SKC, CURTA_GEMM_B_SKY, CURTA_GEMM_B_SKX, CURTA_GEMM_B_SKC};
  for (unsigned i = 0; i < sizeof ignored / sizeof *ignored; i++)
    curta_cmd_set(cmd, ignored[i], (uint32_t)range(g, -9, 9));
  SET(GEMM_B_BASE, g->lists[rnd(g, g->list_count)]);
  SET(GEMM_B_SGB, rnd(g, 2) ? 0 : rnd(g, 8));
  SET(GEMM_P_SVX, 1);
  SET(GEMM_P_SGA, n[3]);
  SET(GEMM_P_SVY, n[3] * n[0]);
  SET(GEMM_P_SGB, n[3] * n[0] * n[2]);
}

static void gemm_any(struct pg *g, uint32_t *cmd)
{
  static const uint32_t strides[] = {CURTA_GEMM_A_SGA, CURTA_GEMM_A_SVY, CURTA_GEMM_A_SVX, CURTA_GEMM_A_SKY, CURTA_GEMM_A_SKX, CURTA_GEMM_A_SKC,
                                     CURTA_GEMM_B_SGB, CURTA_GEMM_B_SVY, CURTA_GEMM_B_SVX, CURTA_GEMM_B_SKY, CURTA_GEMM_B_SKX, CURTA_GEMM_B_SKC};
  int n[4];
  for (int i = 0; i < 4; i++)
    n[i] = range(g, 1, 3);
  pg_counts(cmd, n[0], n[1], n[2], n[3], range(g, 1, 3), range(g, 1, 3), range(g, 1, 3));
  for (unsigned i = 0; i < sizeof strides / sizeof *strides; i++)
    curta_cmd_set(cmd, strides[i], (uint32_t)range(g, -2, 3));
  SET(GEMM_A_BASE, range(g, 4, 20));
  SET(GEMM_B_BASE, range(g, 4, 20));
  pg_window(cmd, range(g, 0, 2), range(g, 0, 2), range(g, -3, 2), range(g, 1, 5), range(g, 0, 2), range(g, 0, 2), range(g, -3, 2), range(g, 1, 5));
  SET(GEMM_A_T, rnd(g, 2));
  SET(GEMM_B_T, rnd(g, 2));
  SET(GEMM_P_SVX, 1);
  SET(GEMM_P_SGA, n[3]);
  SET(GEMM_P_SVY, n[3] * n[0]);
  SET(GEMM_P_SGB, n[3] * n[0] * n[2]);
}

void pg_gemm(struct pg *g, uint32_t *cmd)
{
  static void (*const kind[])(struct pg *, uint32_t *) = {gemm_forward, gemm_input_gradient, gemm_weight_gradient, gemm_any};
  SET(CMD_OPCODE, CURTA_OP_GEMM);
  if (g->list_count && rnd(g, 3) == 0)
    gemm_gather(g, cmd);
  else
    kind[rnd(g, 4)](g, cmd);
  SET(GEMM_P_BASE, rnd(g, (uint32_t)g->cfg->p_tiles / 4));
  SET(GEMM_KLAST, rnd(g, 3) ? g->cfg->t : range(g, 1, g->cfg->t));
  SET(GEMM_ACC, rnd(g, 2));
  SET(GEMM_FINAL, rnd(g, 2));
  if (modes(g)) {
    SET(GEMM_GUARD, rnd(g, 2));
    SET(GEMM_START_SHL, rnd(g, 3) == 0);
  }
  SET(GEMM_OR_REG, rnd(g, 8));
  SET(GEMM_OR_KEEP, rnd(g, 2));
}
