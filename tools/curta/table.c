/* SPDX-License-Identifier: Apache-2.0
 * table.c - a table that is printed as aligned text, Markdown or CSV
 */
#include "table.h"

#include <stdarg.h>
#include <string.h>

void curta_table_start(struct curta_table *t, int left, const char *heads)
{
  memset(t, 0, sizeof *t);
  t->left = left;
  t->rows = 1;
  while (*heads && t->cols < CURTA_TABLE_COLS) {
    size_t n = strcspn(heads, "|");
    (void)snprintf(t->cell[0][t->cols++], CURTA_TABLE_CELL, "%.*s", (int)n, heads);
    heads += n + (heads[n] == '|');
  }
}

void curta_table_row(struct curta_table *t)
{
  if (t->rows < CURTA_TABLE_ROWS)
    t->rows++;
  t->at = 0;
}

void curta_table_cell(struct curta_table *t, const char *format, ...)
{
  va_list args;
  if (t->at >= t->cols)
    return;
  va_start(args, format);
  (void)vsnprintf(t->cell[t->rows - 1][t->at++], CURTA_TABLE_CELL, format, args);
  va_end(args);
}

static void print_rule(const struct curta_table *t, FILE *to)
{
  (void)fprintf(to, "|");
  for (int c = 0; c < t->cols; c++)
    (void)fprintf(to, c < t->left ? " --- |" : " ---: |");
  (void)fprintf(to, "\n");
}

static void print_text_row(const struct curta_table *t, FILE *to, int row, const int *width)
{
  char line[CURTA_TABLE_COLS * (CURTA_TABLE_CELL + 2) + 1];
  size_t n = 0;
  for (int c = 0; c < t->cols; c++)
    n += (size_t)snprintf(line + n, sizeof line - n, c < t->left ? "%s%-*s" : "%s%*s", c ? "  " : "", width[c],
                          t->cell[row][c]);
  while (n && line[n - 1] == ' ')
    line[--n] = '\0';
  (void)fprintf(to, "%s\n", line);
}

void curta_table_print(const struct curta_table *t, FILE *to, enum curta_table_style style)
{
  int width[CURTA_TABLE_COLS] = {0};
  for (int r = 0; r < t->rows; r++)
    for (int c = 0; c < t->cols; c++)
      if ((int)strlen(t->cell[r][c]) > width[c])
        width[c] = (int)strlen(t->cell[r][c]);
  for (int r = 0; r < t->rows; r++) {
    if (style == CURTA_TABLE_TEXT) {
      print_text_row(t, to, r, width);
      continue;
    }
    if (style == CURTA_TABLE_MARKDOWN)
      (void)fprintf(to, "| ");
    for (int c = 0; c < t->cols; c++)
      (void)fprintf(to, "%s%s", c == 0 ? "" : style == CURTA_TABLE_CSV ? "," : " | ", t->cell[r][c]);
    (void)fprintf(to, style == CURTA_TABLE_MARKDOWN ? " |\n" : "\n");
    if (r == 0 && style == CURTA_TABLE_MARKDOWN)
      print_rule(t, to);
  }
}
