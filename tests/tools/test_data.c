/* SPDX-License-Identifier: Apache-2.0
 * test_data.c - the data set readers: good files, and every way in which a file can be bad
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "check.h"
#include "data.h"

#define N 7u
#define SIDE 5u
#define IMAGES (16u + N * SIDE * SIDE)
#define LABELS (8u + N)
#define RECORD 3073u

static char Dir[64] = "/tmp/curta-test-data-XXXXXX";

static void put(const char *name, const void *bytes, size_t n, int gzip)
{
  char path[128];
  (void)snprintf(path, sizeof path, "%s/%s%s", Dir, name, gzip ? ".gz" : "");
  (void)unlink(path); /* some file systems flush a truncated file at once */
  if (gzip) {
    gzFile f = gzopen(path, "wb");
    (void)gzwrite(f, bytes, (unsigned)n);
    (void)gzclose(f);
  } else {
    FILE *f = fopen(path, "wb");
    (void)fwrite(bytes, 1, n, f);
    (void)fclose(f);
  }
}

static void drop(const char *name)
{
  char path[128];
  (void)snprintf(path, sizeof path, "%s/%s", Dir, name);
  (void)unlink(path);
}

static void word(uint8_t *p, uint32_t x)
{
  for (int i = 0; i < 4; i++)
    p[i] = (uint8_t)(x >> (24 - 8 * i));
}

static uint8_t pixel(uint32_t i, uint32_t k)
{
  return (uint8_t)(i * 37 + k * 11);
}

static void make_idx(uint8_t *images, uint8_t *labels)
{
  word(images, 0x803);
  word(images + 4, N);
  word(images + 8, SIDE);
  word(images + 12, SIDE);
  for (uint32_t i = 0; i < N; i++)
    for (uint32_t k = 0; k < SIDE * SIDE; k++)
      images[16 + i * SIDE * SIDE + k] = pixel(i, k);
  word(labels, 0x801);
  word(labels + 4, N);
  for (uint32_t i = 0; i < N; i++)
    labels[8 + i] = (uint8_t)(i % 10);
}

static int load(struct curta_data *data, const char *name, enum curta_split split, uint32_t limit,
                struct curta_fail *fail)
{
  struct curta_data_want want = {name, Dir, split, limit, 3, 9, 6, 10, 1};
  memset(fail, 0, sizeof *fail);
  return curta_data_load(data, &want, fail);
}

static void check_idx(int gzip)
{
  struct curta_fail fail;
  struct curta_data d;
  int r = load(&d, "idx", CURTA_TRAIN, 0, &fail);
  CHECK(r == 0, "gzip %d: %s", gzip, fail.text);
  if (r)
    return;
  CHECK(d.n == N && d.c == 1 && d.h == SIDE && d.w == SIDE && d.classes == 10, "n %u h %u", d.n, d.h);
  for (uint32_t i = 0; i < N; i++) {
    CHECK(d.labels[i] == i % 10, "image %u: label %u", i, d.labels[i]);
    for (uint32_t k = 0; k < SIDE * SIDE; k++)
      CHECK(d.images[i * SIDE * SIDE + k] == pixel(i, k), "image %u pixel %u: expected %u, got %u", i, k, pixel(i, k),
            d.images[i * SIDE * SIDE + k]);
  }
  /* mean and deviation of the pixels by another road */
  double sum = 0, squares = 0, count = N * SIDE * SIDE, mean, deviation2;
  for (uint32_t i = 0; i < N; i++)
    for (uint32_t k = 0; k < SIDE * SIDE; k++) {
      sum += pixel(i, k) / 255.0;
      squares += pixel(i, k) / 255.0 * (pixel(i, k) / 255.0);
    }
  mean = sum / count;
  deviation2 = squares / count - mean * mean;
  CHECK(d.mean[0] > mean * 1e4 - 2 && d.mean[0] < mean * 1e4 + 2, "mean %u, expected %.1f", d.mean[0], mean * 1e4);
  CHECK(d.std[0] * d.std[0] * 1e-8 > deviation2 * 0.99 && d.std[0] * d.std[0] * 1e-8 < deviation2 * 1.01,
        "std %u, expected square %.6f", d.std[0], deviation2);
  curta_data_free(&d);
  r = load(&d, "idx", CURTA_TRAIN, 3, &fail);
  CHECK(r == 0 && d.n == 3 && d.labels[2] == 2, "limit: %s", fail.text);
  curta_data_free(&d);
}

