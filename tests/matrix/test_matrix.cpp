// SPDX-License-Identifier: Apache-2.0
// test_matrix - curta_matrix + curta_accmem against the law in plain loops: random commands, range errors, stop, reset, speed
// usage: test_matrix_<config> [seed [commands]]
#include <cstdio>
#include <cstdlib>
#define STRING2(x) #x
#define STRING(x) STRING2(x)
#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#define TOP PASTE(Vmatrix_, CONFIG)
#include STRING(TOP.h)
#include "gemm_model.h"
#include "verilated.h"

static uint64_t rng_state;
static uint32_t rnd() { rng_state ^= rng_state << 13; rng_state ^= rng_state >> 7; rng_state ^= rng_state << 17; return (uint32_t)(rng_state >> 16); }
static int below(uint32_t n) { return (int)(rnd() % n); }
static int between(int lo, int hi) { return lo + below((uint32_t)(hi - lo + 1)); }
static bool chance(int percent) { return below(100) < percent; }

static const Shape kShape = {P_T, P_R, P_C, P_V, P_BUS, P_A, P_B, P_P, P_D};

struct Bench {
    TOP *t = new TOP;
    Model m{kShape};
    uint64_t cycles = 0, active = 0, busy = 0, drain = 0;
    bool or_taken = false, overlap = false;
    uint32_t or_new = 0;
    int or_percent = 50;                       // chance that the scale registers take the OR in a cycle
    // background writes into tiles that the running command does not use
    bool background = false;

    Bench() { t->clk_i = 0; t->stop_i = 0; t->cfg_valid_i = 0; t->go_i = 0; t->buf_we_i = 0; t->vx_re_i = 0; }
    ~Bench() { delete t; }

    void tick()
    {
        t->or_ready_i = chance(or_percent);
        t->or_result_i = or_taken ? or_new : rnd();
        t->eval();
        or_taken = t->rst_ni && !t->stop_i && t->or_valid_o && t->or_ready_i;
        if (or_taken) { last_or = t->or_value_o; or_new = (t->or_keep_o ? scalar[t->or_addr_o] : 0u) | t->or_value_o; scalar[t->or_addr_o] = or_new; }
        if (t->st_active_o) { active++; busy += t->st_busy_o; drain += t->st_drain_o; if (t->st_busy_o && t->st_drain_o) overlap = true; }
        t->clk_i = 1; t->eval();
        t->clk_i = 0;
        t->cfg_valid_i = 0; t->go_i = 0; t->buf_we_i = 0;
        t->eval();
        cycles++;
    }
    uint32_t scalar[64] = {}, last_or = 0;

    void reset()
    {
        t->rst_ni = 0;
        for (int i = 0; i < 3; i++) { t->cfg_valid_i = rnd() & 1; t->go_i = rnd() & 1; t->cfg_index_i = rnd() & 15; tick(); }
        t->rst_ni = 1;
        tick();
    }

    // of a narrow tile the upper bits are noise: the device must extend the sign
    void write_beat(bool b, unsigned tile, unsigned beat, bool wide)
    {
        size_t at = (size_t)tile * P_T * P_T + (size_t)beat * P_BUS;
        uint8_t low[P_BUS], high[4 * P_BUS] = {};
        for (unsigned e = 0; e < P_BUS; e++) {
            uint32_t x = (uint32_t)(b ? m.b[at + e] : m.a[at + e]), up = wide ? x >> 8 : rnd();
            low[e] = (uint8_t)x;
            for (unsigned k = 0; k < P_D - 8; k++) {
                unsigned bit = e * (P_D - 8) + k;
                high[bit / 8] = (uint8_t)(high[bit / 8] | (up >> k & 1) << bit % 8);
            }
        }
        t->buf_we_i = 1; t->buf_sel_i = b; t->buf_tile_i = (uint16_t)tile; t->buf_beat_i = (uint8_t)beat; t->buf_wide_i = wide;
        memcpy(&t->buf_data_i, low, P_BUS);
        memcpy(&t->buf_high_i, high, ((P_D - 8) * P_BUS + 7) / 8);
    }
    static int32_t element(int kind, unsigned bits)
    {
        int32_t top = (int32_t)(1u << (bits - 1));
        return kind == 0 ? (int32_t)(rnd() << 4 ^ rnd()) >> (32 - bits) : kind == 1 ? -top : kind == 2 ? top - 1 : chance(50) ? -top : top - 1;
    }
    void load(bool b, unsigned tile)
    {
        int kind = chance(80) ? 0 : between(1, 3);
        bool wide = b && chance(50);
        if (b) wide_tiles[tile] = wide;
        for (size_t e = (size_t)tile * P_T * P_T; e < (size_t)(tile + 1) * P_T * P_T; e++)
            if (b) m.b[e] = element(kind, wide ? P_D : 8);
            else m.a[e] = (int8_t)element(kind, 8);
        for (unsigned beat = 0; beat < P_T * P_T / P_BUS; beat++) { write_beat(b, tile, beat, wide); tick(); }
    }
    void load_all()
    {
        for (unsigned i = 0; i < P_A; i++) load(false, i);
        for (unsigned i = 0; i < P_B; i++) load(true, i);
    }

