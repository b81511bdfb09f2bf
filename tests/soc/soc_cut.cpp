// SPDX-License-Identifier: Apache-2.0
// soc_cut - power cuts of the whole standalone machine at random instants: from its flash it goes on from the last complete checkpoint, or
//   from the one whose header was being written, and ends in the results of the run without cuts
// usage: soc_cut ROM PROGRAM PACKAGE CUTS SEED      (the package: saves every step or so)
//
// After a cut RAM, registers and SDRAM hold random bits, the flash what soc_flash.h says. A power-up reads nothing that a training writes
// before it looks at the checkpoints, and costs many times as much as all that comes after. So most instants (kWhole - 1 of kWhole) share a
// power-up: it stops at that look, and a copy of it goes on with the cells that a cut left. The others power up by themselves, are cut
// once more anywhere, so shortly that the memory keeps what it held, and power up again.
//   template   stops at the look;   trunk   a fork of it that trains and hands out the flash as a cut would leave it;
//   trial      a fork of the template for each of these. So no simulator state is ever copied by hand.
#include <algorithm>
#include <random>
#include <sys/wait.h>
#include <unistd.h>
#include "cut_watch.h"

static const uint32_t kKeep = 0x300000;       // of the package in the flash: firmware/keep.h
static const int kWhole = 100;                // one instant in so many powers up by itself
static const uint32_t kMost = 4096;
static const uint64_t kPatience = 100000000;  // cycles from power-up to the first look at a checkpoint

struct span { uint64_t from, to; };           // of an operation of the flash, in cycles

// What the processes share.
struct board {
  uint64_t end;                               // cycle of the uncut run's last line
  uint32_t spans;
  span at[kMost];
  char results[8192];
  cut_state left;                             // by the cut
  uint64_t instant;
  unsigned went_on[3];                        // from the beginning, the last complete checkpoint, the one being written
  uint8_t cell[16u << 20];
};
static board *Board;
static std::string Rom;
static unsigned Seed;

static std::unique_ptr<soc_machine> power_up(uint32_t seed, const uint8_t *cell)
{
  curta_rtl_options o = {};
  o.latency = 30;
  o.refresh_interval = 780;
  o.refresh_cycles = 26;
  Verilated::randSeed((int)(seed % 0x7fffffffu) + 1);
  std::unique_ptr<soc_machine> m(new soc_machine(Rom, o));
  std::mt19937 random(seed);
  for (uint64_t k = 0; k < kMemory; k += 4) {
    uint32_t word = (uint32_t)random();
    memcpy(m->memory + k, &word, 4);
  }
  m->has_flash = true;
  if (cell) memcpy(m->flash.cell.data(), cell, m->flash.cell.size());
  return m;
}

static void put(soc_machine &m, uint32_t at, const std::string &name)
{
  std::vector<uint8_t> image = contents(name);
  if (image.size() > m.flash.cell.size() - at) die(name + " does not fit into the flash");
  std::copy(image.begin(), image.end(), m.flash.cell.begin() + at);
}

// The flash of `m` as a cut now would leave it.
static void hand_out(const soc_machine &m, const cut_watch &w, uint32_t seed)
{
  soc_flash flash = m.flash;
  flash.cut(seed);
  memcpy(Board->cell, flash.cell.data(), flash.cell.size());
  Board->left = w.state;
  Board->instant = m.cycle;
}

// The training without a cut: its results, and when the flash works.
static void reference(soc_machine &m, cut_watch &w)
{
  bool worked = false;
  for (; !w.over && w.trouble.empty(); w.tick(m)) {
    bool works = m.flash.programming() != soc_flash::kNothing || m.flash.erasing() != soc_flash::kNothing;
    if (works && !worked) Board->at[Board->spans].from = m.cycle;
    if (!works && worked) Board->at[Board->spans++].to = m.cycle;
    if (Board->spans == kMost) die("more operations of the flash than expected");
    worked = works;
  }
  if (!w.trouble.empty()) die("without a cut: " + w.trouble);
  if (w.results.size() >= sizeof Board->results) die("more results than expected");
  strcpy(Board->results, w.results.c_str());
  Board->end = m.cycle;
}

// Three of four lie in an operation of the flash, each operation as often as another one.
static std::vector<uint64_t> instants(uint64_t start, unsigned cuts)
{
  std::mt19937_64 random(Seed);
  std::vector<uint64_t> all;
  for (unsigned k = 0; k < cuts; k++) {
    const span &s = Board->at[random() % Board->spans];
    span in = k % 4 ? s : span{start, Board->end};
    all.push_back(in.from + random() % (in.to - in.from));
  }
  std::sort(all.begin(), all.end());
  return all;
}

static bool same_tail(const std::string &got)
{
  std::string all = Board->results;
  return !got.empty() && got.size() <= all.size() && all.compare(all.size() - got.size(), got.size(), got) == 0;
}

static bool follows(const cut_watch &w)
{
  const cut_state &left = Board->left;
  return w.resumed == left.saved || (left.pending >= 0 && w.resumed == left.pending);
}

// What the machine did that was powered up after a cut, or null.
static const char *wrong(const cut_watch &w)
{
  if (!w.trouble.empty()) return w.trouble.c_str();
  if (!w.over) return "no end";
  if (!follows(w)) return "it went on from another step";
  return same_tail(w.results) ? nullptr : "other results than without a cut";
}

