/* SPDX-License-Identifier: Apache-2.0
 * commands.h - the subcommands of the curta program
 *
 * Each returns the exit status: 0 success, 1 failure or difference, 2 usage, 3 device error, 130 interrupted. A
 * non-zero status other than 130 comes with a message in fail.
 */
#ifndef CURTA_TOOL_COMMANDS_H
#define CURTA_TOOL_COMMANDS_H
#include "args.h"
#include "fail.h"

int curta_train(const struct curta_args *args, struct curta_fail *fail);
int curta_evaluate(const struct curta_args *args, struct curta_fail *fail);
int curta_info(const struct curta_args *args, struct curta_fail *fail);
int curta_bench(const struct curta_args *args, struct curta_fail *fail);
int curta_compare(const struct curta_args *args, struct curta_fail *fail);
int curta_profile(const struct curta_args *args, struct curta_fail *fail);
int curta_explore(const struct curta_args *args, struct curta_fail *fail);
int curta_deploy(const struct curta_args *args, struct curta_fail *fail);
int curta_monitor(const struct curta_args *args, struct curta_fail *fail);
int curta_fetch(const struct curta_args *args, struct curta_fail *fail);

#endif
