// SPDX-License-Identifier: Apache-2.0
// soc_line.h - the other end of the SoC's serial line, bit by bit
#ifndef SOC_LINE_H
#define SOC_LINE_H

struct soc_line {
  int bit = 16;                                // clock cycles of a bit
  int gap = 0;                                 // bit times between bytes

  bool idle() const { return out_left == 0 && wait == 0; }
  void send(unsigned char c, bool bad)         // bad: without its stop bit
  {
    out = (unsigned)c << 1 | (bad ? 0u : 1u << 9);
    out_left = 10;
    out_time = bit;
    wait = (bad ? 2 : gap) * bit;
  }
  void hang_up() { in_left = 0; last = true; } // the byte that comes is given up
  bool drive()                                 // the level of this cycle toward the SoC
  {
    if (out_left == 0) {
      if (wait) wait--;
      return true;
    }
    bool level = out & 1;
    if (--out_time == 0) {
      out >>= 1;
      out_left--;
      out_time = bit;
    }
    return level;
  }
  int sample(bool level)                       // a byte, -1 none yet, -2 a wrong stop bit
  {
    int got = -1;
    if (in_left == 0) {
      if (last && !level) {
        in_left = 10;
        in_time = bit / 2;
      }
    } else if (--in_time == 0) {
      in_time = bit;
      in_left--;
      if (in_left == 0) got = level ? (int)(in & 255) : -2;
      else if (in_left < 9) in = in >> 1 | (level ? 128u : 0);
    }
    last = level;
    return got;
  }

private:
  int out_left = 0, out_time = 0, in_left = 0, in_time = 0, wait = 0;
  unsigned out = 0, in = 0;
  bool last = true;
};
#endif
