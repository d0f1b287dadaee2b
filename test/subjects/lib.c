/* A small library with code, constants, data and -DBSS=N bytes of .bss. */
#ifndef BSS
#define BSS 64
#endif

int lib_data = 1;
const char lib_text[] = "constant of the library";
volatile char lib_zeroed[BSS];

int lib_function(int index) {
  lib_zeroed[index % BSS] = 1;
  return lib_data + lib_text[index % (int)sizeof lib_text];
}
