/* SPDX-License-Identifier: Apache-2.0
 * package.c - makes a training job for a device that trains alone
 */
#include "package.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "curta_standalone.h"

#define PLACE(n) (((uint64_t)(n) + 3) / 4 * 4)

struct layout {
  uint64_t net, train_images, train_labels, test_images, test_labels, end;
};

static struct layout lay_out(const struct curta_network *network, const struct curta_data *train,
                             const struct curta_data *test)
{
  const uint64_t image = (uint64_t)train->c * train->h * train->w;
  struct layout l;
  l.net = sizeof(struct curta_package);
  l.train_images = l.net + PLACE(strlen(network->text));
  l.train_labels = l.train_images + PLACE(image * train->n);
  l.test_images = l.train_labels + PLACE(train->n);
  l.test_labels = l.test_images + PLACE(image * test->n);
  l.end = l.test_labels + PLACE(test->n);
  return l;
}

static int fits(const struct curta_net *net, const struct curta_data *data)
{
  return data->c == net->c && data->h == net->h && data->w == net->w;
}

static int check(const struct curta_network *network, const struct curta_data *train, const struct curta_data *test,
                 const struct curta_args *args, struct curta_fail *fail)
{
  const struct curta_net *net = &network->net;
  if (net->algorithm != CURTA_NITI)
    return curta_usage(fail, "a device alone trains with NITI only: it cannot train a network of NITRO-D yet");
  if (args->augment)
    return curta_usage(fail, "--augment: a device alone cannot do that yet");
  if (!fits(net, train) || (test->n && !fits(net, test))) {
    const struct curta_data *wrong = fits(net, train) ? test : train;
    return curta_fail(fail, -EINVAL,
                      "the network's input is %" PRIu32 "x%" PRIu32 "x%" PRIu32 " but the %s images of %s are %" PRIu32
                      "x%" PRIu32 "x%" PRIu32 " (channels, rows, columns): choose another --data or --net",
                      net->c, net->h, net->w, wrong == test ? "test" : "training", wrong->name, wrong->c, wrong->h,
                      wrong->w);
  }
  if (net->classes < train->classes || train->classes > CURTA_PACKAGE_CLASSES)
    return curta_fail(fail, -EINVAL,
                      "%s has %" PRIu32 " classes; the network's last layer and a package allow %" PRIu32, train->name,
                      train->classes, net->classes < CURTA_PACKAGE_CLASSES ? net->classes : CURTA_PACKAGE_CLASSES);
  if (args->batch > CURTA_ALONE_BATCH)
    return curta_usage(fail, "a device alone has room for %u images a batch: --batch %" PRIu32 " is too large",
                       CURTA_ALONE_BATCH, args->batch);
  if (train->n > CURTA_ALONE_IMAGES)
    return curta_usage(fail,
                       "a device alone has room for %u training images, not for %" PRIu32 ": use --limit %" PRIu32,
                       CURTA_ALONE_IMAGES, train->n, CURTA_ALONE_IMAGES / args->batch * args->batch);
  if (train->n % args->batch || test->n % args->batch)
    return curta_usage(fail,
                       "a device alone takes whole batches: --limit (%" PRIu32 ") and --test-limit (%" PRIu32
                       ") must be multiples of --batch %" PRIu32,
                       train->n, test->n, args->batch);
  return 0;
}

static int check_layers(const struct curta_net *net, struct curta_fail *fail)
{
  for (uint32_t i = 0; i < net->n_layers; i++) {
    uint64_t n = curta_layer_weights(&net->layer[i]);
    char name[32];
    curta_layer_name(name, sizeof name, net, i);
    if (n > CURTA_ALONE_LAYER_WEIGHTS)
      return curta_fail(fail, -ENOSPC,
                        "%s has %" PRIu64 " weights, a device alone has room for %u a layer: use a smaller network",
                        name, n, CURTA_ALONE_LAYER_WEIGHTS);
  }
  return 0;
}

static int check_bytes(const struct layout *l, const struct curta_data *data, struct curta_fail *fail)
{
  const uint64_t image = (uint64_t)data->c * data->h * data->w + 1, fill = 4 * 3; /* behind each part */
  if (l->end <= CURTA_ALONE_PACKAGE_BYTES)
    return 0;
  return curta_fail(fail, -ENOSPC,
                    "the package has %" PRIu64 " bytes, a device alone has room for %u: use --limit and --test-limit, "
                    "in all %" PRIu64 " images at most",
                    l->end, CURTA_ALONE_PACKAGE_BYTES, (CURTA_ALONE_PACKAGE_BYTES - l->train_images - fill) / image);
}

static void copy_labels(uint8_t *to, const struct curta_data *data)
{
  for (uint32_t i = 0; i < data->n; i++)
    to[i] = (uint8_t)data->labels[i];
}

/* Images as the network reads them. */
static void copy_images(struct curta_package *p, uint64_t at, const struct curta_data *data, const int8_t (*table)[256])
{
  curta_input_apply(table, data->n, data->c, data->h * data->w, data->images, (int8_t *)p + at);
}

int curta_package_make(const struct curta_network *network, const struct curta_data *train,
                       const struct curta_data *test, const struct curta_args *args, struct curta_package **package,
                       struct curta_fail *fail)
{
  const struct layout l = lay_out(network, train, test);
  const size_t from = offsetof(struct curta_package, net);
  int8_t table[CURTA_DATA_CHANNELS][256];
  struct curta_package *p;
  int32_t input_exp = 0;
  int r = check(network, train, test, args, fail);
  if (!r)
    r = check_layers(&network->net, fail);
  if (!r)
    r = check_bytes(&l, train, fail);
  if (r)
    return r;
  if (curta_input_table(&network->opt, train->c, train->mean, train->std, table, &input_exp))
    return curta_fail(fail, -EINVAL, "%s: the values of its images do not vary", train->name);
  if (l.end > UINT32_MAX || !(p = calloc(1, l.end)))
    return curta_fail(fail, -ENOMEM, "no memory for a package of %" PRIu64 " bytes", l.end);
  p->magic = CURTA_PACKAGE_MAGIC;
  p->version = CURTA_PACKAGE_VERSION;
  p->bytes = (uint32_t)l.end;
  p->net = (uint32_t)l.net;
  p->net_bytes = (uint32_t)strlen(network->text);
  p->batch = args->batch;
  p->epochs = args->epochs;
  p->steps = args->steps;
  p->save_steps = args->save_steps;
  p->in_order = args->in_order != 0;
  curta_package_set_opt(p, &network->opt);
  p->c = train->c;
  p->h = train->h;
  p->w = train->w;
  p->classes = train->classes;
  p->input_exp = input_exp;
  p->train_n = train->n;
  p->train_images = (uint32_t)l.train_images;
  p->train_labels = (uint32_t)l.train_labels;
  p->test_n = test->n;
  p->test_images = (uint32_t)l.test_images;
  p->test_labels = (uint32_t)l.test_labels;
  memcpy((uint8_t *)p + l.net, network->text, p->net_bytes);
  copy_images(p, l.train_images, train, (const int8_t(*)[256])table);
  copy_labels((uint8_t *)p + l.train_labels, train);
  if (test->n)
    copy_images(p, l.test_images, test, (const int8_t(*)[256])table);
  copy_labels((uint8_t *)p + l.test_labels, test);
  p->crc = curta_crc32(0, (const uint8_t *)p + from, p->bytes - from);
  *package = p;
  return 0;
}
