/* argv[1] mappings of one page each, alternately r--p and rw-p so that none of them merge. */
#include "subject.h"
#include <sys/mman.h>

int main(int argc, char **argv) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t count = argc == 2 ? (size_t)atol(argv[1]) : 0;
  if (count == 0) fail("usage: many-vmas COUNT");
  char *start = mmap(0, count * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) fail("mmap");
  for (size_t i = 1; i < count; i += 2)
    if (mprotect(start + i * page, page, PROT_READ | PROT_WRITE)) fail("mprotect");
  return ready_and_serve();
}
