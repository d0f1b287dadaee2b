/*
 * A process that does not keep still. argv[1] says how:
 *   maps    maps, protects and unmaps memory in a tight loop, in a thread
 *   forks   forks children that end at once, in a thread
 *   execs   executes argv[2], argv[3], argv[2] … in turn, for as long as standard input is open
 */
#include "subject.h"
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>

static void *map_forever(void *unused) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  for (size_t i = 1;; i++) {
    const size_t size = (1 + i % 16) * page;
    char *start = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) continue;
    *start = 1;
    mprotect(start, page, PROT_READ);
    munmap(start, size);
  }
  return unused;
}

static void *fork_forever(void *unused) {
  for (;;) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    if (child > 0) waitpid(child, 0, 0);
  }
  return unused;
}

static int exec_forever(char **argv) {
  struct pollfd input = {0, POLLIN, 0};
  if (argv[4] == 0) say("ready\n");
  if (poll(&input, 1, 0) != 0) return 0;
  char *next[] = {argv[3], argv[1], argv[3], argv[2], "again", 0};
  execv(next[0], next);
  fail("execv");
}

int main(int argc, char **argv) {
  pthread_t thread;
  if (argc > 3 && strcmp(argv[1], "execs") == 0) return exec_forever(argv);
  if (argc != 2) fail("usage: churn maps|forks|execs PROGRAM PROGRAM");
  if (pthread_create(&thread, 0, strcmp(argv[1], "maps") == 0 ? map_forever : fork_forever, 0)) fail("pthread_create");
  return ready_and_serve();
}
