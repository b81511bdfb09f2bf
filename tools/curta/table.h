/* SPDX-License-Identifier: Apache-2.0
 * table.h - a table that is printed as aligned text, Markdown or CSV
 */
#ifndef CURTA_TOOL_TABLE_H
#define CURTA_TOOL_TABLE_H
#include <stdio.h>

#define CURTA_TABLE_COLS 20
#define CURTA_TABLE_ROWS 512
#define CURTA_TABLE_CELL 28

enum curta_table_style { CURTA_TABLE_TEXT, CURTA_TABLE_MARKDOWN, CURTA_TABLE_CSV };

struct curta_table {
  int cols, rows, left; /* the first `left` columns are text, aligned to the left */
  int at;               /* next cell of the last row */
  char cell[CURTA_TABLE_ROWS][CURTA_TABLE_COLS][CURTA_TABLE_CELL];
};

/* heads: names of the columns, separated by '|'. A table is large: keep it static or on the heap. */
void curta_table_start(struct curta_table *t, int left, const char *heads);
void curta_table_row(struct curta_table *t);
void curta_table_cell(struct curta_table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void curta_table_print(const struct curta_table *t, FILE *to, enum curta_table_style style);

#endif
