/*
 * Holds the core by wasmtime: the module's file is read, compiled and given no imports, no more memory than
 * it begins with, and a limit of work for each call, so that an input which the core would never be done with
 * ends as a trap.
 *
 * The limit is wasmtime's epoch: compiled code compares a counter with a deadline at every loop and function,
 * and a timer counts it up. docs/benchmark.md tells what that costs; fuel, which every piece of code counts
 * down, costs more. The timer measures the time in which this process computes, so a machine that is busy, or
 * was suspended, ends no call, and a phone that sleeps is not woken.
 */
#include "core.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <wasm.h>
#include <wasmtime.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "values of WebAssembly are handed over as they lie in memory, in little-endian order"
#endif

/* Microseconds of computing between two ticks, and the ticks that end a call: it gets 200 to 250 ms. */
#define TICK 50000
#define TICKS_OF_CALL 5

/* Octets of memory that a module may begin with: four times what the core asks for with pools as they are. */
#define MEMORY_MOST (INT64_C(2) * 1024 * 1024)

/* Octets of a module's file: any more are no core. */
#define MODULE_MOST (16L * 1024 * 1024)

struct core {
  wasm_engine_t *engine;
  wasmtime_module_t *module;
  wasmtime_store_t *store;
  wasmtime_context_t *context;
  wasmtime_func_t functions[SF_EXPORTS_COUNT];
  uint8_t *memory;
  uint32_t memory_size;
  struct sigaction former_action;
  struct itimerval former_timer;
  bool is_ticking;
  bool has_trapped;
  char trap[160];
};

/* An export as the contract has it: its name, and the types of its parameters and of its result. */
struct export {
  const char *name;
  const char *parameters; /* 'T': i64, 'N': i32 */
  size_t count;           /* of parameters */
  const char *result;     /* the same; empty: none */
};

#define T(index) "T"
#define N(index) "N"
#define RESULT_VOID ""
#define RESULT_U32 "N"
#define RESULT_I32 "N"
#define RESULT_ADDRESS "N"
#define RESULT_TIME "T"
#define EXPORT(NAME, name, result, count, parameters) {#name, "" parameters, count, RESULT_##result},
static const struct export exports[] = {SF_EXPORTS(EXPORT, T, N)};
#undef EXPORT

/* Whether a result is a number with a sign. */
#define IS_SIGNED(NAME, name, result, count, parameters) SIGNED_##result,
#define SIGNED_VOID false
#define SIGNED_U32 false
#define SIGNED_I32 true
#define SIGNED_ADDRESS false
#define SIGNED_TIME true
static const bool is_signed[] = {SF_EXPORTS(IS_SIGNED, T, N)};
#undef IS_SIGNED
#undef T
#undef N

/* The engine whose epoch the timer counts; a signal's handler has no other way to it. */
static wasm_engine_t *volatile ticking;

static void tick(int number) {
  (void)number;
  /* The function is safe in a handler of signals: it adds to an atomic number. */
  if (ticking != NULL) wasmtime_engine_increment_epoch(ticking);
}

static void start_ticking(struct core *core) {
  struct sigaction action = {.sa_flags = SA_RESTART};
  struct itimerval timer = {.it_interval = {.tv_usec = TICK}, .it_value = {.tv_usec = TICK}};
  action.sa_handler = tick;
  sigemptyset(&action.sa_mask);
  ticking = core->engine;
  sigaction(SIGVTALRM, &action, &core->former_action);
  setitimer(ITIMER_VIRTUAL, &timer, &core->former_timer);
  core->is_ticking = true;
}

static void stop_ticking(struct core *core) {
  if (!core->is_ticking) return;
  setitimer(ITIMER_VIRTUAL, &core->former_timer, NULL);
  sigaction(SIGVTALRM, &core->former_action, NULL);
  ticking = NULL;
}