static const char Images[] = "train-images-idx3-ubyte", Labels[] = "train-labels-idx1-ubyte";

/* Writes images and labels, with changes, and expects these words. */
static void expect_bad(const uint8_t *images, size_t ni, const uint8_t *labels, size_t nl, const char *words)
{
  struct curta_fail fail;
  struct curta_data d;
  put(Images, images, ni, 0);
  put(Labels, labels, nl, 0);
  CHECK_ERROR(load(&d, "idx", CURTA_TRAIN, 0, &fail), fail, words);
}

static void test_idx(void)
{
  uint8_t images[IMAGES + 1], labels[LABELS + 1];
  struct curta_fail fail;
  struct curta_data d;
  make_idx(images, labels);
  GROUP("idx, plain and gzip");
  put(Images, images, IMAGES, 0);
  put(Labels, labels, LABELS, 0);
  check_idx(0);
  drop(Images);
  drop(Labels);
  put(Images, images, IMAGES, 1);
  put(Labels, labels, LABELS, 1);
  check_idx(1);
  drop("train-images-idx3-ubyte.gz");
  drop("train-labels-idx1-ubyte.gz");

  GROUP("idx, bad files name file, offset, expected, found");
  CHECK_ERROR(load(&d, "idx", CURTA_TEST, 0, &fail), fail, "t10k-images|no such file|fetch_data");
  for (size_t n = 0; n < IMAGES; n++)
    expect_bad(images, n, labels, LABELS, "train-images|offset|expected|found the end of the file");
  for (size_t n = 0; n < LABELS; n++)
    expect_bad(images, IMAGES, labels, n, "train-labels|offset|expected|found the end of the file");
  images[IMAGES] = labels[LABELS] = 0;
  expect_bad(images, IMAGES + 1, labels, LABELS, "train-images|offset 191|expected the end of the file");
  expect_bad(images, IMAGES, labels, LABELS + 1, "train-labels|offset 15|expected the end of the file");
  images[3] = 1;
  expect_bad(images, IMAGES, labels, LABELS, "offset 0|expected the IDX magic number 0x00000803, found 0x00000801");
  images[3] = 3;
  word(images + 8, 0);
  expect_bad(images, IMAGES, labels, LABELS, "offset 8|expected a dimension of 1..1024, found 0");
  word(images + 8, 0x7fffffff);
  expect_bad(images, IMAGES, labels, LABELS, "offset 8|found 2147483647");
  word(images + 8, SIDE);
  word(labels + 4, N - 1);
  expect_bad(images, IMAGES, labels, LABELS, "train-labels|offset 4|expected at least 7 labels|found 6");
  word(labels + 4, N);
  labels[8 + 4] = 10;
  expect_bad(images, IMAGES, labels, LABELS, "train-labels|offset 12|label of 0..9, found 10");
  labels[8 + 4] = 4;

  GROUP("idx, damaged gzip");
  drop(Images);
  drop(Labels);
  put(Labels, labels, LABELS, 1);
  put(Images, images, IMAGES, 1);
  char path[128];
  uint8_t packed[1024];
  (void)snprintf(path, sizeof path, "%s/%s.gz", Dir, Images);
  FILE *f = fopen(path, "rb");
  size_t size = fread(packed, 1, sizeof packed, f);
  (void)fclose(f);
  for (size_t n = 1; n < size; n++) { /* every truncation */
    (void)unlink(path);
    f = fopen(path, "wb");
    (void)fwrite(packed, 1, n, f);
    (void)fclose(f);
    CHECK_ERROR(load(&d, "idx", CURTA_TRAIN, 0, &fail), fail, "train-images|offset");
  }
  int unseen = 0;
  for (size_t n = 10; n < size; n++) { /* every byte behind the gzip header, one bit wrong */
    packed[n] ^= 0x10;
    (void)unlink(path);
    f = fopen(path, "wb");
    (void)fwrite(packed, 1, size, f);
    (void)fclose(f);
    packed[n] ^= 0x10;
    int r = load(&d, "idx", CURTA_TRAIN, 0, &fail);
    /* one byte of a deflate stream may hold unused bits */
    if (r == 0)
      CHECK(!unseen++ && memcmp(d.images, images + 16, N * SIDE * SIDE) == 0, "byte %zu of %zu: damage not seen", n,
            size);
    else
      CHECK_ERROR(r, fail, "train-images");
    if (r == 0)
      curta_data_free(&d);
  }
}

