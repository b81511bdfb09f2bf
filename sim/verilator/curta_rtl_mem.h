// SPDX-License-Identifier: Apache-2.0
// curta_rtl_mem.h - the AXI4 memory of the Verilated device, and the checker of its master
//
// One call a cycle: sees what the master drives, decides what the memory answers in the same cycle. Plain arrays, no
// allocation. Reads are served in order of arrival, or, with stalls, in a random order of IDs beat by beat.
#ifndef CURTA_RTL_MEM_H
#define CURTA_RTL_MEM_H
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include "curta_rtl.h"

// What the master drives. Data of a write beat is fetched only when it is taken.
struct curta_axi_out {
  bool arvalid, rready, awvalid, wvalid, wlast, bready;
  uint32_t arid, araddr, arlen, arsize, arburst, awid, awaddr, awlen, awsize, awburst, wstrb;
};

// What the memory drives. rdata points into the image (or to zeros).
struct curta_axi_in {
  bool arready, rvalid, rlast, awready, wready, bvalid;
  uint32_t rid, rresp, bid, bresp;
  const uint8_t *rdata;
};

class curta_rtl_mem {
public:
  uint8_t *image = nullptr;
  uint64_t bytes = 0;
  uint64_t limit = 0;             // MEM_SIZE as last written by software
  curta_rtl_options opt = {};
  uint32_t width = 8;             // bytes of a beat
  uint64_t now = 0;
  curta_axi_in in = {};

  void init(uint32_t beat_bytes)
  {
    width = beat_bytes;
    rate = opt.bytes_per_cycle ? opt.bytes_per_cycle : width;
    random = opt.seed * 2654435761u + 12345u;
    next_refresh = opt.refresh_interval;
  }

  // A hard reset: no burst is under way, nothing is held and the settings of software are gone; what is stored stays.
  // Returns the number of bursts that are never answered.
  uint32_t reset()
  {
    uint32_t open = reads + writes + dones;
    reads = writes = dones = 0;
    before_ar = before_aw = before_w = false;
    in = {};
    limit = 0;
    return open;
  }

  // One cycle: `out` is what the master drives, write data at wdata; leaves the answers in `in`.
  void cycle(const curta_axi_out &out, const uint8_t *wdata)
  {
    now++;
    check(out);
    credit = credit + rate > cap() ? cap() : credit + rate;
    if (now >= next_refresh)
      refresh();
    in.arready = reads < Depth && !pause();
    if (out.arvalid && in.arready)
      take_read(out);
    in.awready = writes + dones < Depth && !pause() && (!shy() || out.wvalid);
    if (out.awvalid && in.awready)
      take_write(out);
    bool open = now >= refresh_end;
    if (write_first) {
      move_write(out, wdata, open);
      move_read(out, open);
    } else {
      move_read(out, open);
      move_write(out, wdata, open);
    }
    write_first = !write_first;
    answer_write(out);
    before = out;
    before_ar = out.arvalid && !in.arready;
    before_aw = out.awvalid && !in.awready;
    before_w = out.wvalid && !in.wready;
    if (before_w)
      memcpy(before_data, wdata, width);
  }

private:
  static const uint32_t Depth = 64;
  struct burst { uint32_t addr, left, id; uint64_t ready; bool bad; };
  burst read[Depth], write[Depth], done[Depth];
  uint32_t reads = 0, writes = 0, dones = 0, write_head = 0, done_head = 0;
  uint32_t rate = 8, credit = 0, random = 1;
  uint64_t next_refresh = 0, refresh_end = 0;
  bool write_first = false, before_ar = false, before_aw = false, before_w = false;
  curta_axi_out before = {};
  uint8_t before_data[64] = {};
  uint8_t beat[64] = {};

  uint32_t cap() const { return width > rate ? width : rate; }

  // Half of the memories that pause take an address only when its data is offered, as a slave may.
  bool shy() const { return opt.stall_permille && (opt.seed & 1); }

  bool pause()
  {
    if (!opt.stall_permille)
      return false;
    random = random * 1664525u + 1013904223u;
    return (random >> 8) % 1000u < opt.stall_permille;
  }

  void refresh()
  {
    refresh_end = now + opt.refresh_cycles;
    next_refresh = now + opt.refresh_interval;
  }

  [[noreturn]] void broken(const char *rule, uint32_t addr)
  {
    fprintf(stderr, "curta_rtl: AXI4 rule broken in cycle %llu, address 0x%08x: %s\n", (unsigned long long)now, addr, rule);
    abort();
  }

