#include "wasm-rt.h"

#ifndef SIP_FAILOVER_MEMORY
#error "SIP_FAILOVER_MEMORY: how many octets of linear memory the module uses"
#endif

jmp_buf wasm_rt_caller;

_Alignas(16) uint8_t wasm_rt_octets[SIP_FAILOVER_MEMORY];

static const char *const reasons[] = {
    [WASM_RT_TRAP_OOB] = "an access outside of its memory",
    [WASM_RT_TRAP_INT_OVERFLOW] = "an integer overflow",
    [WASM_RT_TRAP_DIV_BY_ZERO] = "a division by zero",
    [WASM_RT_TRAP_INVALID_CONVERSION] = "a conversion of what is no number",
    [WASM_RT_TRAP_UNREACHABLE] = "an instruction that cannot be reached",
    [WASM_RT_TRAP_CALL_INDIRECT] = "a call of a function that is not there",
};

void wasm_rt_trap(wasm_rt_trap_t trap) {
  longjmp(wasm_rt_caller, (int)trap);
}

const char *wasm_rt_strerror(wasm_rt_trap_t trap) {
  return reasons[trap];
}

void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t pages, uint32_t most_pages) {
  memset(wasm_rt_octets, 0, sizeof wasm_rt_octets);
  *memory = (wasm_rt_memory_t){wasm_rt_octets, pages, most_pages, sizeof wasm_rt_octets};
}
