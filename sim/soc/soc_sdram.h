// SPDX-License-Identifier: Apache-2.0
// soc_sdram.h - a 16-bit SDR SDRAM of 32 MB on its pins, and the checker of its controller
//   One call a clock edge. CAS latency and burst length come from the mode register. Rules of a part of 133 MHz at 75 MHz, in cycles: ends
//   the program with the name of the rule that was broken. Cells hold random values until they are written.
#ifndef SOC_SDRAM_H
#define SOC_SDRAM_H
#include <cstdint>
#include <cstdio>
#include <cstdlib>

struct soc_sdram_pins {
  uint8_t cmd, ba, dqm;
  uint16_t a, dq;
  bool oe;
};

class soc_sdram {
public:
  uint8_t *cell = nullptr;                     // 32 MB
  uint64_t now = 0, silence = 15000;           // silence: cycles before the first command

  // One edge: takes the pins, returns what the data lines show the controller's input register at this edge.
  uint16_t edge(const soc_sdram_pins &p)
  {
    now++;
    uint16_t out = 0xdead;
    slot &s = read[now % 16];
    if (s.at == now) {
      if (p.oe) broken("both ends drive the data lines", p);
      out = (uint16_t)(cell[s.addr] | cell[s.addr + 1] << 8);
    }
    command(p);
    write_column(p);
    auto_precharge();
    if (now > last_refresh + 16 * 585 && ready) broken("refresh is late by more than a few rows", p);
    return out;
  }

  // The controller begins again: bursts under way are lost, the mode is to be set. Rows stay open.
  void reset()
  {
    for (slot &s : read) s = {};
    w_left = refreshes = precharged = 0;
    ready = false;
  }

private:
  enum { Rcd = 2, Rp = 2, Ras = 4, Rc = 5, Rfc = 5, Rrd = 2, Wr = 2, Mrd = 2 };
  struct slot { uint64_t at; uint32_t addr; };
  struct bank { bool open; uint32_t row; uint64_t act, pre, close_at, until; };   // close_at: of an auto-precharge, 0: none; until: no precharge before
  slot read[16] = {};
  bank banks[4] = {};
  bool ready = false;
  uint32_t cas = 0, length = 0, refreshes = 0, precharged = 0;
  uint64_t last_refresh = 0, last_act = 0, idle_from = 0;
  uint32_t w_bank = 0, w_row = 0, w_col = 0, w_left = 0;
  bool w_auto = false;

  [[noreturn]] void broken(const char *rule, const soc_sdram_pins &p)
  {
    fprintf(stderr, "soc_sdram: rule broken in cycle %llu, command %x bank %u a %x: %s\n", (unsigned long long)now, p.cmd, p.ba, p.a, rule);
    exit(2);
  }

  static uint32_t address(uint32_t bank, uint32_t row, uint32_t col) { return row << 12 | bank << 10 | col << 1; }

  void all_closed(const soc_sdram_pins &p)
  {
    for (bank &b : banks) {
      if (b.open) broken("a bank is open", p);
      if (now < b.pre + Rp) broken("tRP before this command", p);
    }
  }

  void command(const soc_sdram_pins &p)
  {
    if (p.cmd & 8 || p.cmd == 7) return;       // not selected, no operation
    if (now < silence) broken("a command before the power-up time is over", p);
    if (now < idle_from) broken("a command too early after refresh or mode", p);
    switch (p.cmd) {
    case 0: mode(p); break;
    case 1: refresh(p); break;
    case 2: precharge(p); break;
    case 3: activate(p); break;
    case 4: case 5: column(p); break;
    default: broken("a command that the controller does not use", p);
    }
  }

  void mode(const soc_sdram_pins &p)
  {
    all_closed(p);
    if (refreshes < 2 || !precharged) broken("mode before precharge and two refreshes", p);
    cas = p.a >> 4 & 7;
    length = 1u << (p.a & 7);
    if (cas != 2 || (p.a & 7) > 3 || p.a & 8 || p.a >> 7) broken("a mode that this model does not know", p);
    idle_from = now + Mrd;
    ready = true;
  }

  void refresh(const soc_sdram_pins &p)
  {
    all_closed(p);
    if (!precharged) broken("refresh before the first precharge", p);
    refreshes++;
    idle_from = now + Rfc;
    // 8,192 rows in 64 ms: on average every 585 cycles; a controller may postpone eight
    last_refresh = last_refresh + 585 > now || !ready ? now : last_refresh + 585;
  }

  void precharge(const soc_sdram_pins &p)
  {
    for (uint32_t b = 0; b < 4; b++)
      if (p.a & 0x400 || b == p.ba) {
        if (banks[b].open && now < banks[b].act + Ras) broken("tRAS", p);
        if (banks[b].open && now < banks[b].until) broken("a burst is cut, or tWR", p);
        banks[b].open = false;
        banks[b].pre = now;
      }
    precharged++;
  }

  void activate(const soc_sdram_pins &p)
  {
    bank &b = banks[p.ba];
    if (!ready) broken("ACTIVATE before the mode is set", p);
    if (b.open) broken("ACTIVATE of an open bank", p);
    if (now < b.pre + Rp) broken("tRP", p);
    if (b.act && now < b.act + Rc) broken("tRC", p);
    if (last_act && now < last_act + Rrd) broken("tRRD", p);
    b.open = true;
    b.row = p.a;
    b.act = last_act = now;
    b.close_at = b.until = 0;
  }

  void column(const soc_sdram_pins &p)
  {
    bank &b = banks[p.ba];
    bool write = p.cmd == 4;
    if (!b.open) broken("a column of a closed bank", p);
    if (b.close_at) broken("a column of a bank that will close itself", p);
    if (now < b.act + Rcd) broken("tRCD", p);
    if (w_left) broken("a burst is interrupted", p);
    uint32_t col = p.a & 0x1ff;
    if (col % length) broken("a burst is not aligned: it would wrap", p);
    if (write) {
      for (uint32_t k = 0; k < 16; k++)
        if (read[k].at >= now) broken("a write before the data of a read is over", p);
      w_bank = p.ba;
      w_row = b.row;
      w_col = col;
      w_left = length;
    } else
      for (uint32_t k = 0; k < length; k++) {
        slot &s = read[(now + cas + k) % 16];
        if (s.at == now + cas + k) broken("two reads at once", p);
        s = {now + cas + k, address(p.ba, b.row, col + k)};
      }
    b.until = write ? now + length - 1 + Wr : now + length - 1;
    if (p.a & 0x400) b.close_at = b.until;
  }

  void write_column(const soc_sdram_pins &p)
  {
    if (!w_left) return;
    if (!p.oe) broken("nobody drives the data of a write", p);
    uint32_t at = address(w_bank, w_row, w_col++);
    if (!(p.dqm & 1)) cell[at] = (uint8_t)p.dq;
    if (!(p.dqm & 2)) cell[at + 1] = (uint8_t)(p.dq >> 8);
    w_left--;
  }

  void auto_precharge()
  {
    for (bank &b : banks)
      if (b.open && b.close_at && now >= b.close_at && now >= b.act + Ras) {
        b.open = false;
        b.pre = now;
        b.close_at = 0;
      }
  }
};
#endif
