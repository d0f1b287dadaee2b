/* Makes whole pages in the middle of .data read-only after start, as programs that seal their settings do. */
#include "subject.h"
#include <sys/mman.h>

#define PAGE_LIMIT 65536 /* the largest page size of any machine that runs this */
char before[PAGE_LIMIT] __attribute__((aligned(PAGE_LIMIT))) = {1};
char sealed[PAGE_LIMIT] __attribute__((aligned(PAGE_LIMIT))) = {1};
char after[PAGE_LIMIT] __attribute__((aligned(PAGE_LIMIT))) = {1};

int main(void) {
  if (mprotect(sealed, (size_t)sysconf(_SC_PAGESIZE), PROT_READ)) fail("mprotect");
  before[1] = after[1] = 1;
  return ready_and_serve();
}
