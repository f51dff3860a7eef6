/* The board: its clock, its serial port, and the host behind its debugger. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Milliseconds since the clock was started. */
int64_t clock_now(void);
void clock_start(void);

/* Waits for the next interrupt: a millisecond at most. */
void board_wait(void);

/* Octets of the stack that were ever used. */
size_t board_stack_used(void);

/* The first serial port: writes text, and reads the next character that has come; below 0: there is none. */
void serial_open(void);
void serial_write(const char *text, size_t length);
int serial_read(void);

/*
 * Semihosting, which the emulator and debuggers have: the words of the command line, files of the host's, and
 * the end of the program with an exit status.
 */
bool host_command_line(char *line, size_t size);
/* Octets read, at most `size`; below 0 where there is no such file, or it has more. */
int host_read_file(const char *name, void *octets, size_t size);
/* Reads `size` octets from the beginning of a file that may be longer. */
bool host_read_beginning(const char *name, void *octets, size_t size);
_Noreturn void host_exit(int status);

/* Ends with a sentence: something that cannot be has happened. */
_Noreturn void board_panic(const char *sentence);

#endif
