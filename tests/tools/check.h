/* SPDX-License-Identifier: Apache-2.0
 * check.h - PASS and FAIL lines of the tools' tests
 *
 * CHECK counts into the group that GROUP opened; the first failure of a group is printed with what it found.
 */
#ifndef CURTA_TESTS_TOOLS_CHECK_H
#define CURTA_TESTS_TOOLS_CHECK_H
#include <stdio.h>
#include <string.h>

static const char *Check_group;
static int Check_bad, Check_failed;

static inline void check_end(void)
{
  if (Check_group && !Check_bad)
    printf("PASS %s\n", Check_group);
  Check_group = NULL;
}

static inline void check_begin(const char *group)
{
  check_end();
  Check_group = group;
  Check_bad = 0;
}

#define GROUP(name) check_begin(name)
#define CHECK(condition, ...)                                                                                          \
  do {                                                                                                                 \
    if (!(condition) && !Check_bad++) {                                                                                \
      printf("FAIL %s: line %d: %s: ", Check_group, __LINE__, #condition);                                             \
      printf(__VA_ARGS__);                                                                                             \
      printf("\n");                                                                                                    \
      Check_failed = 1;                                                                                                \
    }                                                                                                                  \
  } while (0)

/* The error must have been found, and its message must contain these words ('|' between them). */
static inline void check_message(int line, int code, const char *text, const char *words)
{
  char copy[256], *rest = NULL;
  int good = code < 0;
  (void)snprintf(copy, sizeof copy, "%s", words);
  for (char *w = strtok_r(copy, "|", &rest); w; w = strtok_r(NULL, "|", &rest))
    good = good && strstr(text, w) != NULL;
  if (good || Check_bad++)
    return;
  printf("FAIL %s: line %d: expected an error with \"%s\", got %d \"%s\"\n", Check_group, line, words, code, text);
  Check_failed = 1;
}
#define CHECK_ERROR(code, fail, words) check_message(__LINE__, code, (fail).text, words)

#endif
