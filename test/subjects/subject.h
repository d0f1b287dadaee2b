/*
 * What every subject does once its situation is set up: say "ready", then obey standard input until it closes.
 *
 *   probe ADDRESS   rewrites the byte at ADDRESS with its own value and answers "ADDRESS writable" or
 *                   "ADDRESS faulted": the oracle that judges every claim about what is protected.
 *
 * A subject therefore needs no sleep and cannot outlive the test that started it. System calls and no stdio:
 * what a subject maps is its situation and nothing else.
 */
#ifndef SUBJECT_H
#define SUBJECT_H
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

/* In .data, so that -DBSS alone decides about .bss. */
static __attribute__((section(".data"))) sigjmp_buf probe_failed;

static void on_fault(int signal) { siglongjmp(probe_failed, signal); }

static UNUSED void say(const char *text) {
  if (write(1, text, strlen(text)) < 0) _exit(2);
}

/* Ends a subject whose situation cannot be set up; the test sees the reason on standard error. */
static UNUSED __attribute__((noreturn)) void fail(const char *reason) {
  if (write(2, reason, strlen(reason)) < 0 || write(2, "\n", 1) < 0) _exit(2);
  _exit(1);
}

static int rewrite(uintptr_t address) {
  volatile unsigned char *byte = (volatile unsigned char *)address;
  if (sigsetjmp(probe_failed, 1)) return 0;
  *byte = *byte;
  return 1;
}

/* Reads one line without its newline; returns 0 at the end of the input. */
static int read_line(char *line, size_t room) {
  size_t used = 0;
  char c;
  while (read(0, &c, 1) == 1) {
    if (c == '\n') {
      line[used] = 0;
      return 1;
    }
    if (used + 1 < room) line[used++] = c;
  }
  return 0;
}

/* Answers probes until standard input closes. */
static UNUSED void serve(void) {
  struct sigaction action;
  char line[64];
  memset(&action, 0, sizeof action);
  action.sa_handler = on_fault;
  sigaction(SIGSEGV, &action, 0);
  sigaction(SIGBUS, &action, 0);
  while (read_line(line, sizeof line)) {
    if (strncmp(line, "probe ", 6) != 0) {
      say("unknown request\n");
      continue;
    }
    say(line + 6);
    say(rewrite((uintptr_t)strtoull(line + 6, 0, 16)) ? " writable\n" : " faulted\n");
  }
}

static UNUSED int ready_and_serve(void) {
  say("ready\n");
  serve();
  return 0;
}
#endif
