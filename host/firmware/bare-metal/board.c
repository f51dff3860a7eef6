/* Start, interrupts and clock of a Cortex-M4. */
#include "board.h"

#include <string.h>

/* What the linker has settled, board.ld. */
extern uint32_t data_begin[], data_end[], bss_begin[], bss_end[];
extern const uint32_t data_image[];
extern uint32_t stack_begin[], stack_end[];

int main(void);

/* What an octet of the stack holds that was never used. */
#define UNUSED 0xa5a5a5a5u

#define CLOCK_HZ 25000000
#define TICKS_A_SECOND 1000

/* The timer of the core (ARMv7-M, B3.3). */
struct systick {
  volatile uint32_t control, reload, value;
};
#define SYSTICK ((struct systick *)0xe000e010)
#define SYSTICK_ENABLE 1u
#define SYSTICK_INTERRUPT 2u
#define SYSTICK_PROCESSOR_CLOCK 4u

/* Who may use the coprocessors 10 and 11, which are the FPU (ARMv7-M, B3.2.20). */
#define COPROCESSOR_ACCESS (*(volatile uint32_t *)0xe000ed88)
#define FPU_FOR_ALL (0xfu << 20)

static volatile uint64_t milliseconds;

static void tick(void) {
  milliseconds = milliseconds + 1;
}

static _Noreturn void fault(void) {
  board_panic("The processor has faulted.");
}

_Noreturn void reset(void);

/* The first words of the memory: the stack, and where each exception goes. */
__attribute__((section(".vectors"), used)) static const struct {
  uint32_t *stack;
  void (*exceptions[15])(void);
} vectors = {
    stack_end,
    {reset, fault, fault, fault, fault, fault, NULL, NULL, NULL, NULL, fault, fault, NULL, fault, tick},
};

_Noreturn void reset(void) {
  size_t unused = (size_t)((uint32_t *)__builtin_frame_address(0) - stack_begin) - 16;
  COPROCESSOR_ACCESS |= FPU_FOR_ALL;
  __asm volatile("dsb\n isb" ::: "memory");
  memcpy(data_begin, data_image, (size_t)((char *)data_end - (char *)data_begin));
  memset(bss_begin, 0, (size_t)((char *)bss_end - (char *)bss_begin));
  for (size_t i = 0; i < unused; i++) stack_begin[i] = UNUSED;
  host_exit(main());
}

size_t board_stack_used(void) {
  const uint32_t *at = stack_begin;
  while (at < stack_end && *at == UNUSED) at++;
  return (size_t)(stack_end - at) * sizeof *at;
}

void clock_start(void) {
  SYSTICK->reload = CLOCK_HZ / TICKS_A_SECOND - 1;
  SYSTICK->value = 0;
  SYSTICK->control = SYSTICK_ENABLE | SYSTICK_INTERRUPT | SYSTICK_PROCESSOR_CLOCK;
}

int64_t clock_now(void) {
  uint64_t now;
  /* Its halves are read one after the other, and the clock may tick in between. */
  do now = milliseconds;
  while (now != milliseconds);
  return (int64_t)now;
}

void board_wait(void) {
  __asm volatile("wfi");
}

_Noreturn void board_panic(const char *sentence) {
  serial_write(sentence, strlen(sentence));
  serial_write("\n", 1);
  host_exit(1);
}