/* Writes a sentence; it is cut where it does not fit. Answers NULL, for those who end with it. */
static void *say(char *why, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void *say(char *why, size_t size, const char *format, ...) {
  va_list values;
  va_start(values, format);
  if (size > 0) vsnprintf(why, size, format, values);
  va_end(values);
  return NULL;
}

/*
 * The last line of a message of wasmtime's, which is the innermost cause, without its number and full stop.
 * The message is given back.
 */
static void last_line(wasm_byte_vec_t *message, char *line, size_t size) {
  size_t end = message->size, begin;
  while (end > 0 && strchr("\n\r .", message->data[end - 1]) != NULL) end--;
  for (begin = end; begin > 0 && message->data[begin - 1] != '\n'; begin--) continue;
  while (begin < end && strchr(" 0123456789:", message->data[begin]) != NULL) begin++;
  snprintf(line, size, "%.*s", (int)(end - begin), message->data + begin);
  wasm_byte_vec_delete(message);
}

/* Why wasmtime has refused something. The error is given back. */
static void error_line(wasmtime_error_t *error, char *line, size_t size) {
  wasm_byte_vec_t message;
  wasmtime_error_message(error, &message);
  wasmtime_error_delete(error);
  last_line(&message, line, size);
}

/* Why the core has trapped, in the words of every host. NULL: for what wasmtime's own have to do. */
static const char *trap_words(wasmtime_trap_code_t code) {
  switch (code) {
    case WASMTIME_TRAP_CODE_STACK_OVERFLOW: return "calls that are nested too deeply";
    case WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS: return "an access outside of its memory";
    case WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS:
    case WASMTIME_TRAP_CODE_INDIRECT_CALL_TO_NULL:
    case WASMTIME_TRAP_CODE_BAD_SIGNATURE: return "a call of a function that is not there";
    case WASMTIME_TRAP_CODE_INTEGER_OVERFLOW: return "an integer overflow";
    case WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO: return "a division by zero";
    case WASMTIME_TRAP_CODE_BAD_CONVERSION_TO_INTEGER: return "a conversion of what is no number";
    case WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED: return "an instruction that cannot be reached";
    case WASMTIME_TRAP_CODE_INTERRUPT: return "a call that does not come to an end";
    default: return NULL;
  }
}

/* Takes a call's outcome: whether it is good. Otherwise the core has trapped. Error and trap are given back. */
static bool is_good(struct core *core, wasmtime_error_t *error, wasm_trap_t *trap) {
  wasmtime_trap_code_t code;
  if (error == NULL && trap == NULL) return true;
  core->has_trapped = true;
  if (error != NULL) {
    error_line(error, core->trap, sizeof core->trap);
    return false;
  }
  if (wasmtime_trap_code(trap, &code) && trap_words(code) != NULL) {
    snprintf(core->trap, sizeof core->trap, "%s", trap_words(code));
  } else {
    wasm_byte_vec_t message;
    wasm_trap_message(trap, &message);
    /* Its last octet is a NUL. */
    if (message.size > 0 && message.data[message.size - 1] == '\0') message.size--;
    last_line(&message, core->trap, sizeof core->trap);
  }
  wasm_trap_delete(trap);
  return false;
}

/*
 * The octets of a file, to be given to free, and how many they are; NULL where it cannot be read, and why.
 */
static uint8_t *read_file(const char *path, size_t *length, char *why, size_t size) {
  struct stat status;
  uint8_t *octets = NULL;
  FILE *file = fopen(path, "rb");
  *length = 0;
  if (file == NULL || fstat(fileno(file), &status) != 0) {
    say(why, size, "%s cannot be read: %s.", path, strerror(errno));
  } else if (!S_ISREG(status.st_mode) || status.st_size > MODULE_MOST) {
    say(why, size, "%s is not a core of sip-failover: it is no file, or too large.", path);
  } else {
    octets = malloc((size_t)status.st_size + 1);
    if (octets != NULL) *length = fread(octets, 1, (size_t)status.st_size, file);
    if (octets == NULL || ferror(file)) {
      say(why, size, "%s cannot be read: %s.", path, strerror(errno));
      free(octets);
      octets = NULL;
    }
  }
  if (file != NULL) fclose(file);
  return octets;
}

/* Whether types of WebAssembly are those of an export. */
static bool has_types(const wasm_valtype_vec_t *found, const char *wanted) {
  if (found->size != strlen(wanted)) return false;
  for (size_t i = 0; i < found->size; i++) {
    const wasm_valkind_t kind = wanted[i] == 'T' ? WASM_I64 : WASM_I32;
    if (wasm_valtype_kind(found->data[i]) != kind) return false;
  }
  return true;
}

static bool is_export(const struct core *core, const wasmtime_func_t *function, const struct export *export) {
  wasm_functype_t *type = wasmtime_func_type(core->context, function);
  const bool is = has_types(wasm_functype_params(type), export->parameters) &&
                  has_types(wasm_functype_results(type), export->result);
  wasm_functype_delete(type);
  return is;
}

/* Compiles the module of a file. False, and why, where it is none. */
static bool compile(struct core *core, const char *path, char *why, size_t size) {
  static const uint8_t magic[] = {'\0', 'a', 's', 'm'};
  wasm_config_t *config = wasm_config_new();
  wasmtime_error_t *error;
  size_t length;
  uint8_t *octets = read_file(path, &length, why, size);
  wasmtime_config_epoch_interruption_set(config, true);
  core->engine = wasm_engine_new_with_config(config);
  if (octets == NULL) return false;
  if (length < sizeof magic || memcmp(octets, magic, sizeof magic) != 0) {
    free(octets);
    say(why, size, "%s is not a WebAssembly module.", path);
    return false;
  }
  error = wasmtime_module_new(core->engine, octets, length, &core->module);
  free(octets);
  if (error != NULL) {
    char cause[160];
    core->module = NULL;
    error_line(error, cause, sizeof cause);
    say(why, size, "%s is not a whole WebAssembly module: %s.", path, cause);
  }
  return error == NULL;
}

/* Whether the module wants nothing of its host; why not otherwise. */
static bool imports_nothing(const struct core *core, const char *path, char *why, size_t size) {
  wasm_importtype_vec_t imports;
  wasmtime_module_imports(core->module, &imports);
  const bool is = imports.size == 0;
  if (!is) {
    const wasm_name_t *room = wasm_importtype_module(imports.data[0]);
    const wasm_name_t *name = wasm_importtype_name(imports.data[0]);
    say(why, size, "%s is not a core of sip-failover: it imports %.*s.%.*s.", path, (int)room->size,
        room->data, (int)name->size, name->data);
  }
  wasm_importtype_vec_delete(&imports);
  return is;
}

/* Makes the instance, which runs the start function. */
static bool instantiate(struct core *core, const char *path, char *why, size_t size) {
  wasmtime_instance_t instance;
  wasmtime_extern_t item;
  wasm_trap_t *trap = NULL;
  core->store = wasmtime_store_new(core->engine, NULL, NULL);
  core->context = wasmtime_store_context(core->store);
  wasmtime_store_limiter(core->store, MEMORY_MOST, -1, 1, 1, 1);
  wasmtime_context_set_epoch_deadline(core->context, TICKS_OF_CALL);
  wasmtime_error_t *error = wasmtime_instance_new(core->context, core->module, NULL, 0, &instance, &trap);
  if (!is_good(core, error, trap)) {
    say(why, size, "%s is not a core of sip-failover: it does not start (%s).", path, core->trap);
    return false;
  }
  for (size_t i = 0; i < SF_EXPORTS_COUNT; i++) {
    const char *name = exports[i].name;
    const bool is_there = wasmtime_instance_export_get(core->context, &instance, name, strlen(name), &item);
    if (!is_there || item.kind != WASMTIME_EXTERN_FUNC || !is_export(core, &item.of.func, &exports[i])) {
      say(why, size, "%s is not a core of sip-failover, or of another version: %s %s%s.", path,
          is_there ? "its export" : "it lacks", name, is_there ? " takes other values" : "");
      return false;
    }
    core->functions[i] = item.of.func;
  }
  if (!wasmtime_instance_export_get(core->context, &instance, "memory", strlen("memory"), &item) ||
      item.kind != WASMTIME_EXTERN_MEMORY) {
    say(why, size, "%s is not a core of sip-failover: it lacks memory.", path);
    return false;
  }
  core->memory = wasmtime_memory_data(core->context, &item.of.memory);
  core->memory_size = (uint32_t)wasmtime_memory_data_size(core->context, &item.of.memory);
  /* It stays where and as large as it is. */
  wasmtime_store_limiter(core->store, core->memory_size, -1, 1, 1, 1);
  return true;
}

struct core *core_open(const char *module, char *why, size_t size) {
  struct core *core;
  if (module == NULL) return say(why, size, "No module is named: this program loads the core from a file.");
  if (ticking != NULL) return say(why, size, "%s cannot be opened: another core is open.", module);
  core = calloc(1, sizeof *core);
  if (core == NULL) return say(why, size, "%s cannot be opened: %s.", module, strerror(errno));
  if (compile(core, module, why, size) && imports_nothing(core, module, why, size)) {
    start_ticking(core);
    if (instantiate(core, module, why, size)) return core;
  }
  core_close(core);
  return NULL;
}

void core_close(struct core *core) {
  if (core == NULL) return;
  stop_ticking(core);
  if (core->store != NULL) wasmtime_store_delete(core->store);
  if (core->module != NULL) wasmtime_module_delete(core->module);
  if (core->engine != NULL) wasm_engine_delete(core->engine);
  free(core);
}

bool core_call(struct core *core, enum sf_export which, const int64_t *arguments, int64_t *result) {
  const struct export *export = &exports[which];
  wasmtime_val_raw_t values[SF_PARAMETERS_MOST] = {{0}};
  wasm_trap_t *trap = NULL;
  wasmtime_error_t *error;
  if (core->has_trapped) return false;
  for (size_t i = 0; i < export->count; i++) {
    if (export->parameters[i] == 'T') values[i].i64 = arguments[i];
    else values[i].i32 = (int32_t)(uint32_t)arguments[i];
  }
  wasmtime_context_set_epoch_deadline(core->context, TICKS_OF_CALL);
  /* Unchecked is four times faster; the types were checked when the core was opened. */
  error =
      wasmtime_func_call_unchecked(core->context, &core->functions[which], values, SF_PARAMETERS_MOST, &trap);
  if (!is_good(core, error, trap)) return false;
  if (export->result[0] == '\0') *result = 0;
  else if (export->result[0] == 'T') *result = values[0].i64;
  else *result = is_signed[which] ? values[0].i32 : (int64_t)(uint32_t)values[0].i32;
  return true;
}

uint8_t *core_memory(struct core *core, uint32_t *size) {
  *size = core->memory_size;
  return core->memory;
}

const char *core_trap(const struct core *core) {
  return core->has_trapped ? core->trap : NULL;
}

const char *core_backend(void) {
  return "wasmtime " WASMTIME_VERSION;
}
