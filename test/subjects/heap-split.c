/* A brk heap of which mprotect has made three mappings. */
#define _GNU_SOURCE
#include "subject.h"
#include <sys/mman.h>

int main(void) {
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t start = (uintptr_t)sbrk((intptr_t)(16 * page));
  if (start == (uintptr_t)-1) fail("sbrk");
  if (mprotect((void *)((start / page + 8) * page), page, PROT_READ)) fail("mprotect");
  return ready_and_serve();
}
