/* SPDX-License-Identifier: Apache-2.0
 * device.c - devices by name
 */
#include "device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "curta_golden.h"
#include "curta_spec.h"

static int open_golden(struct curta_bus *bus, const char *config, const struct curta_args *args,
                       struct curta_fail *fail)
{
  int r;
  if (args->trace)
    return curta_usage(fail, "--trace: the golden device has no waves; use --device rtl");
  r = curta_golden_open(bus, config, (uint64_t)args->mem_mib << 20);
  if (r == -ENOTSUP)
    return curta_usage(fail, "CURTA_CPU: this processor or this build has no instruction set \"%s\"; there are: %s",
                       getenv("CURTA_CPU"), curta_golden_cpus());
  if (r == -EPROTONOSUPPORT)
    return curta_usage(fail,
                       "CURTA_CONV: there is direct, and with the instruction set avx2 winograd, but not \"%s\" here",
                       getenv("CURTA_CONV"));
  if (r == -ENOENT || r == -EINVAL)
    return curta_usage(fail, "the golden device has no configuration \"%s\": tiny, base, large, host", config);
  return r ? curta_fail(fail, r, "golden device: %s (%u MiB of memory)", strerror(-r), args->mem_mib) : 0;
}

static const struct curta_device_kind Golden = {"golden",
                                                "bit-exact C model, the fastest, without time",
                                                "host",
                                                open_golden,
                                                curta_golden_close,
                                                curta_golden_peek,
                                                0,
                                                1,
                                                NULL};

static const struct curta_device_kind *const Kinds[] = {
    &Golden, &Curta_device_rtl, &Curta_device_timed, &Curta_device_systemc, &Curta_device_hls, &Curta_device_serial};
#define KINDS (sizeof Kinds / sizeof *Kinds)

int curta_device_name(struct curta_device *device, const char *name, struct curta_fail *fail)
{
  const char *colon = strchr(name, ':');
  size_t length = colon ? (size_t)(colon - name) : strlen(name);
  for (size_t i = 0; i < KINDS; i++) {
    const char *config = colon ? colon + 1 : Kinds[i]->config;
    if (strlen(Kinds[i]->name) != length || memcmp(Kinds[i]->name, name, length) != 0)
      continue;
    if (!*config || strlen(config) >= sizeof device->config)
      break;
    memset(device, 0, sizeof *device);
    (void)snprintf(device->config, sizeof device->config, "%s", config);
    (void)snprintf(device->name, sizeof device->name, "%s:%s", Kinds[i]->name, config);
    device->kind = (int)i;
    return 0;
  }
  return curta_usage(
      fail,
      "unknown device \"%s\"; there are golden, rtl, timed, systemc and hls, each alone or with :CONFIG tiny, "
      "base or large (golden also host; rtl, timed and systemc also base16), and serial:TERMINAL[@BAUD], a board",
      name);
}

/* --threads, or what the environment says: of the golden operators, which other devices have inside. */
static int set_threads(const struct curta_args *args, struct curta_fail *fail)
{
  const char *given = getenv("CURTA_THREADS");
  char threads[16], *end;
  if (args->threads) {
    (void)snprintf(threads, sizeof threads, "%u", args->threads);
    return setenv("CURTA_THREADS", threads, 1) ? curta_fail(fail, -ENOMEM, "CURTA_THREADS: no memory") : 0;
  }
  if (given && (strtol(given, &end, 10) < 1 || *end))
    return curta_usage(fail, "CURTA_THREADS: \"%s\" is no number of threads; unset it for all cores", given);
  return 0;
}

int curta_device_open(struct curta_device *device, const char *name, const struct curta_args *args,
                      struct curta_fail *fail)
{
  int r = curta_device_name(device, name, fail);
  if (!r)
    r = set_threads(args, fail);
  if (!r)
    r = Kinds[device->kind]->open(&device->bus, device->config, args, fail);
  if (r)
    device->kind = -1;
  return r;
}

void curta_device_close(struct curta_device *device)
{
  if (device->kind >= 0 && device->bus.reg_read)
    Kinds[device->kind]->close(&device->bus);
  device->kind = -1;
}

int curta_device_peek(const struct curta_device *device, enum curta_peek space, uint32_t word, uint32_t *value)
{
  return Kinds[device->kind]->peek(&device->bus, (int)space, word, value);
}

int curta_device_counters(const struct curta_device *device, uint64_t value[CURTA_CNT_COUNT])
{
  const struct curta_device_kind *kind = Kinds[device->kind];
  return kind->counters ? kind->counters(&device->bus, value) : -ENOTSUP;
}

int curta_device_has_cycles(const struct curta_device *device)
{
  return Kinds[device->kind]->has_cycles;
}

int curta_device_memory(const struct curta_device *device, const struct curta_args *args, struct curta_fail *fail)
{
  if (curta_device_has_cycles(device) || (!args->mem_bw && !args->mem_latency))
    return 0;
  return curta_usage(fail, "--mem-%s %u: --device %s has no time; use timed, systemc or rtl",
                     args->mem_bw ? "bw" : "latency", args->mem_bw ? args->mem_bw : args->mem_latency, device->name);
}

void curta_device_list(void)
{
  static const struct curta_config config[] = CURTA_CONFIG_TABLE;
  printf("devices:\n");
  for (size_t i = 0; i < KINDS; i++)
    printf("  %-8s %s, default %s%s\n", Kinds[i]->name, Kinds[i]->text, Kinds[i]->config,
           Kinds[i]->available ? "" : " (not in this build)");
  printf("instruction sets of the golden device here, best first (environment variable CURTA_CPU): %s\n",
         curta_golden_cpus());
  printf("configurations:\n");
  printf("  name     tile  array      MAC/cycle  bus bytes  A, B buffer (KiB)  accumulators (KiB)\n");
  for (size_t i = 0; config[i].name; i++)
    printf("  %-8s %4d  %2dx%2dx%-2d   %9d  %9d  %8d %8d  %18d%s\n", config[i].name, config[i].t, config[i].r,
           config[i].c, config[i].v, config[i].r * config[i].c * config[i].v, config[i].bus,
           config[i].a_tiles * config[i].t * config[i].t / 1024, config[i].b_tiles * config[i].t * config[i].t / 1024,
           config[i].p_tiles * config[i].t * config[i].t * 4 / 1024, config[i].software ? "  (no RTL)" : "");
  printf("  base16   as base with a bus of 16 bytes (rtl, timed and systemc)\n");
}