  void check_address(uint32_t addr, uint32_t len, uint32_t size, uint32_t type, const char *boundary)
  {
    uint64_t end = (uint64_t)addr + (uint64_t)(len + 1) * width;
    if ((1u << size) != width)
      broken("AxSIZE is not the width of the port", addr);
    if (type != 1)
      broken("AxBURST is not INCR", addr);
    if (len > 127)
      broken("a burst has at most 128 beats here", addr);
    if (addr % width)
      broken("the address is not aligned to the port", addr);
    if ((addr >> 12) != (uint32_t)((end - 1) >> 12))
      broken(boundary, addr);
    if (end > limit)
      broken("the burst leaves [0, MEM_SIZE)", addr);
  }

  void check(const curta_axi_out &o)
  {
    if (before_ar && (!o.arvalid || o.araddr != before.araddr || o.arlen != before.arlen || o.arid != before.arid))
      broken("AR changed while it waited", before.araddr);
    if (before_aw && (!o.awvalid || o.awaddr != before.awaddr || o.awlen != before.awlen || o.awid != before.awid))
      broken("AW changed while it waited", before.awaddr);
    if (before_w && (!o.wvalid || o.wlast != before.wlast || o.wstrb != before.wstrb))
      broken("W changed while it waited", writes ? write[write_head].addr : 0);
    if (in.rvalid && !o.rready)
      broken("R has back-pressure", in.rid);
    if (in.bvalid && !o.bready)
      broken("B has back-pressure", 0);
  }

  void take_read(const curta_axi_out &o)
  {
    check_address(o.araddr, o.arlen, o.arsize, o.arburst, "a read burst crosses 4 KiB");
    read[reads++] = { o.araddr, o.arlen + 1, o.arid, now + opt.latency, false };
  }

  void take_write(const curta_axi_out &o)
  {
    check_address(o.awaddr, o.awlen, o.awsize, o.awburst, "a write burst crosses 4 KiB");
    write[(write_head + writes++) % Depth] = { o.awaddr, o.awlen + 1, o.awid, 0, false };
  }

  bool fails(uint32_t addr) const
  {
    return (addr < opt.error_hi && addr + width > opt.error_lo) || (uint64_t)addr + width > bytes;
  }

  // The burst to serve: the oldest, or with stalls a random one that is the oldest of its ID.
  uint32_t choose()
  {
    if (!opt.stall_permille)
      return 0;
    random = random * 1664525u + 1013904223u;
    uint32_t pick = (random >> 8) % reads;
    for (uint32_t k = 0; k < pick; k++)
      if (read[k].id == read[pick].id)
        return k;
    return pick;
  }

  void move_read(const curta_axi_out &o, bool open)
  {
    (void)o;
    in.rvalid = false;
    if (!reads || !open || credit < width || now < read[0].ready || pause())
      return;
    uint32_t k = choose();
    burst &b = read[k];
    if (now < b.ready)
      return;
    credit -= width;
    in.rvalid = true;
    in.rid = b.id;
    in.rlast = b.left == 1;
    in.rresp = fails(b.addr) ? 2 : 0;
    in.rdata = in.rresp ? beat : image + b.addr;
    b.addr += width;
    if (--b.left == 0) {
      reads--;
      memmove(read + k, read + k + 1, (reads - k) * sizeof(burst));
    }
  }

  void move_write(const curta_axi_out &o, const uint8_t *wdata, bool open)
  {
    in.wready = writes && open && credit >= width && !pause();
    if (!o.wvalid || !in.wready)
      return;
    if (before_w && memcmp(before_data, wdata, width))
      broken("W data changed while it waited", write[write_head].addr);
    burst &b = write[write_head];
    if (o.wlast != (b.left == 1))
      broken("WLAST is not on the last beat", b.addr);
    credit -= width;
    if (fails(b.addr) && o.wstrb)
      b.bad = true;
    else
      store(b.addr, wdata, o.wstrb);
    b.addr += width;
    if (--b.left == 0) {
      b.ready = now + opt.latency;
      done[(done_head + dones++) % Depth] = b;
      write_head = (write_head + 1) % Depth;
      writes--;
    }
  }

  void store(uint32_t addr, const uint8_t *data, uint32_t strobes)
  {
    if (strobes == (width == 32 ? 0xffffffffu : (1u << width) - 1u)) {
      memcpy(image + addr, data, width);
      return;
    }
    for (uint32_t k = 0; k < width; k++)
      if (strobes >> k & 1u)
        image[addr + k] = data[k];
  }

  void answer_write(const curta_axi_out &o)
  {
    (void)o;
    in.bvalid = dones && now >= done[done_head].ready && !pause();
    if (!in.bvalid)
      return;
    in.bid = done[done_head].id;
    in.bresp = done[done_head].bad ? 2 : 0;
    done_head = (done_head + 1) % Depth;
    dones--;
  }
};
#endif
