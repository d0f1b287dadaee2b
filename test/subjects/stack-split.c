/* A main stack of which mprotect has made three mappings, of which the kernel names the topmost. */
#define _GNU_SOURCE
#include "subject.h"
#include <sys/mman.h>

int main(void) {
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  volatile char room[64 * 4096];
  for (size_t i = 0; i < sizeof room; i += 4096) room[i] = 1;
  uintptr_t middle = ((uintptr_t)room + sizeof room / 2) / page * page;
  if (mprotect((void *)middle, page, PROT_NONE)) fail("mprotect");
  return ready_and_serve();
}
