/* A thread on a stack that was mapped executable, in a program whose own stack is not. */
#include "subject.h"
#include <pthread.h>
#include <sys/mman.h>

#define STACK_SIZE (1 << 20)

static void *server(void *unused UNUSED) {
  ready_and_serve();
  return 0;
}

int main(void) {
  pthread_t thread;
  pthread_attr_t attributes;
  void *stack = mmap(0, STACK_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) fail("mmap");
  pthread_attr_init(&attributes);
  if (pthread_attr_setstack(&attributes, stack, STACK_SIZE)) fail("pthread_attr_setstack");
  if (pthread_create(&thread, &attributes, server, 0)) fail("pthread_create");
  pthread_join(thread, 0);
  return 0;
}
