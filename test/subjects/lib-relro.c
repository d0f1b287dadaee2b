/* A library whose constants need relocation (.data.rel.ro) and that calls out through PLT and GOT slots. */
#include <stdlib.h>
#include <string.h>

extern char **environ;
static int first(void) { return 1; }
static int second(void) { return 2; }
int (*const lib_table[1024])(void) = {first, second};
int lib_writable = 3;

int lib_calls(const char *text) {
  const char *found = getenv(text);
  return (found ? atoi(found) : (int)strlen(text)) + lib_table[lib_writable % 2]() + (environ != 0);
}
