// SPDX-License-Identifier: Apache-2.0
// soc_flash.h - a serial NOR flash on the SPI pins (mode 0): read, program, erase a sector, status, ID, with busy times
//   While busy it answers only READ STATUS; PROGRAM and ERASE do nothing without WRITE ENABLE. The image is a file.
//   Operations take effect when their time is over; a power cut before that leaves a random part of them (soc_nor.h).
#ifndef SOC_FLASH_H
#define SOC_FLASH_H
#include <cstdint>
#include <vector>
#include "soc_nor.h"

class soc_flash {
public:
  uint64_t program_time = 3000, erase_time = 20000;    // clock cycles; real ones are some ten times as slow at 75 MHz
  std::vector<uint8_t> cell = std::vector<uint8_t>(16u << 20, 0xff);
  uint64_t programs = 0, erases = 0;
  uint64_t now = 0, first_erase = 0, last_program = 0; // cycle in which they begin

  // One clock cycle of the SoC; returns the level of miso.
  bool cycle(bool cs_n, bool sck, bool mosi)
  {
    now++;
    if (busy && --busy == 0) apply(256);
    if (cs_n) {
      if (selected) end();
      selected = false;
    } else {
      if (!selected) begin();
      selected = true;
      if (sck && !last_sck) rise(mosi);
      if (!sck && last_sck) fall();
    }
    last_sck = sck;
    return out_bit;
  }

  // What is under way: the address that a program or an erase works on, or that a read has reached; kNothing.
  static constexpr uint32_t kNothing = UINT32_MAX;
  uint32_t erasing() const { return busy && op == ERASE ? op_addr : kNothing; }
  uint32_t programming() const { return busy && op == PROGRAM ? op_addr : kNothing; }
  uint32_t reading() const { return selected && code == READ && bits >= 32 ? addr : kNothing; }

  // The power goes now; `seed` chooses which bits have moved.
  void cut(uint32_t seed)
  {
    random ^= seed;
    if (busy) apply((uint32_t)(256 * (busy_for - busy) / busy_for));
    busy = 0;
  }

private:
  enum { READ = 0x03, PROGRAM = 0x02, ERASE = 0x20, ENABLE = 0x06, STATUS = 0x05, ID = 0x9f };
  bool selected = false, last_sck = false, out_bit = true, enabled = false;
  uint32_t bits = 0, in = 0, addr = 0, code = 0, op = 0, op_addr = 0, random = 12345;
  uint64_t busy = 0, busy_for = 1;
  std::vector<uint8_t> page, op_page;

  // Maker, type, binary logarithm of the size.
  uint8_t id(uint32_t byte) const
  {
    return byte == 1 ? 0x9d : byte == 2 ? 0x60 : (uint8_t)__builtin_ctzl(cell.size());
  }

  void begin()
  {
    bits = in = addr = code = 0;
    page.clear();
  }

  void rise(bool mosi)
  {
    in = (in << 1 | mosi) & 255;
    if (++bits % 8) return;
    uint32_t byte = bits / 8;
    if (byte == 1) code = in;
    else if (byte <= 4) addr = addr << 8 | in;
    else if (code == PROGRAM) page.push_back((uint8_t)in);
  }

  // The bit that the master takes at the next rising edge.
  void fall()
  {
    uint32_t byte = bits / 8, shift = 7 - bits % 8;
    uint8_t value = 0xff;
    if (code == STATUS && byte >= 1) value = (uint8_t)((busy ? 1 : 0) | (enabled ? 2 : 0));
    else if (busy) value = 0xff;
    else if (code == READ && byte >= 4) value = cell[(addr + byte - 4) % cell.size()];
    else if (code == ID && byte >= 1) value = id(byte);
    out_bit = value >> shift & 1;
  }

  void end()
  {
    if (busy || bits % 8) return;
    if (code == ENABLE && bits == 8) enabled = true;
    else if (code == ERASE && bits == 32 && enabled) start(ERASE, erase_time);
    else if (code == PROGRAM && bits > 32 && enabled) start(PROGRAM, program_time);
  }

  void start(uint32_t what, uint64_t time)
  {
    op = what;
    op_addr = addr;
    op_page = page;
    busy = busy_for = time;
    if (what == PROGRAM) last_program = now;
    else if (!first_erase) first_erase = now;
    enabled = false;
  }

  void apply(uint32_t part)
  {
    soc_nor n = {cell.data(), (uint32_t)cell.size(), random};
    if (op == ERASE) {
      soc_nor_erase(&n, op_addr, part);
      erases++;
    } else {
      size_t skip = op_page.size() > 256 ? op_page.size() - 256 : 0;   // the page buffer holds the last 256 bytes
      soc_nor_program(&n, op_addr + (uint32_t)skip, op_page.data() + skip, (uint32_t)(op_page.size() - skip), part);
      programs++;
    }
    random = n.random;
  }
};
#endif
