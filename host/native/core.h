/*
 * What holds the core. Two backends implement it: core_wasm2c.c has the module compiled in, core_wasmtime.c
 * loads it from a file. Only sip_failover.c calls it.
 *
 * A backend is entered by one thread at a time, never from within itself. Linear memory does not move or
 * grow.
 */
#ifndef SIP_FAILOVER_CORE_H
#define SIP_FAILOVER_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sip_failover_contract.h"

/* An instance of the module. A backend may have storage for a single one. */
struct core;

/*
 * Makes a new instance, all of its memory as the module has it at first, and runs the module's start
 * function. `module` is the path of the module's file; a backend that has it compiled in takes NULL alone.
 *
 * NULL where that fails: no such file, no module, an export that is missing or has other parameters, no
 * storage left, a trap in the start function. Then `why` holds a sentence that names the file and ends with a
 * full stop; it is cut to `size` octets, its NUL counted.
 */
struct core *core_open(const char *module, char *why, size_t size);

/* Gives back what core_open took. NULL is taken. */
void core_close(struct core *core);

/*
 * Calls an export. `arguments` are as many as SF_EXPORTS says, times as they are, numbers in the range of
 * u32; `result` gets 0 for a VOID, 0 to 2^32 - 1 for U32 and ADDRESS, the number with its sign for I32, and
 * TIME as it is.
 *
 * False after a trap, or where the limit of the backend for one call is reached: core_trap says why, and
 * every further call answers false as well. The instance is of no use any more; close it and open another.
 */
bool core_call(struct core *core, enum sf_export which, const int64_t *arguments, int64_t *result);

/* Linear memory: its first octet, and its size in octets. They stay the same until core_close. */
uint8_t *core_memory(struct core *core, uint32_t *size);

/*
 * Why the core has trapped, as the tail of a sentence ("an access outside of its memory"); NULL: it has not.
 */
const char *core_trap(const struct core *core);

/* How the core is held, for --version: "wasm2c", "wasmtime 44.0.0". */
const char *core_backend(void);

#ifdef SIP_FAILOVER_TEST_TRAP
/* In builds for tests alone: the next call traps, by whatever the backend can do to make one. */
void core_provoke(struct core *core);
#endif

#endif
