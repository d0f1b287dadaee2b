/* Opens every library named on the command line. */
#include "subject.h"
#include <dlfcn.h>

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (!dlopen(argv[i], RTLD_NOW | RTLD_GLOBAL)) fail(dlerror());
  return ready_and_serve();
}
