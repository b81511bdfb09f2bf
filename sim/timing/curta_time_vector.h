// SPDX-License-Identifier: Apache-2.0
// curta_time_vector.h - the vector engine in time
//   walker -> addresses -> read streams -> lanes -> write streams; each tile is one event of each
#ifndef CURTA_TIME_VECTOR_H
#define CURTA_TIME_VECTOR_H
#include "curta_time_core.h"

namespace curta_time {

const uint32_t SrcFifo = 128, DstFifo = 64, IdxFifo = 32;    // beats
const uint32_t AddressFifo = 16, AccFifo = 8;    // tiles
const uint32_t TagFifo = 16;         // passes
const uint64_t FifoCycles = 2;       // through a FIFO in block RAM
const uint64_t SrcFifoCycles = 3;    // and a register behind it
const uint64_t ParameterCycles = 6;  // go to run_o

// What a command needs of the engine: curta_vector.v derives the same from the command words.
struct vector_plan {
  bool src, aux, dst, idx;       // streams that are used
  bool acc;                      // SRC is the accumulator memory
  bool aux_last;                 // AUX belongs to the last window position (mask), else to the first
  bool aux_dst;                  // and is shaped like DST
  bool window_src, window_dst;   // the window walks SRC (pooling), DST (scatter)
  bool copy;                     // int32 leaves as it came, or
  bool planes;                   // as int24: high bytes on the DST stream, low halves on the IDX stream
  bool mid;                      // SRC is int24: the high bytes of a tile, then its low halves
  bool fill, n32, writes_scalar;
  bool upd;                      // UPDATE NITRO: the weights of a tile come behind its gradients, on the SRC stream
  bool keep, back;               // int32 is bent, then rotated out: SCATTER of int32, backward NITRO-ReLU
  bool padded;                   // window positions may be holes
  bool paced;                    // wide quotients
  uint32_t turn;                 // cycles in which a group of int32 leaves
  uint32_t kh, kw, passes;       // window positions
  uint32_t src_bytes, aux_bytes, dst_bytes, idx_bytes; // of an element
  uint32_t period;               // cycles from one group of C elements to the next, for the lanes
  uint32_t src_period, aux_period; // and for the streams, where the pass reads them
  bool draw;                     // stochastic rounding
  uint32_t out;                  // cycles from the entry of a group to its result in the write FIFO
};
vector_plan plan_vector(const curta_config &shape, const uint32_t *cmd);

// A queue of at most N.
template <class T, uint32_t N> class ring {
public:
  bool empty() const { return n == 0; }
  uint32_t size() const { return n; }
  void clear() { n = 0; }
  void push_back(const T &x) { item[(head + n++) % N] = x; }
  void pop_front() { head = (head + 1) % N; n--; }
  const T &front() const { return item[head]; }

private:
  T item[N];
  uint32_t head = 0, n = 0;
};

// Of a ring of bursts that holds n, 64 at most.
constexpr uint32_t ring_mask(uint32_t n)
{
  uint32_t size = 1;
  while (size < n && size < 64)
    size *= 2;
  return size - 1;
}

// One read stream (curta_vstream_rd): tiles asked for, arrived, consumed.
struct read_stream {
  static const uint32_t Ring = 64, MaxOpen = 15;
  burst tile[Ring];              // of which only as many are in use as fit the FIFO: they stay in the processor's cache
  uint32_t depth = 0;            // of the FIFO, in beats
  uint32_t beats = 0;            // of a tile
  uint32_t mask = Ring - 1;
  uint32_t asked = 0, arrived = 0, used = 0;
  void start(uint32_t tile_beats)
  {
    beats = tile_beats;
    asked = arrived = used = 0;
    mask = ring_mask(depth / beats);
  }
  bool room() const { return (asked - used + 1) * beats <= depth && asked - arrived < MaxOpen; }
  burst &at(uint32_t k) { return tile[k & mask]; }
  const burst &front() const { return tile[used & mask]; }
};

class vector_engine : public engine {
public:
  explicit vector_engine(core &c);
  void burst_done(burst *b, uint64_t t) override;

protected:
  void go(uint64_t t) override;
  void work(uint64_t t) override;

private:
  enum kind { Src, Aux, Dst, Idx, Kinds };
  static const uint32_t Ring = 64;
  const uint32_t t2, c, groups, log2;    // elements of a tile, of a group; groups of a tile; of the bytes of a beat
  vector_plan plan;
  uint64_t run_at = 0;           // the parameters are there

  // walker
  uint64_t items = 0;            // that it has still to walk, with the present one
  kind slot = Src;
  uint32_t ky = 0, kx = 0, i[4], n[4], s[4], d[4];
  uint32_t src_tile[4], dst_tile[4];
  uint64_t walk_at = Never;      // the next address is offered
  uint64_t walk_from = 0;        // since when it waits in its register
  bool blocked = false;          // it is not taken for want of room
  void walk(uint64_t t);
  bool take(uint64_t t, uint64_t *taken);
  bool ask(uint64_t t, uint64_t *taken);
  uint32_t advance();
  uint32_t next_row();
  uint32_t address() const;
  void unblock(uint64_t t);

  // operands
  read_stream src, aux;
  ring<uint64_t, AccFifo> acc_tiles;    // when each could be read
  struct tag { uint64_t at; bool hole; };
  ring<tag, TagFifo> tags;              // of passes to come, where windows are padded
  bool hole() const;                 // of the address that the walker offers
  // What the present pass reads and writes.
  struct needs { bool src, acc, aux, out; };
  needs wants() const;
  uint32_t group_period(const needs &w) const;
  // lanes
  uint64_t passes_left = 0;
  uint32_t pass = 0;
  uint64_t lane_at = 0, last_fire = 0;
  uint64_t src_at = 0, aux_at = 0, draw_at = 0;   // when the next group of a stream, the next draws can be there
  // Of the present pass: has it begun, what it needs, groups that have entered, when each of the tile did, and the next may.
  bool begun = false;
  needs now = {};
  uint32_t entered = 0;
  uint64_t fire[256], enter_at = 0;
  bool lanes_ready() const;
  void lanes(uint64_t t);
  bool one_pass(uint64_t t);
  uint64_t begin_pass(uint64_t t);
  bool fire_groups(uint64_t t, const burst *s_, const burst *a_, bool mid);
  void emit(kind k, uint32_t beats, uint32_t late, uint64_t t);

  // results: bursts in the order of the walk
  burst out[Ring];
  uint32_t out_mask = Ring - 1;
  ring<uint32_t, AddressFifo> addresses;      // taken from the walker, their data still to come
  ring<burst *, Ring> ready;           // data, the address still to come
  uint32_t out_made = 0, out_sent = 0, out_done = 0;
  uint32_t reserved[2] = {}, freed[2] = {};   // tiles of DST and IDX begun, written
  uint64_t freed_at[2][Ring];
  uint64_t last_write = 0;
  uint32_t capacity[2];                       // tiles that its FIFO holds
  bool room(int stream) const { return reserved[stream] - freed[stream] < capacity[stream]; }
  void send(uint64_t t);
  void maybe_finish(uint64_t t);
  bool idle_bus() const { return src.asked == src.arrived && aux.asked == aux.arrived && out_sent == out_done; }

  // LOSS: an image at a time (curta_loss.v)
  bool loss = false;
  uint32_t rows = 0, row = 0, classes = 0, rounded = 0, wanted = 0;
  uint64_t loss_at = Never;
  void loss_work(uint64_t t);
  void loss_row(uint64_t t);
  void loss_data(uint64_t t);
};

}  // namespace curta_time
#endif