    // The sixteen pairs of words in random order, with gaps.
    void configure(const Gemm &g)
    {
        int order[16];
        for (int i = 0; i < 16; i++) { int j = below((uint32_t)i + 1); order[i] = order[j]; order[j] = i; }
        for (int i = 0; i < 16;) {
            t->eval();
            if (t->cfg_ready_o && chance(80)) {
                t->cfg_valid_i = 1; t->cfg_index_i = (uint8_t)order[i];
                t->cfg_data_i = g.w[2 * order[i]] | (uint64_t)g.w[2 * order[i] + 1] << 32;
                i++;
            }
            tick();
        }
    }
    struct Done { bool ok; unsigned error; uint32_t info, check, busy; uint64_t cycles; bool flag; };
    Done go(uint64_t limit, const Gemm *next = nullptr)
    {
        Done d = {false, 0, 0, 0, 0, 0, false};
        bool flag = false;
        uint64_t start = cycles;
        active = busy = drain = 0;
        t->go_i = 1;
        int put = 0;
        while (cycles - start < limit) {
            t->eval();
            flag |= t->flag_o;
            if (t->done_o) {
                d = {true, t->error_o, t->error_info_o, t->check_o, t->busy_o, cycles - start, flag};
                tick();
                next_put = put;
                return d;
            }
            if (next && t->cfg_ready_o && put < 16 && cycles != start) {     // the next command's words, while this one runs
                t->cfg_valid_i = 1; t->cfg_index_i = (uint8_t)put;
                t->cfg_data_i = next->w[2 * put] | (uint64_t)next->w[2 * put + 1] << 32;
                put++;
            }
            if (background && chance(30)) {
                bool b = chance(50);
                unsigned tile = (unsigned)below(b ? P_B : P_A);
                if (!(b ? m.used_b : m.used_a)[tile]) {
                    unsigned beat = (unsigned)below(P_T * P_T / P_BUS);
                    size_t at = (size_t)tile * P_T * P_T + (size_t)beat * P_BUS;
                    bool wide = b && tile_is_wide(tile);
                    for (unsigned e = 0; e < P_BUS; e++)
                        if (b) m.b[at + e] = element(0, wide ? P_D : 8);
                        else m.a[at + e] = (int8_t)rnd();
                    write_beat(b, tile, beat, wide);
                }
            }
            tick();
        }
        next_put = put;
        return d;
    }
    int next_put = 0;
    std::vector<bool> wide_tiles = std::vector<bool>(P_B);
    bool tile_is_wide(unsigned tile) const { return wide_tiles[tile]; }

    bool compare_tile(unsigned tile, char *why, size_t size)
    {
        const unsigned words = P_T * P_T / P_C;
        for (unsigned w = 0; w < words; w++) {
            int32_t got[P_C];
            t->vx_re_i = 1; t->vx_raddr_i = tile * words + w;
            tick();
            memcpy(got, &t->vx_rdata_o, sizeof got);
            t->vx_re_i = 0;
            for (unsigned j = 0; j < P_C; j++) {
                int32_t want = (int32_t)m.p[(size_t)tile * P_T * P_T + w * P_C + j];
                if (got[j] != want) {
                    snprintf(why, size, "P[%u][%u][%u] expected %d got %d", tile, (w * P_C + j) / P_T, (w * P_C + j) % P_T, want, got[j]);
                    return false;
                }
            }
        }
        return true;
    }
};

// ---- random commands

