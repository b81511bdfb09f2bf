// SPDX-License-Identifier: Apache-2.0
// curta_image.h - the memory of a simulated device as the host sees it: zeroed, taken from the system page by page
#ifndef CURTA_IMAGE_H
#define CURTA_IMAGE_H
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <sys/mman.h>

struct curta_image {
  uint8_t *data = nullptr;
  uint64_t bytes = 0;

  curta_image() {}
  curta_image(const curta_image &) = delete;
  curta_image &operator=(const curta_image &) = delete;
  ~curta_image()
  {
    if (data)
      munmap(data, bytes);
  }

  bool map(uint64_t n)
  {
    void *m = mmap(nullptr, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m == MAP_FAILED)
      return false;
    data = static_cast<uint8_t *>(m);
    bytes = n;
    return true;
  }

  // [addr, addr + n), null where that is not all memory
  uint8_t *at(uint64_t addr, size_t n) const { return n > bytes || addr > bytes - n ? nullptr : data + addr; }

  // 0 or -ERANGE
  int read(uint64_t addr, void *dst, size_t n) const
  {
    const void *p = at(addr, n);
    if (p)
      memcpy(dst, p, n);
    return p ? 0 : -ERANGE;
  }

  int write(uint64_t addr, const void *src, size_t n) const
  {
    void *p = at(addr, n);
    if (p)
      memcpy(p, src, n);
    return p ? 0 : -ERANGE;
  }
};
#endif
