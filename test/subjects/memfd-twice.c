/* One memfd, writable here and executable there: W^X in letter, not in spirit. */
#define _GNU_SOURCE
#include "subject.h"
#include <sys/mman.h>

#define SIZE 16384

int main(void) {
  int fd = memfd_create("twice", MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, SIZE)) fail("memfd_create");
  char *writable = mmap(0, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  char *executable = mmap(0, SIZE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
  if (writable == MAP_FAILED || executable == MAP_FAILED) fail("mmap");
  writable[0] = (char)0xc3;
  return ready_and_serve();
}
