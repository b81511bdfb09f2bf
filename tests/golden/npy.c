/* SPDX-License-Identifier: Apache-2.0
 * npy.c - see npy.h
 */
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "npy.h"

static const char *folder;
static struct {
  char name[64];
  struct npy a;
  int read, compared; /* since npy_again */
} files[512];
static int used;
static size_t values, total;
static int failed_now, failed;

void npy_folder(const char *path)
{
  folder = path;
}

static void die(const char *name, const char *why)
{
  printf("FAIL vectors: %s/%s: %s\n", folder, name, why);
  exit(1);
}

static size_t item_size(const char *type)
{
  return (size_t)(type[2] - '0');
}

/* Shape and type from the header, a Python dictionary. */
static void parse(struct npy *a, const char *header, const char *name)
{
  const char *descr = strstr(header, "'descr': '"), *shape = strstr(header, "'shape': (");
  if (!descr || !shape || !strstr(header, "'fortran_order': False"))
    die(name, "not an array that this reader knows");
  memcpy(a->type, descr + 10, 3);
  if (!strchr("|<", a->type[0]) || !strchr("iu", a->type[1]) || !strchr("1248", a->type[2]))
    die(name, "not an integer type");
  a->count = 1;
  for (shape += 10; *shape != ')' && a->dims < 4; a->dims++) {
    char *end;
    a->shape[a->dims] = (int)strtol(shape, &end, 10);
    a->count *= (size_t)a->shape[a->dims];
    for (shape = end; *shape == ',' || *shape == ' '; shape++)
      ;
  }
}

static struct npy load(const char *name)
{
  char path[512], header[1024] = "";
  unsigned char start[10];
  struct npy a = {.dims = 0};
  size_t length;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "rb");
  if (!f)
    die(name, "cannot be opened");
  if (fread(start, 1, 10, f) != 10 || memcmp(start, "\x93NUMPY\x01", 7))
    die(name, "no NumPy file of version 1");
  length = start[8] + 256u * start[9];
  if (length >= sizeof header || fread(header, 1, length, f) != length)
    die(name, "header too long");
  parse(&a, header, name);
  a.data = malloc(a.count * item_size(a.type) + 1);
  if (!a.data || fread(a.data, item_size(a.type), a.count, f) != a.count || fgetc(f) != EOF)
    die(name, "size does not fit the header");
  fclose(f);
  return a;
}

static int index_of(const char *name)
{
  int i = 0;
  while (i < used && strcmp(files[i].name, name))
    i++;
  return i;
}

static int find(const char *name)
{
  int i = index_of(name);
  if (i == used) {
    if (used == (int)(sizeof files / sizeof *files) || strlen(name) >= sizeof files->name)
      die(name, "too many files or name too long");
    strcpy(files[used].name, name);
    files[used++].a = load(name);
  }
  files[i].read = 1;
  return i;
}

#define FORMAT(name)                                                                                                   \
  char name[256];                                                                                                      \
  va_list args;                                                                                                        \
  va_start(args, pattern);                                                                                             \
  vsnprintf(name, sizeof name, pattern, args);                                                                         \
  va_end(args)

struct npy npy_read(const char *pattern, ...)
{
  FORMAT(name);
  return files[find(name)].a;
}

static int64_t at(const void *data, const char *type, size_t i)
{
  if (type[2] == '1')
    return type[1] == 'i' ? ((const int8_t *)data)[i] : ((const uint8_t *)data)[i];
  if (type[2] == '2')
    return type[1] == 'i' ? ((const int16_t *)data)[i] : ((const uint16_t *)data)[i];
  if (type[2] == '4')
    return type[1] == 'i' ? ((const int32_t *)data)[i] : (int64_t)((const uint32_t *)data)[i];
  return ((const int64_t *)data)[i];
}

int64_t npy_at(const struct npy *a, size_t i)
{
  return at(a->data, a->type, i);
}

