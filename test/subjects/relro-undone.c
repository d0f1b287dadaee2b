/* Four pages and more of RELRO, whose first whole page is made writable again after the loader has handed over. */
#define _GNU_SOURCE
#include "subject.h"
#include <link.h>
#include <sys/mman.h>

static int target;
void *const relocated[2048] __attribute__((section(".data.rel.ro"))) = {&target};

static int undo_first_page(struct dl_phdr_info *info, size_t size UNUSED, void *page_size) {
  const uintptr_t page = *(long *)page_size;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    if (info->dlpi_phdr[i].p_type != PT_GNU_RELRO) continue;
    uintptr_t start = (info->dlpi_addr + info->dlpi_phdr[i].p_vaddr) & ~(page - 1);
    if (mprotect((void *)start, page, PROT_READ | PROT_WRITE)) fail("mprotect");
    return 1;
  }
  fail("no GNU_RELRO");
}

int main(void) {
  long page_size = sysconf(_SC_PAGESIZE);
  dl_iterate_phdr(undo_first_page, &page_size); /* the program itself comes first */
  return ready_and_serve();
}