static void test_cifar(void)
{
  static uint8_t file[3 * RECORD];
  struct curta_fail fail;
  struct curta_data d;
  int r;
  for (uint32_t i = 0; i < 3; i++) {
    file[i * RECORD] = (uint8_t)(9 - i);
    for (uint32_t k = 1; k < RECORD; k++)
      file[i * RECORD + k] = (uint8_t)(i * 5 + k * 7);
  }
  GROUP("cifar-10 binary");
  put("test_batch.bin", file, sizeof file, 0);
  r = load(&d, "cifar10", CURTA_TEST, 0, &fail);
  CHECK(r == 0, "%s", fail.text);
  CHECK(r || (d.n == 3 && d.c == 3 && d.h == 32 && d.w == 32 && d.mean[2] == 4465 && d.std[0] == 2470), "n %u", d.n);
  for (uint32_t i = 0; i < 3 && !r; i++) {
    CHECK(d.labels[i] == 9 - i, "image %u: label %u", i, d.labels[i]);
    CHECK(memcmp(d.images + i * 3072, file + i * RECORD + 1, 3072) == 0, "image %u: pixels", i);
  }
  curta_data_free(&d);
  for (int i = 1; i <= 5; i++) {
    char name[32];
    (void)snprintf(name, sizeof name, "data_batch_%d.bin", i);
    put(name, file, RECORD * (i == 3 ? 2 : 1), 0);
  }
  r = load(&d, "cifar10", CURTA_TRAIN, 0, &fail);
  CHECK(r == 0 && d.n == 6, "five files: %s", fail.text);
  curta_data_free(&d);
  r = load(&d, "cifar10", CURTA_TRAIN, 4, &fail);
  CHECK(r == 0 && d.n == 4, "limit: %s", fail.text);
  curta_data_free(&d);

  GROUP("cifar-10, bad files");
  for (size_t cut = 1; cut < RECORD; cut += 511) {
    put("test_batch.bin", file, sizeof file - cut, 0);
    CHECK_ERROR(load(&d, "cifar10", CURTA_TEST, 0, &fail), fail,
                "test_batch.bin|offset 6146|expected a record of 3073 bytes|truncated");
  }
  put("test_batch.bin", file, 0, 0);
  CHECK_ERROR(load(&d, "cifar10", CURTA_TEST, 0, &fail), fail, "empty file");
  file[RECORD] = 10;
  put("test_batch.bin", file, sizeof file, 0);
  CHECK_ERROR(load(&d, "cifar10", CURTA_TEST, 0, &fail), fail, "offset 3073|label of 0..9, found 10");
  drop("test_batch.bin");
  CHECK_ERROR(load(&d, "cifar10", CURTA_TEST, 0, &fail), fail, "test_batch.bin|no such file|fetch_data");
}

static void text(const char *name, const char *lines)
{
  put(name, lines, strlen(lines), 0);
}

