// SPDX-License-Identifier: Apache-2.0
// cut_watch.h - what one life of the standalone machine shows: its lines, and on the flash's pins which checkpoint is complete
#ifndef CUT_WATCH_H
#define CUT_WATCH_H
#include <string>
#include "soc_machine.h"

static const uint32_t kSlot[2] = {0xe00000, 0xf00000};   // firmware/alone.c; the header of a slot is alone in its first sector

// What a life must leave to the next one. A save that was cut while its header was written may count or not.
struct cut_state {
  int saved = -1, pending = -1;               // step of the last complete checkpoint; of one whose header is being written; -1: none
};

class cut_watch {
public:
  cut_state state;                            // at first what the life before left
  int told = 0, resumed = -1;                 // steps
  bool over = false;
  std::string results, trouble;               // lines of epochs and layers; an error

  // One cycle of the machine.
  void tick(soc_machine &m)
  {
    int c = m.tick();
    look(m.flash);
    if (c < 0) return;
    if (c != '\n') { text += (char)c; return; }
    line();
    text.clear();
  }

private:
  std::string text;
  uint32_t last = soc_flash::kNothing;

  bool starts(const char *word) const { return text.compare(0, strlen(word), word) == 0; }

  void line()
  {
    if (starts("step ")) told = atoi(text.c_str() + 5);
    if (starts("resumed: step ")) {
      told = resumed = atoi(text.c_str() + 14);
      state = {resumed, -1};
    }
    if (starts("epoch ") || starts("layer ")) results += text + "\n";
    if (starts("error") || starts("exit")) trouble = text;
    if (starts("waiting for a host")) over = true;
  }

  void look(const soc_flash &flash)
  {
    uint32_t now = flash.programming();
    if (now == last) return;
    if (last == kSlot[0] || last == kSlot[1]) {
      state.saved = state.pending;
      state.pending = -1;
    }
    if (now == kSlot[0] || now == kSlot[1]) state.pending = told;
    last = now;
  }
};
#endif
