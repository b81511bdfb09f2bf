/* SPDX-License-Identifier: Apache-2.0
 * test_parse.c - network text: shapes of what is right, line and words of the message for what is wrong; option text
 */
#include <stdio.h>
#include <string.h>
#include "curta.h"

#define NITRO "algorithm nitro-d\ninput 1 8 8\n"

struct wrong {
  const char *text;
  int line;
  const char *message; /* part of it */
};
static const struct wrong wrong[] = {
    {"", 0, "empty network"},
    {"# nothing\n\n", 3, "empty network"},
    {"relu\n", 1, "first line must be"},
    {"input 1 28\n", 1, "a number is missing"},
    {"input 1 28 x\n", 1, "found \"x\""},
    {"input 0 28 28\n", 1, "channels must be"},
    {"input 1 28 28 5\n", 1, "nothing may follow"},
    {"input 1 8 8\ninput 1 8 8\n", 2, "second \"input\""},
    {"input 1 8 8\nconv\n", 2, "a number is missing"},
    {"input 1 8 8\nconv 4\n", 2, "kernel R"},
    {"input 1 8 8\nconv 4 kernel 3 dilation 2\n", 2, "unknown word \"dilation\""},
    {"input 1 8 8\nconv 4 kernel 3 stride 3\n", 2, "stride 3"},
    {"input 1 8 8\nconv 4 kernel 3 stride 0\n", 2, "stride must be"},
    {"input 1 8 8\nconv 4 kernel 3 pad 3\n", 2, "smaller than the kernel"},
    {"input 1 8 8\nconv 4 kernel 9\n", 2, "larger than its padded input"},
    {"input 1 8 8\nconv 0 kernel 3\n", 2, "output channels"},
    {"input 1 8 8\n\n# comment\nmaxpool 9\n", 4, "window 9 is larger"},
    {"input 1 8 8\nmaxpool 1\n", 2, "window must be"},
    {"input 1 8 8\nflatten\ndropout 0.4\n", 3, "0.4"},
    {"input 1 8 8\nflatten\ndropout\n", 3, "probability is missing"},
    {"input 1 8 8\nsoftmax\n", 2, "unknown layer \"softmax\""},
    {"input 1 8 8\nrelu 3\n", 2, "nothing may follow"},
    {"input 1 8 8\nlinear 0\n", 2, "outputs must be"},
    {"input 1 8 8\nconv 4 kernel 3 pad 1\n", 3, "end with linear"},
    {"input 1 8 8\nrelu\nflatten\n", 4, "at least one conv or linear"},
    {"input 1 8 8\nlinear 2000\n", 3, "2000 classes"},
    {"input 1 8 8\nlinear 99999999999\n", 2, "found"},
    {"input 512 32 32\nlinear 10\n", 2, "132104"},
    {"algorithm sgd\ninput 1 8 8\n", 1, "expected niti or nitro-d, found \"sgd\""},
    {"algorithm\n", 1, "expected niti or nitro-d"},
    {"algorithm niti extra\n", 1, "nothing may follow"},
    {"algorithm niti\nalgorithm niti\n", 2, "first line must be"},
    {"algorithm niti\n", 2, "empty network"},
    {"input 1 8 8\nalgorithm nitro-d\n", 2, "unknown layer \"algorithm\""},
    {"algorithm niti\ninput 1 8 8\ndecay 1 2\n", 3, "unknown layer \"decay\""},
    {NITRO "relu\n", 3, "activation of its own"},
    {NITRO "conv 4 kernel 3 stride 2\n", 3, "knows 1 only"},
    {"algorithm nitro-d\ninput 1 8 9\nconv 4 kernel 3\n", 3, "square maps"},
    {"algorithm nitro-d\ninput 1024 8 8\nlinear 4\n", 3, "65535 inputs"},
    {NITRO "dropout 0.5\n", 3, "drops 0.001 to 0.25"},
    {NITRO "dropout 0.1x\n", 3, "found \"0.1x\""},
    {NITRO "dropout 0.0001\n", 3, "found \"0.0001\""},
    {NITRO "dropout\n", 3, "probability must be"},
    {NITRO "decay 12000\n", 3, "a number is missing"},
    {NITRO "decay 12000 3000 1\n", 3, "nothing may follow"},
    {NITRO "twice 2\n", 3, "nothing may follow"},
    {NITRO "crop 32\n", 3, "0..31"},
    {NITRO "momentum 3\n", 3, "unknown layer"},
    {NITRO "slope 6\nlinear 10\n", 5, "table of means"},
    {NITRO "rate 0\nlinear 10\n", 5, "rate 0"},
    {NITRO "rate 1000000\namplify 2148\nlinear 10\n", 6, "product below"},
    {NITRO "head 0\nlinear 10\n", 5, "head 0"},
    {NITRO "batch 0\nlinear 10\n", 5, "batch 0"},
    {NITRO "conv 10 kernel 8\n", 4, "must be linear"},
};

