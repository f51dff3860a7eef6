/*
 * What the output of wasm2c (wabt 1.0.32) wants of its runtime, for one module that imports nothing, calls
 * nothing indirectly and recurses a few levels at most: linear memory in static storage, traps by longjmp,
 * bounds checks in the code itself. No signal handler, no allocation, nothing that a microcontroller lacks.
 */
#ifndef WASM_RT_H_
#define WASM_RT_H_

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define wasm_rt_memcpy __builtin_memcpy

/* Every access is checked; no call goes deeper than the module's calls are nested. */
#define WASM_RT_MEMCHECK_SIGNAL_HANDLER 0
#define WASM_RT_USE_STACK_DEPTH_COUNT 0

typedef enum {
  WASM_RT_TRAP_NONE,
  WASM_RT_TRAP_OOB,
  WASM_RT_TRAP_INT_OVERFLOW,
  WASM_RT_TRAP_DIV_BY_ZERO,
  WASM_RT_TRAP_INVALID_CONVERSION,
  WASM_RT_TRAP_UNREACHABLE,
  WASM_RT_TRAP_CALL_INDIRECT,
} wasm_rt_trap_t;

/* Function types are looked at by indirect calls alone. */
#define wasm_rt_register_func_type(...) 0

typedef struct {
  uint8_t *data;
  uint32_t pages, max_pages;
  uint32_t size;
} wasm_rt_memory_t;

/* Tables: named by functions of every output, used by none of this module's. */
typedef void (*wasm_rt_function_ptr_t)(void);
typedef struct {
  uint32_t func_type;
  wasm_rt_function_ptr_t func;
  void *module_instance;
} wasm_rt_funcref_t;
typedef void *wasm_rt_externref_t;
typedef struct {
  wasm_rt_funcref_t *data;
  uint32_t size;
} wasm_rt_funcref_table_t;
typedef struct {
  wasm_rt_externref_t *data;
  uint32_t size;
} wasm_rt_externref_table_t;
static const wasm_rt_funcref_t wasm_rt_funcref_null_value = {0, NULL, NULL};
static const wasm_rt_externref_t wasm_rt_externref_null_value = NULL;

#define wasm_rt_is_initialized() true

/* Within a library these are reached directly: no other one may have them in their place. */
#define WASM_RT_INTERNAL __attribute__((visibility("hidden")))

/* Where a trap goes: set by setjmp before each call into the module. */
extern WASM_RT_INTERNAL jmp_buf wasm_rt_caller;

/* Ends the call into the module; its setjmp answers the trap. */
__attribute__((noreturn)) void wasm_rt_trap(wasm_rt_trap_t trap);

/* The tail of a sentence that says what the trap was. */
const char *wasm_rt_strerror(wasm_rt_trap_t trap);

/* Linear memory. What wasm2c writes is made to use it by name (wasm2c.cmake). */
#ifdef SIP_FAILOVER_MEMORY
extern WASM_RT_INTERNAL uint8_t wasm_rt_octets[SIP_FAILOVER_MEMORY];
#endif

/*
 * How memory is read and written: in place. As functions that are called, accesses take less room (ARMv7:
 * 8 KiB in all) and twice the time.
 */
#define WASM_RT_ACCESS static inline __attribute__((always_inline))

/* A trap unless `size` octets at base + offset lie in memory, where the sum does not wrap around either. */
#define WASM_RT_CHECK(base, offset, size)                                                                    \
  if (UNLIKELY((offset) > SIP_FAILOVER_MEMORY - (size) ||                                                    \
               (base) > SIP_FAILOVER_MEMORY - (size) - (offset)))                                            \
  wasm_rt_trap(WASM_RT_TRAP_OOB)

/* Gives the module its memory, all zeros. The module asks for pages; it gets SIP_FAILOVER_MEMORY octets. */
void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t pages, uint32_t most_pages);
#define wasm_rt_free_memory(memory) ((void)(memory))

#endif
