/* A program without TLS. */
#include <stdio.h>

#include "tls.h"

bool tls_load(const struct tls_files *files, char *why, size_t size) {
  (void)files;
  snprintf(why, size, "An account or a listening port wants TLS, which this program was built without.");
  return false;
}

void tls_unload(void) {}

bool tls_can_serve(void) {
  return false;
}

struct tls *tls_open(int descriptor, const char *name) {
  (void)descriptor;
  (void)name;
  return NULL;
}

void tls_close(struct tls *tls) {
  (void)tls;
}

enum tls_result tls_shake_hands(struct tls *tls) {
  (void)tls;
  return TLS_FAILED;
}

enum tls_result tls_read(struct tls *tls, uint8_t *octets, size_t size, size_t *moved) {
  (void)tls;
  (void)octets;
  (void)size;
  *moved = 0;
  return TLS_FAILED;
}

enum tls_result tls_write(struct tls *tls, const uint8_t *octets, size_t size, size_t *moved) {
  (void)tls;
  (void)octets;
  (void)size;
  *moved = 0;
  return TLS_FAILED;
}

const char *tls_name(const struct tls *tls) {
  (void)tls;
  return "";
}

const char *tls_trouble(const struct tls *tls) {
  (void)tls;
  return "there is no TLS here";
}
