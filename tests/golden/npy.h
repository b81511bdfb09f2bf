/* SPDX-License-Identifier: Apache-2.0
 * npy.h - reads NumPy files (little endian, C order, integers) and compares them with arrays; remembers which were used
 *
 * A file that cannot be read ends the program with a FAIL line: without its vectors a test has nothing to say.
 */
#ifndef CURTA_TEST_NPY_H
#define CURTA_TEST_NPY_H
#include <stddef.h>
#include <stdint.h>

struct npy {
  char type[4]; /* "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8" */
  int dims;
  int shape[4];
  size_t count;
  void *data; /* stays until the program ends */
};

/* The folder of all files, before the first npy_read. */
void npy_folder(const char *path);
/* `name` is relative to the folder: a printf pattern. */
struct npy npy_read(const char *name, ...) __attribute__((format(printf, 1, 2)));
int64_t npy_at(const struct npy *a, size_t i);

/* Compares a whole file with an array of `type`; the first difference is reported as a failure of `group`. */
void npy_same(const char *group, const void *got, const char *type, const char *name, ...)
    __attribute__((format(printf, 4, 5)));
/* One value that is not in a file. */
void npy_value(const char *group, const char *what, int64_t got, int64_t expected);

/* PASS of a group with the number of values compared since the last line; 1 if one of them differed. */
int npy_verdict(const char *group);
/* Fails for every .npy file below the folder that nobody read; then the totals. Returns the exit status. */
int npy_finish(void);

/* What one device was compared with. A file counts as compared by npy_same, or by npy_compared where its values went
 * through npy_value. */
void npy_compared(const char *name, ...) __attribute__((format(printf, 1, 2)));
struct npy_aside {
  const char *name, *why; /* a file, or the beginning of the names of several, that no device is compared with */
};
/* Fails for every file below the folders `subs` (ends with a null, as all lists here) that since the last npy_again was
 * neither compared, nor read as an input (its name ends like one of `inputs`), nor is set aside; and for an entry of
 * `aside` without a file, or with one that was compared. Else PASS with the numbers. 1: failed. */
int npy_account(const char *group, const char *const *subs, const char *const *inputs, const struct npy_aside *aside);
/* The next device: no file is compared or read. */
void npy_again(void);
#endif
