/* Opens the library argv[1] twice, each time in a namespace of its own (and so with a libc of its own). */
#define _GNU_SOURCE
#include "subject.h"
#include <dlfcn.h>

int main(int argc, char **argv) {
  if (argc != 2) fail("usage: dlmopen LIBRARY");
  for (int i = 0; i < 2; i++)
    if (!dlmopen(LM_ID_NEWLM, argv[1], RTLD_NOW)) fail(dlerror());
  return ready_and_serve();
}
