/* SPDX-License-Identifier: Apache-2.0
 * fail.h - one error message on its way up
 *
 * A function that can fail takes a struct curta_fail, writes what went wrong and what to do about it, and returns
 * -errno. The message is printed once, by main(). The first message wins: callers that only pass an error on need
 * not care.
 */
#ifndef CURTA_TOOL_FAIL_H
#define CURTA_TOOL_FAIL_H

struct curta_fail {
  char text[2048]; /* names of files may be long */
  int status;      /* exit status that it asks for; 0 means the usual 1 */
};

/* Writes the message, unless one is there already; returns code (a negative errno). */
int curta_fail(struct curta_fail *fail, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same for a wrong command line: exit status 2, -EINVAL. */
int curta_usage(struct curta_fail *fail, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The exit status for a failure that curta_fail or curta_usage described. */
int curta_status(const struct curta_fail *fail);

#endif
