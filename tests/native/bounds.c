/* Reaches for memory at its end, beyond it, and where an address and its offset exceed 32 bits. */
#include <inttypes.h>
#include <stdio.h>

#include "bounds_module.h"
#include "wasm-rt.h"

static Z_bounds_module_instance_t module;
static const uint32_t end = SIP_FAILOVER_MEMORY;
static unsigned tried, wrong;

/* An access; those of one place pass over `size`. */
typedef void access_at(uint32_t base, uint32_t size);

#define ACCESS(name)                                                                                         \
  static void name(uint32_t base, uint32_t size) {                                                           \
    (void)size;                                                                                              \
    Z_bounds_moduleZ_##name(&module, base);                                                                  \
  }
#define BLOCK(name)                                                                                          \
  static void name(uint32_t base, uint32_t size) {                                                           \
    Z_bounds_moduleZ_##name(&module, base, size);                                                            \
  }
ACCESS(load8)
ACCESS(load16)
ACCESS(load32)
ACCESS(load64)
ACCESS(load32_8)
ACCESS(load64_8)
ACCESS(store8)
ACCESS(store16)
ACCESS(store32)
ACCESS(store64)
ACCESS(store64_8)
BLOCK(fill)
BLOCK(copy)
BLOCK(copy_from)

static const struct {
  const char *name;
  access_at *at;
  uint32_t offset;
  uint32_t width;
} accesses[] = {
    {"load8", load8, 0, 1},       {"load16", load16, 0, 2},     {"load32", load32, 0, 4},
    {"load64", load64, 0, 8},     {"load32_8", load32_8, 8, 4}, {"load64_8", load64_8, 8, 4},
    {"store8", store8, 0, 1},     {"store16", store16, 0, 2},   {"store32", store32, 0, 4},
    {"store64", store64, 0, 8},   {"store64_8", store64_8, 8, 8},
};
static const struct {
  const char *name;
  access_at *at;
} blocks[] = {{"fill", fill}, {"copy", copy}, {"copy_from", copy_from}};

static int trap_of(access_at *at, uint32_t base, uint32_t size) {
  int trap = setjmp(wasm_rt_caller);
  if (trap == 0) at(base, size);
  return trap;
}

/* An access to `size` octets from `first` on: it traps if one of them is not in memory, and only then. */
static void check(const char *name, access_at *at, uint32_t base, uint64_t first, uint32_t size) {
  int expected = first + size > end ? WASM_RT_TRAP_OOB : WASM_RT_TRAP_NONE;
  int trap = trap_of(at, base, size);
  tried++;
  if (trap == expected) return;
  wrong++;
  printf("%s of %" PRIu32 " at %" PRIu32 " answers trap %d\n", name, size, base, trap);
}

static void check_all(uint32_t base) {
  for (size_t i = 0; i < sizeof accesses / sizeof *accesses; i++)
    check(accesses[i].name, accesses[i].at, base, (uint64_t)base + accesses[i].offset, accesses[i].width);
  static const uint32_t sizes[] = {0, 1, 7, 64, SIP_FAILOVER_MEMORY, UINT32_MAX};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
    for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++)
      check(blocks[i].name, blocks[i].at, base, base, sizes[j]);
}

int main(void) {
  Z_bounds_module_init_module();
  Z_bounds_module_instantiate(&module);
  for (uint32_t base = 0; base < end + 80; base++) check_all(base);
  for (uint32_t base = 65520; base < 65552; base++) check_all(base);
  for (uint32_t base = 0x7ffffff0; base < 0x80000010; base++) check_all(base);
  for (uint32_t base = 0xffffffc0; base != 0; base++) check_all(base);
  printf("%u accesses, %u wrong\n", tried, wrong);
  return wrong == 0 ? 0 : 1;
}