static void test_occupancy(void)
{
  static const char names[] =
      "\"date\",\"Temperature\",\"Humidity\",\"Light\",\"CO2\",\"HumidityRatio\",\"Occupancy\"\n";
  static const uint8_t want[10] = {0, 255, 128, 0, 102, 64, 0, 255, 255, 0};
  char lines[512];
  struct curta_fail fail;
  struct curta_data d;
  GROUP("occupancy");
  (void)snprintf(lines, sizeof lines, "%s%s%s", names, "\"1\",\"2015-02-04 17:51:00\",17,40,500.0,400,0.004,1\r\n",
                 "\"2\",2015-02-04 17:52:00,19.0,15,9999,2000,0.001,0");
  text("datatraining.txt", lines);
  CHECK(load(&d, "occupancy", CURTA_TRAIN, 0, &fail) == 0, "%s", fail.text);
  CHECK(d.n == 2 && d.c == 1 && d.h == 1 && d.w == 5 && d.classes == 2, "shape");
  CHECK(d.labels[0] == 1 && d.labels[1] == 0 && memcmp(d.images, want, sizeof want) == 0, "samples");
  curta_data_free(&d);
  CHECK(load(&d, "occupancy", CURTA_TRAIN, 1, &fail) == 0 && d.n == 1, "limit");
  curta_data_free(&d);

  GROUP("occupancy, bad files");
  CHECK_ERROR(load(&d, "occupancy", CURTA_TEST, 0, &fail), fail, "datatest.txt|fetch_data.sh occupancy|--data-dir");
  text("datatest.txt", "1,2,3,4,5,6,7,0\n");
  CHECK_ERROR(load(&d, "occupancy", CURTA_TEST, 0, &fail), fail, "line 1|names of the columns");
  text("datatest.txt", names);
  CHECK_ERROR(load(&d, "occupancy", CURTA_TEST, 0, &fail), fail, "no samples");
  static const char *const bad[][2] = {{"1,d,20,25,3,4,0.004,1\n2,20,25,3,4,1\n", "line 3: fewer than seven"},
                                       {"1,d,20,25,x,4,0.004,1\n", "line 2: a field that is no number"},
                                       {"1,d,20,25,3,4,0.004,2\n", "line 2: an occupancy"}};
  for (size_t i = 0; i < 3; i++) {
    (void)snprintf(lines, sizeof lines, "%s%s", names, bad[i][0]);
    text("datatest.txt", lines);
    CHECK_ERROR(load(&d, "occupancy", CURTA_TEST, 0, &fail), fail, bad[i][1]);
  }
}

static void test_names(void)
{
  struct curta_fail fail;
  struct curta_data a, b;
  GROUP("data sets by name");
  CHECK_ERROR(load(&a, "imagenet", CURTA_TRAIN, 0, &fail), fail, "unknown data set|fashion-mnist|synthetic");
  CHECK(fail.status == 2, "exit status %d", fail.status);
  CHECK(load(&a, "synthetic", CURTA_TRAIN, 40, &fail) == 0 && a.n == 40 && a.c == 3 && a.h == 9 && a.w == 6, "%s",
        fail.text);
  CHECK(load(&b, "synthetic", CURTA_TRAIN, 20, &fail) == 0 && memcmp(a.images, b.images, 20 * 3 * 9 * 6) == 0,
        "not a function of the image number");
  curta_data_free(&b);
  CHECK(load(&b, "synthetic", CURTA_TEST, 40, &fail) == 0 && memcmp(a.images, b.images, 40 * 3 * 9 * 6) != 0,
        "test images are training images");
  curta_data_free(&a);
  curta_data_free(&b);
}

int main(void)
{
  char command[128];
  if (!mkdtemp(Dir))
    return 1;
  (void)freopen("/dev/null", "w", stderr); /* notes about short CIFAR files */
  test_idx();
  test_cifar();
  test_occupancy();
  test_names();
  check_end();
  (void)snprintf(command, sizeof command, "rm -rf %s", Dir);
  if (system(command) != 0)
    return 1;
  return Check_failed;
}
