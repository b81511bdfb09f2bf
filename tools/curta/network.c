/* SPDX-License-Identifier: Apache-2.0
 * network.c - network file and training options
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "json.h"
#include "safetensors.h"
#include "session.h"

#define NET_BYTES 65536u /* a network file is a page of text */

static int set_strategy(struct curta_opt *opt, const char *name, struct curta_fail *fail)
{
  static const char *const names[] = CURTA_STRATEGY_NAMES;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], name) == 0) {
      opt->force = (uint8_t)i;
      return 0;
    }
  return curta_usage(fail, "--strategy: expected auto, spill, keep, recompute, speculate or hedge, found \"%s\"", name);
}

static int set_options(struct curta_opt *opt, const struct curta_args *args, struct curta_fail *fail)
{
  struct curta_diag diag;
  memset(&diag, 0, sizeof diag);
  if (curta_opt_preset(opt, args->preset))
    return curta_usage(fail, "--preset: expected niti-2020 or niti-2021, found \"%s\"", args->preset);
  if (args->init && strcmp(args->init, "normal") != 0 && strcmp(args->init, "uniform") != 0)
    return curta_usage(fail, "--init: expected normal or uniform, found \"%s\"", args->init);
  if (args->init)
    opt->init_uniform = strcmp(args->init, "uniform") == 0;
  if (args->mu && curta_mu_parse(opt, args->mu, &diag))
    return curta_usage(fail, "--mu %s: %s", args->mu, diag.text);
  if (args->decay)
    opt->decay = 1;
  if (args->frac_bits)
    opt->frac_bits = (uint8_t)args->frac_bits;
  opt->seed = args->seed;
  return args->strategy ? set_strategy(opt, args->strategy, fail) : 0;
}

/* A network of nitro-d says its own rates: an option of NITI would change nothing. */
static int refuse_niti(const struct curta_args *args, struct curta_fail *fail)
{
  static const char *const niti[] = {"--preset", "--init", "--mu", "--decay", "--master", "--strategy"};
  for (size_t i = 0; i < sizeof niti / sizeof *niti; i++)
    if (curta_args_given(args, niti[i]))
      return curta_usage(fail, "%s is an option of NITI: a network of nitro-d says rates and decay in its file",
                         niti[i]);
  return 0;
}

/* The file that --net means; a bare name may be one of nets/. */
static int read_text(const char *net, uint8_t **file, size_t *size, struct curta_fail *fail)
{
  char published[160];
  if (strchr(net, '/') || access(net, F_OK) == 0 ||
      snprintf(published, sizeof published, "nets/%s.net", net) >= (int)sizeof published)
    return curta_file_read(net, NET_BYTES, file, size, fail);
  if (access(published, F_OK) != 0)
    return curta_fail(fail, -ENOENT, "--net %s: neither a file nor a network of nets/ in the current folder", net);
  return curta_file_read(published, NET_BYTES, file, size, fail);
}

/* A checkpoint keeps the text as a JSON string: what does not fit there is better said before the first step. */
static int check_text(const char *name, const char *text, size_t size, struct curta_fail *fail)
{
  if (size >= CURTA_ST_TEXT)
    return curta_fail(fail, -EFBIG,
                      "%s: %zu bytes: a checkpoint holds a network file of at most %d: shorten its comments", name,
                      size, CURTA_ST_TEXT - 1);
  for (size_t i = 0, line = 1; i < size;) {
    size_t n = curta_json_utf8(text + i, size - i);
    if (n == 0 || text[i] == 0)
      return curta_fail(fail, -EINVAL, "%s:%zu: expected text in UTF-8, found the byte 0x%02x", name, line,
                        (unsigned char)text[i]);
    line += text[i] == '\n';
    i += n;
  }
  return 0;
}

int curta_network_load(struct curta_network *network, const struct curta_args *args, const char *text,
                       struct curta_fail *fail)
{
  const char *name = text ? "network in the checkpoint" : args->net;
  struct curta_diag diag;
  size_t size = 0;
  int r;
  memset(network, 0, sizeof *network);
  memset(&diag, 0, sizeof diag);
  if (!name)
    return curta_usage(fail, "--net is missing: name a network file, e.g. --net nets/lenet.net");
  r = set_options(&network->opt, args, fail);
  if (r)
    return r;
  if (text) {
    size = strlen(text);
    network->text = strdup(text);
    if (!network->text)
      return curta_fail(fail, -ENOMEM, "no memory");
  } else {
    uint8_t *file = NULL;
    r = read_text(args->net, &file, &size, fail);
    if (r)
      return r;
    network->text = (char *)file;
  }
  r = curta_net_parse(network->text, size, &network->net, &diag);
  r = r ? curta_fail(fail, -EINVAL, "%s:%d: %s", name, diag.line, diag.text) : 0;
  if (!r && !text)
    r = check_text(name, network->text, size, fail);
  if (!r && network->net.algorithm == CURTA_NITRO_D)
    r = refuse_niti(args, fail);
  else if (!r && args->sequential)
    r = curta_usage(fail, "--sequential is an option of nitro-d: a step of NITI has one order");
  if (r)
    curta_network_free(network);
  return r;
}

void curta_network_free(struct curta_network *network)
{
  free(network->text);
  network->text = NULL;
}
