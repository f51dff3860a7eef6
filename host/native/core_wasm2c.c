/* Holds the core as wasm2c has compiled it: one instance, in static storage. */
#include "core.h"

#include <string.h>

#include "sip_failover_module.h"
#include "wasm-rt.h"

struct core {
  Z_sip_failover_module_instance_t instance;
  bool is_open;
  wasm_rt_trap_t trap;
};

static struct core only;

#ifdef SIP_FAILOVER_TEST_TRAP
static bool provoked;

void core_provoke(struct core *core) {
  (void)core;
  provoked = true;
}
#endif

static struct core *refuse(const char *sentence, char *why, size_t size) {
  if (size > 0) {
    strncpy(why, sentence, size - 1);
    why[size - 1] = '\0';
  }
  return NULL;
}

struct core *core_open(const char *module, char *why, size_t size) {
  if (module != NULL) return refuse("The core is compiled in: no module can be loaded.", why, size);
  if (only.is_open) return refuse("There is one core in a process, and it is open already.", why, size);
  only.trap = WASM_RT_TRAP_NONE;
  if (setjmp(wasm_rt_caller) != 0) return refuse("The core has trapped before it was used.", why, size);
  Z_sip_failover_module_init_module();
  Z_sip_failover_module_instantiate(&only.instance);
  only.is_open = true;
  return &only;
}

void core_close(struct core *core) {
  if (core == NULL) return;
  Z_sip_failover_module_free(&core->instance);
  core->is_open = false;
}

/* What an export answers, as core.h has it. */
#define RESULT_VOID(call) (call, 0)
#define RESULT_U32(call) (call)
#define RESULT_ADDRESS(call) (call)
#define RESULT_I32(call) ((int32_t)(call))
#define RESULT_TIME(call) ((int64_t)(call))

#define TIME_ARGUMENT(index) , (uint64_t)arguments[index]
#define NUMBER_ARGUMENT(index) , (uint32_t)arguments[index]
#define CASE(NAME, name, result, count, parameters)                                                          \
  case SF_EXPORT_##NAME:                                                                                     \
    return RESULT_##result(Z_sip_failover_moduleZ_##name(&core->instance parameters));

static int64_t call(struct core *core, enum sf_export which, const int64_t *arguments) {
  switch (which) { SF_EXPORTS(CASE, TIME_ARGUMENT, NUMBER_ARGUMENT) }
  wasm_rt_trap(WASM_RT_TRAP_CALL_INDIRECT);
}

bool core_call(struct core *core, enum sf_export which, const int64_t *arguments, int64_t *result) {
  if (core->trap != WASM_RT_TRAP_NONE) return false;
  int trap = setjmp(wasm_rt_caller);
  if (trap != 0) {
    core->trap = (wasm_rt_trap_t)trap;
    return false;
  }
#ifdef SIP_FAILOVER_TEST_TRAP
  if (provoked) {
    provoked = false;
    wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE);
  }
#endif
  *result = call(core, which, arguments);
  return true;
}

uint8_t *core_memory(struct core *core, uint32_t *size) {
  *size = core->instance.w2c_memory.size;
  return core->instance.w2c_memory.data;
}

const char *core_trap(const struct core *core) {
  return core->trap == WASM_RT_TRAP_NONE ? NULL : wasm_rt_strerror(core->trap);
}

const char *core_backend(void) {
  return "wasm2c";
}
