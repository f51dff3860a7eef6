/* Semihosting (ARM's "Semihosting for AArch32 and AArch64"): what the emulator does for its guest. */
#include <string.h>

#include "board.h"

enum operation {
  OPEN = 0x01,
  CLOSE = 0x02,
  READ = 0x06,
  GET_COMMAND_LINE = 0x15,
  EXIT_EXTENDED = 0x20,
};

#define MODE_READ_BINARY 1
#define REASON_APPLICATION_EXIT 0x20026

static intptr_t ask(enum operation operation, const void *arguments) {
  register intptr_t answer __asm("r0") = operation;
  register const void *block __asm("r1") = arguments;
  __asm volatile("bkpt 0xab" : "+r"(answer) : "r"(block) : "memory");
  return answer;
}

bool host_command_line(char *line, size_t size) {
  uintptr_t block[] = {(uintptr_t)line, size};
  return ask(GET_COMMAND_LINE, block) == 0;
}

/* Reads up to `size` octets from a file's beginning: how many; below 0: there is no such file. */
static int read_some(const char *name, void *octets, size_t size) {
  uintptr_t opening[] = {(uintptr_t)name, MODE_READ_BINARY, strlen(name)};
  intptr_t file = ask(OPEN, opening);
  if (file < 0) return -1;
  /* What it answers is how much is missing. */
  uintptr_t reading[] = {(uintptr_t)file, (uintptr_t)octets, size};
  intptr_t missing = ask(READ, reading);
  uintptr_t closing[] = {(uintptr_t)file};
  ask(CLOSE, closing);
  return missing < 0 || (size_t)missing > size ? -1 : (int)(size - (size_t)missing);
}

int host_read_file(const char *name, void *octets, size_t size) {
  int length = read_some(name, octets, size);
  return length == (int)size ? -1 : length;
}

bool host_read_beginning(const char *name, void *octets, size_t size) {
  return read_some(name, octets, size) == (int)size;
}

_Noreturn void host_exit(int status) {
  uintptr_t block[] = {REASON_APPLICATION_EXIT, (uintptr_t)status};
  for (;;) ask(EXIT_EXTENDED, block);
}
