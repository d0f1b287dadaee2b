/* A brk heap, a malloc so large that it is mapped on its own, and two named threads with stacks and arenas. */
#define _GNU_SOURCE
#include "subject.h"
#include <pthread.h>

static pthread_barrier_t everyone_allocated;
static void *volatile kept[4];

static void *worker(void *slot) {
  void *volatile *mine = slot;
  *mine = malloc(1000);
  memset(*mine, 1, 1000);
  pthread_barrier_wait(&everyone_allocated);
  for (;;) pause();
  return 0;
}

int main(void) {
  pthread_t first, second;
  pthread_barrier_init(&everyone_allocated, 0, 3);
  kept[0] = malloc(1000);
  kept[1] = malloc(4 << 20);
  if (!kept[0] || !kept[1]) fail("malloc");
  memset(kept[0], 1, 1000);
  memset(kept[1], 1, 4 << 20);
  if (pthread_create(&first, 0, worker, (void *)&kept[2])) fail("pthread_create");
  if (pthread_create(&second, 0, worker, (void *)&kept[3])) fail("pthread_create");
  pthread_setname_np(first, "first-worker");
  pthread_setname_np(second, "second-worker");
  pthread_barrier_wait(&everyone_allocated);
  return ready_and_serve();
}
