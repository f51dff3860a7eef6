#include "entropy.h"

#include <errno.h>
#include <sys/random.h>

bool read_entropy(uint8_t *octets, size_t size) {
  ssize_t length;
  /* Waits, and can be interrupted, only while the system starts (getrandom(2)). */
  while ((length = getrandom(octets, size, 0)) < 0 && errno == EINTR) continue;
  return length == (ssize_t)size;
}