static void window(Gemm &g, int word, int lsb, int nv, int nk)
{
    int ya = below(3), yb = below(3), c = between(-4, 3), u = between(1, 2 * (nv + nk) + 2);
    if (chance(25)) { ya = yb = 0; c = 0; u = 1; }             // everything is valid
    if (chance(5)) c = between(-32768, 32767);
    if (chance(5)) u = chance(50) ? 65535 : 0;
    g.put(word, 0, 16, c); g.put(word, 16, 16, u);
    g.put(20, lsb, 2, ya); g.put(20, lsb + 2, 2, yb);
}

static Gemm random_command(Model &m, uint64_t max_steps)
{
    for (;;) {
        Gemm g;
        bool small = chance(50);
        int nga = between(1, small ? 2 : 4), ngb = between(1, small ? 2 : 3), nvy = between(1, 3), nvx = between(1, 4);
        int nky = between(1, 3), nkx = between(1, 3), nkc = between(1, small ? 2 : 4);
        if (chance(4)) nky = between(1, 65535);                // with a window that leaves few of them
        if (chance(4)) nkx = between(1, 300);
        if (chance(15)) { nga = ngb = nvy = nvx = 1; nkc = between(1, 12); }
        if (nga * ngb * nvy * nvx > (int)P_P) continue;
        g.put(6, 0, 16, nga); g.put(6, 16, 16, ngb); g.put(7, 0, 16, nvy); g.put(7, 16, 16, nvx);
        g.put(8, 0, 16, nky); g.put(8, 16, 16, nkx); g.put(9, 0, 16, nkc); g.put(9, 16, 16, between(1, P_T));
        window(g, 18, 0, nvy, nky);
        window(g, 19, 4, nvx, nkx);
        if (nky > 3) { g.put(20, 2, 2, between(1, 2)); g.put(18, 0, 16, between(-32768, 0)); g.put(18, 16, 16, between(1, 3)); }
        if (nkx > 3) { g.put(20, 6, 2, between(1, 2)); g.put(19, 0, 16, between(-300, 0)); g.put(19, 16, 16, between(1, 3)); }
        for (int word = 10; word <= 15; word++) { g.put(word, 0, 16, between(-5, 5)); g.put(word, 16, 16, between(-5, 5)); }
        g.put(20, 8, 1, chance(50)); g.put(20, 9, 1, chance(40));
        g.put(5, 16, 4, rnd()); g.put(5, 20, 6, below(64)); g.put(5, 26, 1, rnd());
        // results: a random order of the four loops, so that no two visits meet
        int n[4] = {nga, ngb, nvy, nvx}, stride[4], left[4] = {0, 1, 2, 3}, unit = 1;
        for (int i = 4; i > 0; i--) { int j = below((uint32_t)i), l = left[j]; stride[l] = unit; unit *= n[l]; left[j] = left[i - 1]; }
        int p_base = below((uint32_t)((int)P_P - unit + 1));
        for (int l = 0; l < 4; l++) if (chance(20)) { p_base += stride[l] * (n[l] - 1); stride[l] = -stride[l]; }
        g.put(5, 0, 16, p_base);
        g.put(16, 0, 16, stride[0]); g.put(16, 16, 16, stride[1]); g.put(17, 0, 16, stride[2]); g.put(17, 16, 16, stride[3]);
        Span sa, sb;
        Result r = m.run(g, true, &sa, &sb);
        if (r.steps > max_steps) continue;
        if (r.steps == 0 && !chance(10)) continue;
        if (r.steps) {
            if (sa.max - sa.min >= (int64_t)P_A || sb.max - sb.min >= (int64_t)P_B) continue;
            g.put(4, 0, 16, below((uint32_t)((int64_t)P_A - (sa.max - sa.min))) - sa.min);
            g.put(4, 16, 16, below((uint32_t)((int64_t)P_B - (sb.max - sb.min))) - sb.min);
        }
        return g;
    }
}

// ---- groups

static int failures;
static uint64_t seed0 = 1;
static const char *kName = STRING(CONFIG);

static bool report(const char *group, bool ok, const char *why)
{
    if (ok) printf("PASS matrix %s %s\n", kName, group);
    else { printf("FAIL matrix %s %s: seed %llu, %s\n", kName, group, (unsigned long long)seed0, why); failures++; }
    return ok;
}
static void dump(const Gemm &g, char *why, size_t size)
{
    size_t n = strlen(why);
    n += (size_t)snprintf(why + n, size - n, "; words 4..20:");
    for (int i = 4; i <= 20 && n < size; i++) n += (size_t)snprintf(why + n, size - n, " %08x", g.w[i]);
}