void npy_same(const char *group, const void *got, const char *type, const char *pattern, ...)
{
  FORMAT(name);
  int index = find(name);
  struct npy a = files[index].a;
  files[index].compared = 1;
  for (size_t i = 0; i < a.count; i++)
    if (at(got, type, i) != npy_at(&a, i)) {
      if (!failed_now++)
        printf("FAIL %s: %s: element %zu: expected %lld, got %lld\n", group, name, i, (long long)npy_at(&a, i),
               (long long)at(got, type, i));
      return;
    }
  values += a.count;
}

void npy_value(const char *group, const char *what, int64_t got, int64_t expected)
{
  values++;
  if (got != expected && !failed_now++)
    printf("FAIL %s: %s: expected %lld, got %lld\n", group, what, (long long)expected, (long long)got);
}

int npy_verdict(const char *group)
{
  int bad = failed_now != 0;
  if (!bad)
    printf("PASS %s (%zu values)\n", group, values);
  failed += bad;
  total += values;
  values = 0;
  failed_now = 0;
  return bad;
}

/* The sum of what fn says of every .npy file below the folder `sub`. */
static int walk(const char *sub, int (*fn)(const char *name, void *arg), void *arg)
{
  char path[512], name[512];
  struct dirent *e;
  int n = 0;
  snprintf(path, sizeof path, "%s/%s", folder, sub);
  DIR *d = opendir(path);
  while (d && (e = readdir(d))) {
    snprintf(name, sizeof name, "%s%s%.200s", sub, *sub ? "/" : "", e->d_name);
    if (e->d_type == DT_DIR && e->d_name[0] != '.')
      n += walk(name, fn, arg);
    if (strstr(e->d_name, ".npy"))
      n += fn(name, arg);
  }
  if (d)
    closedir(d);
  return n;
}

static int unused(const char *name, void *arg)
{
  (void)arg;
  if (index_of(name) < used)
    return 0;
  return printf("FAIL vectors: %s was not used\n", name) > 0;
}

int npy_finish(void)
{
  int left = walk("", unused, 0);
  if (!left && !failed)
    printf("PASS vectors: every file used, %d files, %zu values compared\n", used, total);
  return left || failed;
}

/* ------------------------------------------------------------------ one device */

void npy_compared(const char *pattern, ...)
{
  FORMAT(name);
  files[find(name)].compared = 1;
}

void npy_again(void)
{
  for (int i = 0; i < used; i++)
    files[i].read = files[i].compared = 0;
}

struct account {
  const char *group;
  const char *const *inputs;
  const struct npy_aside *aside;
  int n_compared, n_inputs, n_aside, seen[64]; /* seen: files of each entry of aside */
};

static int is_input(const struct account *a, const char *name)
{
  for (const char *const *end = a->inputs; *end; end++)
    if (strlen(name) >= strlen(*end) && !strcmp(name + strlen(name) - strlen(*end), *end))
      return 1;
  return 0;
}

static int account_file(const char *name, void *arg)
{
  struct account *a = arg;
  int i = index_of(name), compared = i < used && files[i].compared;
  for (int k = 0; a->aside[k].name; k++)
    if (!strncmp(name, a->aside[k].name, strlen(a->aside[k].name))) {
      a->seen[k]++;
      a->n_aside++;
      return compared && printf("FAIL %s: %s is set aside, but was compared\n", a->group, name) > 0;
    }
  if (compared)
    return a->n_compared++, 0;
  if (i < used && files[i].read && is_input(a, name))
    return a->n_inputs++, 0;
  return printf("FAIL %s: %s was not compared\n", a->group, name) > 0;
}

int npy_account(const char *group, const char *const *subs, const char *const *inputs, const struct npy_aside *aside)
{
  struct account a = {.group = group, .inputs = inputs, .aside = aside};
  int bad = 0;
  for (; *subs; subs++)
    bad += walk(*subs, account_file, &a);
  for (int k = 0; aside[k].name; k++)
    if (!a.seen[k])
      bad += printf("FAIL %s: no file %s that could be set aside\n", group, aside[k].name) > 0;
  if (!bad)
    printf("PASS %s: %d files compared, %d inputs, %d set aside\n", group, a.n_compared, a.n_inputs, a.n_aside);
  failed += bad != 0;
  return bad != 0;
}
