/* SPDX-License-Identifier: Apache-2.0
 * fail.c - one error message on its way up
 */
#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int curta_fail(struct curta_fail *fail, int code, const char *format, ...)
{
  va_list args;
  if (fail && !fail->text[0]) {
    va_start(args, format);
    (void)vsnprintf(fail->text, sizeof fail->text, format, args);
    va_end(args);
  }
  return code;
}

int curta_usage(struct curta_fail *fail, const char *format, ...)
{
  va_list args;
  if (!fail->text[0]) {
    va_start(args, format);
    (void)vsnprintf(fail->text, sizeof fail->text, format, args);
    va_end(args);
    fail->status = 2;
  }
  return -EINVAL;
}

int curta_status(const struct curta_fail *fail)
{
  return fail->status ? fail->status : 1;
}