// Runs one command that is already configured, compares everything.
static bool check_command(Bench &b, const Gemm &g, const Gemm *next, char *why, size_t size)
{
    Result want = b.m.run(g);
    Bench::Done d = b.go(want.steps + 60000, next);
    auto bad = [&](const char *what, uint64_t e, uint64_t r) { snprintf(why, size, "%s expected %llu got %llu", what, (unsigned long long)e, (unsigned long long)r); dump(g, why, size); return false; };
    if (!d.ok) return bad("done", 1, 0);
    if (d.error != want.error) return bad("error", want.error, d.error);
    if (d.info != want.info) return bad("info", want.info, d.info);
    if (want.error) return true;
    if (g.u(5, 19, 1) && b.last_or != want.orv) return bad("or", want.orv, b.last_or);
    if (memcmp(b.scalar, b.m.scalar, sizeof b.scalar)) return bad("scale registers equal", 1, 0);
    if (d.flag != want.flag) return bad("flag", want.flag, d.flag);
    if (d.check != want.check) return bad("check", want.check, d.check);
    if (d.busy != want.steps || b.busy != want.steps) return bad("busy cycles", want.steps, d.busy);
    if (b.overlap) return bad("busy and drain in one cycle", 0, 1);
    if (next) return true;                       // its tiles are compared later
    for (unsigned i = 0; i < P_P; i++)
        if (b.m.used_p[i] && !b.compare_tile(i, why, size)) { dump(g, why, size); return false; }
    return true;
}

static Gemm clear_command()                      // every accumulator tile := 0, through empty windows
{
    Gemm g;
    for (int word : {6, 7, 8}) { g.put(word, 0, 16, 1); g.put(word, 16, 16, 1); }
    g.put(7, 16, 16, P_P); g.put(17, 16, 16, 1); g.put(9, 0, 16, 1); g.put(9, 16, 16, 1);
    return g;
}

static bool prepare(Bench &b, char *why, size_t size)
{
    b.reset();
    b.load_all();
    Gemm g = clear_command();
    b.configure(g);
    return check_command(b, g, nullptr, why, size);
}

static void test_random(Bench &b, int commands)
{
    char why[512] = "";
    bool ok = true;
    b.background = true;
    for (int i = 0; i < commands && ok; i++) {
        for (int l = between(0, 6); l > 0; l--) { bool s = chance(50); b.load(s, (unsigned)below(s ? P_B : P_A)); }
        b.or_percent = chance(50) ? 100 : 20;
        Gemm g = random_command(b.m, 3000);
        b.configure(g);
        ok = check_command(b, g, nullptr, why, sizeof why);
    }
    report("random", ok, why);

    // back to back: the words of the next command arrive while this one runs; long chains on the same tiles
    if (!ok) return;
    Gemm g = random_command(b.m, 1500);
    b.configure(g);
    for (int i = 0; i < commands / 2 && ok; i++) {
        Gemm next = random_command(b.m, 1500);
        if (chance(60)) { next = g; next.put(5, 18, 1, 1); }      // the same tiles again, accumulated
        ok = check_command(b, g, &next, why, sizeof why);
        for (int k = b.next_put; k < 16; k++) {
            b.t->cfg_valid_i = 1; b.t->cfg_index_i = (uint8_t)k;
            b.t->cfg_data_i = next.w[2 * k] | (uint64_t)next.w[2 * k + 1] << 32;
            b.tick();
        }
        g = next;
    }
    for (unsigned i = 0; i < P_P && ok; i++) ok = b.compare_tile(i, why, sizeof why);
    b.background = false;
    b.reset();
    report("chain", ok, why);
}

