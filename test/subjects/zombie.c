/* Leaves a child unreaped and prints "ready CHILD". */
#include "subject.h"
#include <stdio.h>
#include <sys/wait.h>

int main(void) {
  char line[32];
  siginfo_t info;
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) _exit(0);
  if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT)) fail("waitid"); /* dead, and still there */
  snprintf(line, sizeof line, "ready %d\n", (int)child);
  say(line);
  serve();
  return 0;
}