static void go_on(soc_machine &m, cut_watch &w, uint64_t until)
{
  w.state = Board->left;
  while (!w.over && w.trouble.empty() && m.cycle < until) w.tick(m);
}

// Powers up with the cells of the first cut, is cut once more and powers up again; `w` sees the last life.
static const char *whole_trial(cut_watch &w, unsigned number)
{
  std::mt19937_64 random(Seed + number);
  cut_watch between;
  std::unique_ptr<soc_machine> m = power_up((uint32_t)random(), Board->cell);
  go_on(*m, between, random() % Board->end);
  if (between.resumed >= 0 && !follows(between)) return "it went on from another step after the first cut";
  hand_out(*m, between, (uint32_t)random());
  std::unique_ptr<soc_machine> before = std::move(m);
  m = power_up((uint32_t)random(), Board->cell);
  memcpy(m->memory, before->memory, kMemory);
  go_on(*m, w, 3 * Board->end);
  return wrong(w);
}

// In a process of its own. `look`: the machine that stopped before it read a checkpoint, and what it showed.
static int trial(soc_machine &look, cut_watch &w, unsigned number)
{
  const uint64_t first = Board->instant;
  const char *what;
  cut_watch last;
  if (number % kWhole == 0) {
    what = whole_trial(last, number);
  } else {
    last = w;
    memcpy(look.flash.cell.data(), Board->cell, sizeof Board->cell);
    go_on(look, last, 3 * Board->end);
    what = wrong(last);
  }
  Board->went_on[last.resumed < 0 ? 0 : last.resumed == Board->left.saved ? 1 : 2]++;
  if (!what) return 0;
  printf("FAIL soc_cut: cut %u of seed %u, in cycle %llu%s: %s (complete: step %d, being written %d, went on from %d)\n%s", number, Seed,
         (unsigned long long)first, number % kWhole ? "" : " and once more", what, Board->left.saved, Board->left.pending, last.resumed,
         last.results.c_str());
  return 1;
}

template <class F> static pid_t process(F work)
{
  (void)fflush(stdout);
  pid_t p = fork();
  if (p < 0) die("fork");
  if (p) return p;
  int status = work();
  (void)fflush(stdout);
  _exit(status);
}

static int ended(pid_t p)
{
  int status;
  return waitpid(p, &status, 0) == p && WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

// Trains once more and stops at each instant until the trial with its cells is over.
static int trunk(soc_machine &m, cut_watch &w, const std::vector<uint64_t> &all, int out, int in)
{
  std::mt19937 random(Seed);
  char c = 0;
  for (uint64_t at : all) {
    while (m.cycle < at) w.tick(m);
    hand_out(m, w, (uint32_t)random());
    if (write(out, &c, 1) != 1 || read(in, &c, 1) != 1) return 1;
  }
  return 0;
}

static int run(soc_machine &m, cut_watch &w, unsigned cuts)
{
  int up[2], down[2], failed = 0;
  char c = 0;
  if (ended(process([&] { reference(m, w); return 0; }))) return 1;
  printf("%s", Board->results);
  const std::vector<uint64_t> all = instants(m.cycle, cuts);
  if (pipe(up) || pipe(down)) die("pipe");
  pid_t p = process([&] {
    close(up[0]);
    close(down[1]);                           // so that it sees its end when the other side gives up
    return trunk(m, w, all, up[1], down[0]);
  });
  close(up[1]);
  close(down[0]);
  for (unsigned k = 0; k < cuts && failed < 5; k++) {
    if (read(up[0], &c, 1) != 1) die("the training that is cut has ended");
    failed += ended(process([&] { return trial(m, w, k); })) != 0;
    if ((k + 1) % 50 == 0) fprintf(stderr, "soc_cut: %u cuts, %d failed\n", k + 1, failed);
    if (failed < 5 && write(down[1], &c, 1) != 1) die("pipe");
  }
  close(down[1]);
  (void)ended(p);
  return failed;
}

int main(int argc, char **argv)
{
  if (argc != 6) die("usage: soc_cut ROM PROGRAM PACKAGE CUTS SEED");
  const unsigned cuts = (unsigned)atoi(argv[4]);
  Rom = argv[1];
  Seed = (unsigned)atoi(argv[5]);
  Board = (board *)mmap(nullptr, sizeof *Board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (Board == MAP_FAILED) die("no memory");
  std::unique_ptr<soc_machine> m = power_up(Seed, nullptr);
  put(*m, CURTA_ALONE_PROGRAM_IN_FLASH, argv[2]);
  put(*m, kKeep, argv[3]);
  cut_watch w;
  while (m->flash.reading() != kSlot[0] && w.trouble.empty() && m->cycle < kPatience) w.tick(*m);
  if (m->flash.reading() != kSlot[0]) die("it does not look for a checkpoint: " + w.trouble);
  int failed = run(*m, w, cuts);
  if (!failed)
    printf("PASS soc_cut: %u power cuts, seed %u, %u of them twice: went on from the last complete step %u times, from the one being written "
           "%u, from the beginning %u\n", cuts, Seed, (cuts + kWhole - 1) / kWhole, Board->went_on[1], Board->went_on[2], Board->went_on[0]);
  return failed != 0;
}
