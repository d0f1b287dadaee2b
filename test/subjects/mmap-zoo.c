/* One mapping of every ordinary kind that is not ELF; argv[1] is a file to map as data. */
#define _GNU_SOURCE
#include "subject.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/shm.h>

#define SIZE 16384

static void *map(int protection, int flags, int fd) {
  void *at = mmap(0, SIZE, protection, flags, fd, 0);
  if (at == MAP_FAILED) fail("mmap");
  return at;
}

static int opened(int fd, const char *what) {
  if (fd < 0) fail(what);
  return fd;
}

int main(int argc, char **argv) {
  const int rw = PROT_READ | PROT_WRITE;
  if (argc != 2) fail("usage: mmap-zoo FILE");

  int memfd = opened(memfd_create("zoo memory", MFD_CLOEXEC), "memfd_create");
  if (ftruncate(memfd, SIZE)) fail("ftruncate");
  map(rw, MAP_SHARED, memfd);

  map(rw, MAP_SHARED | MAP_ANONYMOUS, -1);
  map(PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  map(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  memset(map(rw | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1), 0xc3, SIZE);

  int zero = opened(open("/dev/zero", O_RDWR), "/dev/zero");
  map(rw, MAP_SHARED, zero);
  map(rw, MAP_PRIVATE, zero);

  int segment = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
  if (segment < 0 || shmat(segment, 0, 0) == (void *)-1) fail("SysV shared memory");
  shmctl(segment, IPC_RMID, 0); /* lives on while attached, and no longer */

  int data = opened(open(argv[1], O_RDONLY), argv[1]);
  map(PROT_READ, MAP_SHARED, data);
  map(PROT_READ, MAP_PRIVATE, data);

  char name[] = "/tmp/vmaexplain-zoo-XXXXXX";
  int deleted = opened(mkstemp(name), name);
  if (unlink(name) || ftruncate(deleted, SIZE)) fail(name);
  map(rw, MAP_SHARED, deleted);

  return ready_and_serve();
}
