/* SPDX-License-Identifier: Apache-2.0
 * nitro_set.c - see nitro_set.h
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nitro_set.h"

static struct {
  char name[64];
  size_t count;
  uint32_t crc;
  int used, compared; /* ever; since nitro_set_again */
} large[128];
static int n_large;
static size_t by_crc;

void nitro_set_open(const char *folder)
{
  char path[512], line[128];
  npy_folder(folder);
  snprintf(path, sizeof path, "%s/crc.txt", folder);
  FILE *f = fopen(path, "r");
  while (f && fgets(line, sizeof line, f)) {
    if (*line == '#')
      continue;
    if (n_large == (int)(sizeof large / sizeof *large) ||
        sscanf(line, "%63s %zu %x", large[n_large].name, &large[n_large].count, &large[n_large].crc) != 3) {
      printf("FAIL vectors: %s: bad line: %s", path, line);
      exit(1);
    }
    n_large++;
  }
  if (f)
    fclose(f);
}

static int64_t element(const void *data, const char *type, size_t i)
{
  return type[2] == '1'   ? ((const int8_t *)data)[i]
         : type[2] == '2' ? ((const int16_t *)data)[i]
                          : ((const int32_t *)data)[i];
}

/* CRC-32 of the elements as little-endian int32. */
static uint32_t crc32(const void *data, const char *type, size_t n)
{
  uint32_t crc = 0xffffffffu;
  for (size_t i = 0; i < n; i++) {
    uint32_t v = (uint32_t)element(data, type, i);
    for (int byte = 0; byte < 4; byte++, v >>= 8) {
      crc ^= v & 0xffu;
      for (int b = 0; b < 8; b++)
        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
  }
  return ~crc;
}

void nitro_same(const char *group, const void *got, const char *type, size_t count, const char *pattern, ...)
{
  char name[256];
  va_list args;
  va_start(args, pattern);
  vsnprintf(name, sizeof name, pattern, args);
  va_end(args);
  for (int i = 0; i < n_large; i++) {
    if (strcmp(large[i].name, name))
      continue;
    large[i].used = large[i].compared = 1;
    by_crc += count;
    npy_value(group, name, (int64_t)count, (int64_t)large[i].count);
    npy_value(group, name, crc32(got, type, count), large[i].crc);
    return;
  }
  npy_value(group, name, (int64_t)count, (int64_t)npy_read("%s", name).count);
  if (count == npy_read("%s", name).count)
    npy_same(group, got, type, "%s", name);
}

int nitro_set_finish(void)
{
  int left = 0;
  for (int i = 0; i < n_large; i++)
    if (!large[i].used && ++left)
      printf("FAIL vectors: %s of crc.txt was not used\n", large[i].name);
  if (n_large && !left)
    printf("PASS vectors by CRC-32 (%d results, %zu values)\n", n_large, by_crc);
  return npy_finish() || left;
}

void nitro_set_again(void)
{
  npy_again();
  for (int i = 0; i < n_large; i++)
    large[i].compared = 0;
}

int nitro_set_account(const char *group)
{
  static const char *const subs[] = {"mlp", "cnn", 0};
  static const char *const inputs[] = {"/start/B0.W.npy",   "/start/B0.hW.npy", "/start/B1.W.npy", "/start/B1.hW.npy",
                                       "/start/B2.W.npy",   "/start/B2.hW.npy", "/start/B3.W.npy", "/start/B3.hW.npy",
                                       "/start/OUT.hW.npy", "/input.npy",       "/label.npy",      0};
  static const struct npy_aside none[] = {{0, 0}};
  int left = 0;
  for (int i = 0; i < n_large; i++)
    if (!large[i].compared)
      left += printf("FAIL %s: %s of crc.txt was not compared\n", group, large[i].name) > 0;
  if (n_large && !left)
    printf("PASS %s: %d results of crc.txt compared\n", group, n_large);
  return npy_account(group, subs, inputs, none) || left;
}