static int check_wrong(void)
{
  int failed = 0;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct curta_net net, before;
    struct curta_diag diag = {-7, "none"};
    memset(&net, 0x5a, sizeof net);
    before = net;
    int err = curta_net_parse(wrong[i].text, strlen(wrong[i].text), &net, &diag);
    if (err && (!wrong[i].line || diag.line == wrong[i].line) && strstr(diag.text, wrong[i].message) &&
        !memcmp(&net, &before, sizeof net))
      continue;
    printf("FAIL parser errors: \"%s\": returned %d, line %d, \"%s\"; expected line %d, \"%s\", network untouched\n",
           wrong[i].text, err, diag.line, diag.text, wrong[i].line, wrong[i].message);
    failed = 1;
  }
  if (!failed)
    printf("PASS parser errors (%zu texts)\n", sizeof wrong / sizeof *wrong);
  return failed;
}

/* Every byte prefix and every text with one byte changed is either taken or refused, without harm. */
static uint32_t damage(const char *text, size_t size)
{
  char t[256];
  struct curta_net net;
  uint32_t taken = 0;
  for (size_t i = 0; i < size; i++) {
    taken += !curta_net_parse(text, i, &net, 0);
    for (int c = 1; c < 128; c += 7) {
      memcpy(t, text, size);
      t[i] = (char)c;
      taken += !curta_net_parse(t, size - 1, &net, 0);
    }
  }
  return taken;
}

static int check_fuzz(void)
{
  static const char niti[] =
      "input 3 16 16 # rgb\r\nconv 16 kernel 3 stride 2 pad 1\n\trelu\nmaxpool 2\nflatten\ndropout 0.5\nlinear 10";
  static const char nitro[] = "algorithm nitro-d\ninput 3 16 16\ndecay 12000 3000\ncrop 2\nflip\ntwice\nrate 512\n"
                              "conv 16 kernel 3 pad 1\nmaxpool 2\ndropout 0.15\nlinear 10";
  uint32_t taken = damage(niti, sizeof niti), taken_nitro = damage(nitro, sizeof nitro);
  printf("%s parser on damaged text (%u and %u taken)\n", taken && taken_nitro ? "PASS" : "FAIL", taken, taken_nitro);
  return !taken || !taken_nitro;
}

static int check_right(void)
{
  static const char text[] =
      "input 3 16 15 # rgb\r\nconv 16 kernel 3 stride 2 pad 1\n\trelu\nmaxpool 2\nflatten\ndropout 0.75\nlinear 10";
  struct curta_net net;
  struct curta_diag diag = {0, ""};
  const struct curta_layer *l = net.layer;
  int ok = !curta_net_parse(text, sizeof text - 1, &net, &diag) && net.n_layers == 6 && net.n_weighted == 2 &&
           net.classes == 10 && l[0].oh == 8 && l[0].ow == 8 && l[2].oh == 4 && l[2].ow == 4 && l[3].o == 256 &&
           l[4].drop_log2 == 2 && l[5].c == 256 && curta_layer_weights(&l[0]) == 432 &&
           curta_layer_weights(&l[5]) == 2560 && curta_layer_macs(&l[5]) == 2560 &&
           curta_layer_macs(&l[0]) == 16u * 3 * 23 * 22;
  printf("%s parser shapes%s%s\n", ok ? "PASS" : "FAIL", ok ? "" : ": ", diag.text);
  return !ok;
}

static int check_options(void)
{
  static const char *const bad[] = {"",      "x", "2,", "2,100",     "2,100:", "2,100:1,100:0",
                                    "2,0:1", "9", "2 ", "2,100:-1x", "70000"};
  struct curta_opt o;
  struct curta_diag diag;
  int failed = curta_opt_preset(&o, "niti-1999") == 0;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (!curta_mu_parse(&o, bad[i], &diag))
      failed |= printf("FAIL options: mu schedule \"%s\" is taken\n", bad[i]);
  failed |= curta_opt_preset(&o, 0) || curta_mu_parse(&o, "2,100:-1,150:-2", &diag);
  failed |=
      curta_mu_at(&o, 0) != 2 || curta_mu_at(&o, 99) != 2 || curta_mu_at(&o, 100) != -1 || curta_mu_at(&o, 65535) != -2;
  printf("%s options\n", failed ? "FAIL" : "PASS");
  return failed != 0;
}

int main(void)
{
  return check_wrong() | check_fuzz() | check_right() | check_options();
}
