/* argv[1] files, hard links of argv[2] in the folder argv[3], each mapped as an image is: r--p, and its second page r-xp. */
#include "subject.h"
#include <fcntl.h>
#include <sys/mman.h>

/* Writes FOLDER/NUMBER.so, the number in seven digits. */
static void set_name(char *name, const char *folder, long number) {
  const size_t length = strlen(folder);
  memcpy(name, folder, length);
  memcpy(name + length, "/0000000.so", 12);
  for (char *digit = name + length + 7; number > 0; number /= 10) *digit-- = (char)('0' + number % 10);
}

int main(int argc, char **argv) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  static char name[4096];
  if (argc != 4 || strlen(argv[3]) > sizeof name - 16) fail("usage: many-files COUNT FILE FOLDER");
  const long count = atol(argv[1]);
  for (long i = 0; i < count; i++) {
    set_name(name, argv[3], i);
    if (link(argv[2], name)) fail("link");
    const int file = open(name, O_RDONLY);
    if (file < 0) fail("open");
    if (mmap(0, page, PROT_READ, MAP_PRIVATE, file, 0) == MAP_FAILED) fail("mmap");
    if (mmap(0, page, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, (off_t)page) == MAP_FAILED) fail("mmap");
    close(file);
  }
  return ready_and_serve();
}
