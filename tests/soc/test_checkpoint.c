/* SPDX-License-Identifier: Apache-2.0
 * test_checkpoint - the firmware's checkpoints in a model of the flash whose power is cut at random instants
 * usage: test_checkpoint [cuts [seed]]
 *
 * A training saves after every step. At a random instant of a random save the power goes; what the operation under way
 * left is random. After the reboot the state must be whole and that of the last save that ended, or of the one that was
 * cut.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "slots.h"
#include "curta_package.h"

#define SLOT 32768u
#define WEIGHTS 10000u
#define BASE 8192u
#define FLASH_BYTES 131072u
#define CUT_FLASH_BYTES FLASH_BYTES
#define CUT_FLASH_AT 0u
#define CUT_OPEN_FROM BASE
#define CUT_OPEN_TO (BASE + 2 * SLOT)
#include "cut_flash.h"

/* What the training is after `step`. */
static void make(uint32_t step, struct checkpoint_state *state, uint8_t *weights)
{
  uint32_t r = step * 2654435761u + 1;
  memset(state, 0, sizeof *state);
  state->job = 0x1234567;
  state->step = step;
  state->epoch = step / 10;
  state->position = step % 10 * 8;
  for (uint32_t w = 0; w < CURTA_MAX_WEIGHTED; w++)
    state->weight_exp[w] = (int32_t)(step + w);
  for (uint32_t i = 0; i < WEIGHTS; i++) {
    r = r * 1664525u + 1013904223u;
    weights[i] = (uint8_t)(r >> 24);
  }
}

static int same(uint32_t step, const struct checkpoint_state *state, const uint8_t *weights)
{
  static uint8_t want[WEIGHTS];
  struct checkpoint_state s;
  make(step, &s, want);
  return !memcmp(&s, state, sizeof s) && !memcmp(want, weights, WEIGHTS);
}

static void boot(struct checkpoint *c)
{
  power = UINT64_MAX;
  checkpoint_open(c, &flash, BASE, BASE + SLOT, SLOT);
}

/* After a reboot: the step that was found, -1 none; stops the program at anything that must not be. */
static int64_t found(struct checkpoint *c, uint64_t cut)
{
  static uint8_t weights[WEIGHTS];
  struct checkpoint_state state = {.job = 0x1234567};
  int err;
  boot(c);
  err = checkpoint_load(c, &state, weights, WEIGHTS);
  if (err == -ENOENT)
    return -1;
  if (err || !same(state.step, &state, weights)) {
    printf("FAIL checkpoint: cut %" PRIu64 ": corrupt state accepted (error %d, step %" PRIu32 ")\n", cut, err,
           state.step);
    exit(1);
  }
  return state.step;
}

int main(int argc, char **argv)
{
  static uint8_t weights[WEIGHTS];
  uint32_t cuts = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 1000, lost = 0, kept = 0;
  struct checkpoint c;
  struct checkpoint_state state;
  uint64_t save_time;
  int64_t last = -1;
  nor.random = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1;
  for (uint32_t i = 0; i < FLASH_BYTES; i++)
    cells[i] = (uint8_t)soc_nor_random(&nor); /* somebody else's data */
  save_time = (WEIGHTS + FLASH_SECTOR - 1) / FLASH_SECTOR * ERASE_TIME + ERASE_TIME + 2 * WEIGHTS + 250;
  if (found(&c, 0) != -1) {
    printf("FAIL checkpoint: found one in random cells\n");
    return 1;
  }
  make(0, &state, weights);
  if (checkpoint_load(&c, &state, weights, SLOT - FLASH_SECTOR + 1) != -ENOSPC ||
      checkpoint_save(&c, &state, weights, SLOT - FLASH_SECTOR + 1) != -ENOSPC) {
    printf("FAIL checkpoint: more weights than a slot holds\n");
    return 1;
  }
  for (uint32_t k = 0; k < cuts; k++) {
    int64_t now = last;
    int err = 0;
    /* one to three whole saves, then the cut one */
    power = save_time * (soc_nor_random(&nor) % 3) +
            (((uint64_t)soc_nor_random(&nor) << 24 | soc_nor_random(&nor)) % save_time) + 1;
    if (k % 4 == 0)
      power = save_time - 350 + soc_nor_random(&nor) % 400; /* around the header, where it matters most */
    while (!err) {
      make((uint32_t)(now + 1), &state, weights);
      err = checkpoint_save(&c, &state, weights, WEIGHTS);
      if (!err)
        now++;
    }
    last = found(&c, k);
    if (last != now && last != now + 1) {
      printf("FAIL checkpoint: cut %" PRIu32 ": step %" PRId64 " was saved, step %" PRId64 " came back\n", k, now,
             last);
      return 1;
    }
    lost += last == now;
    kept += last == now + 1;
  }
  make((uint32_t)(last + 1), &state, weights);
  if (checkpoint_save(&c, &state, weights, WEIGHTS) || checkpoint_load(&c, &state, weights, WEIGHTS) ||
      state.step != ++last) {
    printf("FAIL checkpoint: a save without a power cut\n");
    return 1;
  }
  if (bad_write || !lost || !kept) {
    printf(
        "FAIL checkpoint: writes outside the slots or to cells that are not erased %d; cuts that lost a step %" PRIu32
        ", that did not %" PRIu32 "\n",
        bad_write, lost, kept);
    return 1;
  }
  /* a cell that does not take what is programmed: a save that says so, and the checkpoint before stays */
  (void)found(&c, cuts);
  make((uint32_t)(last + 1), &state, weights);
  stuck = c.slot[1 - c.newest] + FLASH_SECTOR + 5000;
  weights[5000] = 0;
  if (checkpoint_save(&c, &state, weights, WEIGHTS) != -EIO || found(&c, cuts) != last) {
    printf("FAIL checkpoint: a stuck cell is not noticed, or cost the checkpoint before\n");
    return 1;
  }
  stuck = 0;
  make((uint32_t)(last + 1), &state, weights);
  if (checkpoint_save(&c, &state, weights, WEIGHTS) || found(&c, cuts) != ++last) {
    printf("FAIL checkpoint: no save after one that failed\n");
    return 1;
  }
  /* a bit of the newest checkpoint rots: the one before is taken */
  cells[c.slot[c.newest] + FLASH_SECTOR + 5000] ^= 4;
  if (found(&c, cuts) != last - 1) {
    printf("FAIL checkpoint: a rotten bit: the checkpoint before was not taken\n");
    return 1;
  }
  /* another job's checkpoint is none; weights that do not fit are refused */
  state.job = 7;
  boot(&c);
  if (checkpoint_load(&c, &state, weights, WEIGHTS) != -ENOENT ||
      checkpoint_save(&c, &state, weights, SLOT) != -ENOSPC) {
    printf("FAIL checkpoint: another job's state, or weights larger than a slot, accepted\n");
    return 1;
  }
  printf("PASS checkpoint: %" PRIu32 " power cuts; the save under way was lost %" PRIu32 " times, nothing else ever\n",
         cuts, lost);
  return 0;
}
