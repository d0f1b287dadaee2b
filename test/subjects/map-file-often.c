/* Maps the first page of the file argv[1] argv[2] times: neighbours of equal offset never merge. */
#include "subject.h"
#include <fcntl.h>
#include <sys/mman.h>

int main(int argc, char **argv) {
  const int file = argc == 3 ? open(argv[1], O_RDONLY) : -1;
  if (file < 0) fail("usage: map-file-often FILE COUNT");
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  for (long i = atol(argv[2]); i > 0; i--)
    if (mmap(0, page, PROT_READ, MAP_PRIVATE, file, 0) == MAP_FAILED) fail("mmap");
  return ready_and_serve();
}
