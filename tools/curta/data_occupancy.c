/* SPDX-License-Identifier: Apache-2.0
 * data_occupancy.c - the text files of UCI Occupancy Detection: is somebody in the room?
 *
 * Format: a line of names, then lines of number, date, temperature, humidity, light, CO2, humidity ratio, occupancy, in
 * the order of time. A sensor's value becomes a byte over the range that it is expected to have; nothing is measured on
 * the data, because a device that learns from a stream has not seen it.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"

#define SENSORS 5u
#define LINE 256u

/* The byte of a value is 255 (value - low) / (high - low), clipped. */
static const struct {
  const char *name;
  double low, high;
} Sensors[SENSORS] = {{"Temperature", 17, 25}, /* degrees Celsius */
                      {"Humidity", 15, 40},    /* per cent */
                      {"Light", 0, 1000},      /* lux */
                      {"CO2", 400, 1600},      /* parts per million */
                      {"HumidityRatio", 0.002, 0.007}};

static uint8_t scaled(uint32_t sensor, double value)
{
  double x = 255.0 * (value - Sensors[sensor].low) / (Sensors[sensor].high - Sensors[sensor].low) + 0.5;
  return (uint8_t)(x < 0 ? 0 : x > 255 ? 255 : x);
}

/* The last six fields of a line. 0, or what is wrong. */
static const char *parse(char *line, uint8_t *image, uint16_t *label)
{
  char *end, *field = line + strcspn(line, "\r\n");
  *field = 0;
  for (uint32_t i = SENSORS + 1; i-- > 0;) {
    double value;
    while (field > line && field[-1] != ',')
      field--;
    if (field == line)
      return "fewer than seven fields";
    value = strtod(field, &end);
    if (end == field || (*end && *end != ',') || !isfinite(value))
      return "a field that is no number";
    if (i == SENSORS && value != 0 && value != 1)
      return "an occupancy that is neither 0 nor 1";
    if (i == SENSORS)
      *label = (uint16_t)value;
    else
      image[i] = scaled(i, value);
    field--;
  }
  return NULL;
}

static int read_lines(FILE *f, const char *path, struct curta_data *data, uint32_t limit, struct curta_fail *fail)
{
  char line[LINE];
  uint32_t room = data->n;
  uint64_t number = 1;
  data->n = 0;
  if (!fgets(line, sizeof line, f) || !strstr(line, Sensors[0].name))
    return curta_fail(fail, -EINVAL, "%s: line 1: expected the names of the columns", path);
  while (data->n < room && (!limit || data->n < limit) && fgets(line, sizeof line, f)) {
    const char *wrong;
    number++;
    if (line[0] == '\n' || line[0] == '\r')
      continue;
    wrong = parse(line, data->images + (size_t)data->n * SENSORS, &data->labels[data->n]);
    if (wrong)
      return curta_fail(fail, -EINVAL, "%s: line %" PRIu64 ": %s", path, number, wrong);
    data->n++;
  }
  return data->n ? 0 : curta_fail(fail, -EINVAL, "%s: no samples", path);
}

static uint32_t count_lines(FILE *f)
{
  uint32_t n = 0;
  for (int c; (c = getc(f)) != EOF;)
    n += c == '\n';
  rewind(f);
  return n + 1;
}

int curta_data_read_occupancy(struct curta_data *data, const char *dir, enum curta_split split, uint32_t limit,
                              struct curta_fail *fail)
{
  char path[512];
  FILE *f;
  int r;
  if (snprintf(path, sizeof path, "%s/%s", dir, split == CURTA_TRAIN ? "datatraining.txt" : "datatest.txt") >=
      (int)sizeof path)
    return curta_fail(fail, -ENAMETOOLONG, "%s: the path is too long", dir);
  f = fopen(path, "r");
  if (!f)
    return curta_fail(fail, -errno, "%s: %s; run tools/fetch_data.sh occupancy, or name the folder with --data-dir",
                      path, strerror(errno));
  data->c = data->h = 1;
  data->w = SENSORS;
  data->classes = 2;
  data->n = count_lines(f);
  r = curta_data_alloc(data, fail);
  if (!r)
    r = read_lines(f, path, data, limit, fail);
  (void)fclose(f);
  return r;
}