static void test_range(Bench &b, int commands)
{
    char why[512] = "";
    bool ok = true;
    int errors = 0;
    for (int i = 0; i < commands && ok; i++) {
        Gemm g = random_command(b.m, 800);
        switch (below(4)) {
        case 0: g.put(4, 0, 16, rnd()); break;
        case 1: g.put(4, 16, 16, rnd()); break;
        case 2: g.put(17, 16, 16, rnd()); break;
        default: g.put(between(10, 15), chance(50) ? 0 : 16, 16, between(-600, 600));
        }
        Model copy = b.m;
        Result want = copy.run(g);
        errors += want.error != 0;
        if (want.error == 0) continue;
        b.configure(g);
        ok = check_command(b, g, nullptr, why, sizeof why);
        // unspecified content now: the device must still compute
        Gemm clear = clear_command();
        b.m.run(clear);
        b.configure(clear);
        ok = ok && check_command(b, clear, nullptr, why, sizeof why);
    }
    if (ok && errors == 0) { ok = false; snprintf(why, sizeof why, "no range error was generated"); }
    report("range", ok, why);
}

// stop_i or reset in the middle of anything; then a fresh command must be right
static void test_interrupt(Bench &b, int rounds, bool by_reset)
{
    char why[512] = "";
    bool ok = true;
    for (int i = 0; i < rounds && ok; i++) {
        Gemm g = random_command(b.m, 800);
        b.configure(g);
        Model before = b.m;
        b.go((uint64_t)below(chance(50) ? 60 : 600));
        if (by_reset) b.reset();
        else {
            b.t->stop_i = 1;
            for (int k = between(2, 12); k > 0; k--) b.tick();   // the engine learns of it a cycle later
            if (!b.t->idle_o || b.t->or_valid_o) { ok = false; snprintf(why, sizeof why, "idle_o expected 1 got 0 after stop"); break; }
            b.t->stop_i = 0;
            b.tick();
        }
        memcpy(b.m.scalar, b.scalar, sizeof b.scalar);
        Gemm clear = clear_command();
        b.configure(clear);
        ok = check_command(b, clear, nullptr, why, sizeof why);
        Gemm again = random_command(b.m, 800);
        b.configure(again);
        ok = ok && check_command(b, again, nullptr, why, sizeof why);
    }
    report(by_reset ? "reset" : "stop", ok, why);
}

// Cycles of one command with `visits` visits of `tiles` contraction tiles: max(steps, R) a subvisit and a fixed overhead.
static void test_speed(Bench &b)
{
    char why[512] = "";
    bool ok = true;
    b.or_percent = 100;
    for (int acc = 0; acc < 2 && ok; acc++)
        for (int tiles = 1; tiles <= 4 && ok; tiles *= 2) {
            Gemm g = clear_command();
            unsigned visits = P_P;
            g.put(9, 0, 16, tiles); g.put(9, 16, 16, P_T); g.put(5, 18, 1, acc); g.put(5, 19, 1, 1);
            g.put(12, 16, 16, 1); g.put(15, 16, 16, 1); g.put(18, 16, 16, 1); g.put(19, 16, 16, 1);
            Result want = b.m.run(g);
            b.configure(g);
            Bench::Done d = b.go(1000000);
            unsigned subs = (P_T / P_R) * (P_T / P_C), steps = P_T / P_V * (unsigned)tiles;
            uint64_t ideal = (uint64_t)visits * subs * (steps > P_R ? steps : P_R);
            printf("     matrix %s: ACC=%d, %u visits of %u steps: %llu cycles, %llu + %lld, busy %.1f %%\n", kName, acc, visits, steps * subs,
                   (unsigned long long)d.cycles, (unsigned long long)ideal, (long long)(d.cycles - ideal), 100.0 * (double)want.steps / (double)d.cycles);
            if (d.cycles > ideal + 2 * P_R + 28) { ok = false; snprintf(why, sizeof why, "cycles expected <= %llu got %llu", (unsigned long long)(ideal + 2 * P_R + 28), (unsigned long long)d.cycles); }
        }
    report("speed", ok, why);
}

int main(int argc, char **argv)
{
    seed0 = argc > 1 ? strtoull(argv[1], nullptr, 0) : 1;
    int commands = argc > 2 ? atoi(argv[2]) : 150;
    rng_state = seed0 * 0x9e3779b97f4a7c15ull + 88172645463325252ull;
    Verilated::randReset(2);
    Verilated::randSeed((int)seed0 + 1);
    Bench b;
    char why[512] = "";
    if (!report("prepare", prepare(b, why, sizeof why), why)) return 1;
    test_random(b, commands);
    if (!failures) test_range(b, commands / 2);
    if (!failures) test_interrupt(b, commands / 3, false);
    if (!failures) test_interrupt(b, commands / 3, true);
    if (!failures) test_speed(b);
    return failures != 0;
}
