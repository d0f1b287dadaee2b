/* Maps the ELF file argv[1] as plain data, privately and shared: no module, whatever its headers say. */
#include "subject.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

int main(int argc, char **argv) {
  struct stat status;
  int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
  if (fd < 0 || fstat(fd, &status)) fail("usage: elf-as-data FILE");
  if (mmap(0, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED) fail("private mmap");
  if (mmap(0, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED) fail("shared mmap");
  return ready_and_serve();
}
