/* SPDX-License-Identifier: Apache-2.0
 * main.c - curta: train, evaluate, inspect, measure and compare integer networks on a Curta device
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"

static const struct {
  const char *name;
  enum curta_command command;
  int (*run)(const struct curta_args *, struct curta_fail *);
  const char *text;
} Commands[] = {
    {"train", CURTA_CMD_TRAIN, curta_train, "train a network, with checkpoints and a learning curve"},
    {"eval", CURTA_CMD_EVAL, curta_evaluate, "accuracy of a checkpoint on the test set"},
    {"info", CURTA_CMD_INFO, curta_info, "what a network costs on a device; what is in a checkpoint; devices"},
    {"bench", CURTA_CMD_BENCH, curta_bench, "cycles, utilization and bytes by layer and pass"},
    {"compare", CURTA_CMD_COMPARE, curta_compare, "two devices in lock-step, command by command and byte by byte"},
    {"profile", CURTA_CMD_PROFILE, curta_profile, "timeline of a training step for a trace viewer; stalls by cause"},
    {"explore", CURTA_CMD_EXPLORE, curta_explore, "array shapes, buffers and memories compared by the timing model"},
    {"deploy", CURTA_CMD_DEPLOY, curta_deploy, "pack a network and a data set for a device that trains alone"},
    {"monitor", CURTA_CMD_MONITOR, curta_monitor, "learning curve of a device that trains alone, as it grows"},
    {"fetch", CURTA_CMD_FETCH, curta_fetch, "checkpoint with the weights that a device has trained alone"},
};
#define COMMANDS (sizeof Commands / sizeof *Commands)

static void help(FILE *to)
{
  (void)fprintf(
      to, "usage: curta COMMAND [options]\n\ncurta trains neural networks with integers only (NITI, NITRO-D) on a "
          "Curta device.\n\n");
  for (size_t i = 0; i < COMMANDS; i++)
    (void)fprintf(to, "  %-8s %s\n", Commands[i].name, Commands[i].text);
  (void)fprintf(to, "\ncurta COMMAND --help lists the options. Example:\n"
                    "  curta train --net nets/lenet.net --data fashion-mnist --epochs 3 --out runs/lenet\n");
}

static int run(size_t i, int argc, char **argv)
{
  struct curta_fail fail = {.status = 0};
  struct curta_args args;
  int status = 2;
  for (int k = 0; k < argc; k++)
    if (strcmp(argv[k], "--help") == 0 || strcmp(argv[k], "-h") == 0) {
      curta_args_help(Commands[i].command);
      return 0;
    }
  if (curta_args_parse(&args, Commands[i].command, argc, argv, &fail) == 0)
    status = Commands[i].run(&args, &fail);
  if (fail.text[0])
    (void)fprintf(stderr, "curta %s: %s\n", Commands[i].name, fail.text);
  /* Output into a full disk or a closed pipe is a failure too. */
  if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0) {
    perror("curta: standard output");
    status = 1;
  }
  return status;
}

/* What the caller has closed is held by a file that fails: else the next file that is opened took its number, and what
 * is printed went into it. */
static void hold_standard_files(void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
      return;
}

int main(int argc, char **argv)
{
  /* A file size limit shall be an error message, as a full disk is. */
  (void)signal(SIGXFSZ, SIG_IGN);
  hold_standard_files();
  if (argc >= 2) {
    for (size_t i = 0; i < COMMANDS; i++)
      if (strcmp(argv[1], Commands[i].name) == 0)
        return run(i, argc - 2, argv + 2);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
      help(stdout);
      return 0;
    }
    (void)fprintf(stderr, "curta: unknown command \"%s\"\n\n", argv[1]);
  }
  help(stderr);
  return 2;
}
