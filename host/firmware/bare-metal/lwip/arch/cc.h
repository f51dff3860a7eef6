/* What lwIP wants of the compiler and the board. */
#ifndef ARCH_CC_H
#define ARCH_CC_H

#include <stdint.h>

_Noreturn void board_panic(const char *sentence);
uint32_t random_number(void);

#define LWIP_PLATFORM_DIAG(message)
#define LWIP_PLATFORM_ASSERT(sentence) board_panic(sentence)
#define LWIP_RAND() random_number()

#endif
