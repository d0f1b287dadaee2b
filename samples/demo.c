/*
 * The program behind the samples: something for every common section, in one page of C.
 *
 *   demo         says "ready" and waits until its standard input closes
 *   demo maps    prints its own /proc/self/maps (an emulator makes up that file for the program it runs)
 *   demo crash   writes through a null pointer
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char greeting[] = "ready\n";                               /* .rodata: read only from the start */
const char *const names[] = {greeting, greeting + 1};            /* .data.rel.ro: read only once it is relocated */
int answer = 42;                                                 /* .data: writable, begins with bytes of the file */
char room[64 * 1024];                                            /* .bss: writable, zeros, no bytes in the file */
__thread int per_thread = 7;                                     /* .tdata: the template of a thread's own copy */

static void copy(int from) {
  ssize_t length;
  while ((length = read(from, room, sizeof room)) > 0)
    if (write(1, room, length) < 0) return;
}

int main(int count, char **words) {
  const char *what = count > 1 ? words[1] : "";
  per_thread += answer;
  if (strcmp(what, "crash") == 0) *(volatile int *)0 = per_thread;
  if (strcmp(what, "maps") == 0) {
    copy(open("/proc/self/maps", O_RDONLY));
    return 0;
  }
  if (write(1, names[0], strlen(names[0])) < 0) return 1;
  copy(0);
  return 0;
}
