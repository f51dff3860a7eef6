/* The first serial port, a UART of ARM's CMSDK (DDI 0479, 4.3). */
#include "board.h"

struct uart {
  volatile uint32_t data, state, control, interrupts, divider;
};
#define UART ((struct uart *)0x40004000)

#define STATE_SENDING 1u
#define STATE_RECEIVED 2u
#define CONTROL_SENDS_AND_RECEIVES 3u
/* The fastest that there is: on the emulator a rate means nothing. */
#define FASTEST_DIVIDER 16

void serial_open(void) {
  UART->divider = FASTEST_DIVIDER;
  UART->control = CONTROL_SENDS_AND_RECEIVES;
}

void serial_write(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    while (UART->state & STATE_SENDING) continue;
    UART->data = (uint8_t)text[i];
  }
}

int serial_read(void) {
  return UART->state & STATE_RECEIVED ? (int)(UART->data & 0xff) : -1;
}
