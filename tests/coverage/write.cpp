// SPDX-License-Identifier: Apache-2.0
// write - linked to a bench whose models count what they reach: at its end the counts go to a file in the folder CURTA_COVERAGE
//   The bench knows nothing of it. The counters lie inside the models, which are gone by then: so this build frees nothing.
//   SIGTERM ends it in the same way, unless the bench has a meaning of its own for it.
#include <csignal>
#include <cstdlib>
#include <new>
#include <string>
#include <unistd.h>
#include "verilated.h"
#include "verilated_cov.h"

void operator delete(void *) noexcept {}
void operator delete(void *, std::size_t) noexcept {}
void operator delete(void *, std::align_val_t) noexcept {}
void operator delete(void *, std::size_t, std::align_val_t) noexcept {}

namespace {

struct writer {
  VerilatedContext *context = Verilated::threadContextp();   // made before this, so it goes after this
  writer() { signal(SIGTERM, [](int) { exit(0); }); }
  ~writer()
  {
    if (const char *folder = std::getenv("CURTA_COVERAGE"))
      context->coveragep()->write((std::string(folder) + "/" + std::to_string(getpid()) + ".dat").c_str());
  }
} at_the_end;

}  // namespace
