/*
 * An ordinary program: read-only, initialised, zeroed, relocated and thread-local data.
 *   -DBSS=N     bytes of .bss (64 by default); 0 needs -nostartfiles too, because crtbegin.o has a byte of its own
 *   -DTEXTREL   a relocation in .text (link with -z notext)
 */
#include "subject.h"
#ifndef BSS
#define BSS 64
#endif

int counter = 42;
const char greeting[] = "read-only text that is long enough to be found";
__thread int thread_counter = 7;
__thread char thread_buffer[256];
const char *const relocated[] = {greeting, greeting + 1, greeting + 2, greeting + 3};

#if defined(TEXTREL) && defined(__LP64__)
__asm__(".text\n.globl text_word\ntext_word: .quad counter\n.previous");
#elif defined(TEXTREL)
__asm__(".text\n.globl text_word\ntext_word: .long counter\n.previous");
#endif

#if BSS > 0
volatile char zeroed[BSS];

int main(void) {
  zeroed[0] = zeroed[BSS - 1] = 1;
  thread_buffer[0] = (char)(thread_counter + counter + relocated[0][0]);
  return ready_and_serve();
}
#else
__attribute__((force_align_arg_pointer, noreturn, used)) void _start(void) { _exit(ready_and_serve()); }
#endif
