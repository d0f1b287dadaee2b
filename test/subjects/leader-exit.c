/* The thread-group leader has exited; another thread lives on (so /proc/PID/maps is empty). */
#include "subject.h"
#include <pthread.h>
#include <stdio.h>

static pthread_t leader;

/* pthread_join returns when the kernel has cleared the leader's thread ID, an instant before it is a zombie. */
static void await_zombie(void) {
  char path[64], stat[512];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)getpid());
  for (;;) {
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(stat, 1, sizeof stat - 1, file) : 0;
    if (!file || length == 0) fail(path);
    fclose(file);
    stat[length] = 0;
    if (strncmp(strrchr(stat, ')'), ") Z", 3) == 0) return;
  }
}

static void *survivor(void *unused UNUSED) {
  pthread_join(leader, 0);
  await_zombie();
  ready_and_serve();
  exit(0);
}

int main(void) {
  pthread_t thread;
  leader = pthread_self();
  if (pthread_create(&thread, 0, survivor, 0)) fail("pthread_create");
  pthread_exit(0);
}
