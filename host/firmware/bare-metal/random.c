#include "random.h"

#include "board.h"

#define HOST_SOURCE "/dev/urandom"

bool random_octets(void *octets, size_t size) {
  return host_read_beginning(HOST_SOURCE, octets, size);
}

/* Xorshift (Marsaglia 2003), begun at random. */
uint32_t random_number(void) {
  static uint32_t state;
  if (state == 0 && !random_octets(&state, sizeof state)) board_panic("The host has no random numbers.");
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}
