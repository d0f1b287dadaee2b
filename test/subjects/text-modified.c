/* Writes to its own code and restores the permissions: /proc/PID/maps shows nothing, smaps an anonymous page. */
#include "subject.h"
#include <sys/mman.h>

int main(void) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  void *start = (void *)((uintptr_t)main & ~(page - 1));
  if (mprotect(start, page, PROT_READ | PROT_WRITE | PROT_EXEC)) fail("mprotect rwx");
  if (!rewrite((uintptr_t)main)) fail("write to text");
  if (mprotect(start, page, PROT_READ | PROT_EXEC)) fail("mprotect r-x");
  return ready_and_serve();
}
