/*
 * Runs a command once: measure OUTPUT COMMAND [ARGS...]
 *
 * The command's standard output goes to the file OUTPUT. One line tells its exit status, its wall time in nanoseconds
 * from fork to wait, and its peak resident memory in KiB (wait4). A program of its own because a process's peak begins
 * with the memory of the process that forked it: node's would hide that of everything smaller.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const int output = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (output < 0) return 2;
  const long long begin = now();
  const pid_t child = fork();
  if (child == 0) {
    if (dup2(output, 1) < 0) _exit(127);
    close(output);
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return 2;
  printf("%d %lld %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1, now() - begin, usage.ru_maxrss);
  return 0;
}
