// SPDX-License-Identifier: Apache-2.0
// soc_sim - the SoC in Verilator with its serial line on standard input and output, or on a pseudo-terminal
// usage: soc_sim [--pty] [--cycles N] [--gap BITS] [--break] [--after LINE]
//   The boot ROM is build/tests/soc/rom.hex. Ends when the firmware says "exit N" (exit status N) or after N cycles (status 3).
//   --after: sends nothing before the firmware has sent a line that begins so (there is no flow control)
//   --gap: bit times between bytes that are sent; --break: every 5th byte is sent with a bad stop bit first, which must be dropped
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <string>
#include <unistd.h>
#include "Vcurta_soc.h"
#include "verilated.h"

static const int kBit = DIVIDER;               // clock cycles of a bit

struct Line {                                  // the other end of the serial line
    int out_left = 0, out_time = 0, in_left = 0, in_time = 0, gap = 0, wait = 0;
    unsigned out = 0, in = 0;
    bool last = true, tx = true;

    bool idle() const { return out_left == 0 && wait == 0; }
    void send(unsigned char c, bool bad)
    {
        out = (unsigned)c << 1 | (bad ? 0u : 1u << 9);
        out_left = 10;
        out_time = kBit;
        wait = (bad ? 2 : gap) * kBit;
    }
    bool drive()                               // the level of this cycle toward the SoC
    {
        if (out_left == 0) {
            if (wait) wait--;
            return true;
        }
        bool level = out & 1;
        if (--out_time == 0) {
            out >>= 1;
            out_left--;
            out_time = kBit;
        }
        return level;
    }
    int sample(bool level)                     // a byte, -1 none yet, -2 a wrong stop bit
    {
        int got = -1;
        if (in_left == 0) {
            if (last && !level) {
                in_left = 10;
                in_time = kBit / 2;
            }
        } else if (--in_time == 0) {
            in_time = kBit;
            in_left--;
            if (in_left == 0) got = level ? (int)(in & 255) : -2;
            else if (in_left < 9) in = in >> 1 | (level ? 128u : 0);
        }
        last = level;
        return got;
    }
};

int main(int argc, char **argv)
{
    int in = 0, out = 1;
    unsigned long long limit = 50000000, cycle = 0;
    bool bad_bytes = false, over = false, may = true;
    std::string after;
    Line line;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--cycles") && i + 1 < argc) limit = strtoull(argv[++i], 0, 0);
        else if (!strcmp(argv[i], "--gap") && i + 1 < argc) line.gap = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--break")) bad_bytes = true;
        else if (!strcmp(argv[i], "--after") && i + 1 < argc) { after = argv[++i]; may = false; }
        else if (!strcmp(argv[i], "--pty")) {
            int slave;
            char name[100];
            if (openpty(&in, &slave, name, 0, 0)) { perror("openpty"); return 2; }
            termios t;
            tcgetattr(slave, &t);
            cfmakeraw(&t);
            tcsetattr(slave, TCSANOW, &t);
            out = in;
            fprintf(stderr, "serial line: %s\n", name);
        } else { fprintf(stderr, "usage: soc_sim [--pty] [--cycles N] [--gap BITS] [--break] [--after LINE]\n"); return 2; }
    }
    Verilated::randReset(2);
    Vcurta_soc *t = new Vcurta_soc;
    std::string text;
    unsigned sent = 0;
    int held = -1;
    t->clk_i = 0;
    for (; cycle < limit; cycle++) {
        t->rst_ni = cycle >= 4;
        if (line.idle() && may && cycle > 100) {
            if (held >= 0) { line.send((unsigned char)held, false); held = -1; }
            else if (!over && (cycle & 63) == 0) {
                pollfd p = {in, POLLIN, 0};
                unsigned char c;
                if (poll(&p, 1, 0) > 0) {
                    if (read(in, &c, 1) == 1) {
                        bool bad = bad_bytes && ++sent % 5 == 0;
                        if (bad) held = c;
                        line.send(bad ? (unsigned char)~c : c, bad);
                    } else over = true;
                }
            }
        }
        t->rx_i = line.drive();
        t->eval();
        t->clk_i = 1;
        t->eval();
        t->clk_i = 0;
        t->eval();
        int c = cycle > 10 ? line.sample(t->tx_o) : -1;
        if (c == -2) { fprintf(stderr, "soc_sim: stop bit is 0 at cycle %llu\n", cycle); return 2; }
        if (c < 0) continue;
        char b = (char)c;
        if (write(out, &b, 1) != 1) return 2;
        if (b != '\n') { text += b; continue; }
        if (text.compare(0, 5, "exit ") == 0) {
            fprintf(stderr, "%llu cycles\n", cycle);
            return atoi(text.c_str() + 5);
        }
        if (text.compare(0, after.size(), after) == 0) may = true;
        text.clear();
    }
    fprintf(stderr, "soc_sim: no end after %llu cycles\n", limit);
    return 3;
}
