#include "tls_take.h"

#include <string.h>

#include "program.h"
#include "tls.h"

/* Octets of a sentence about a file: its path, and what is the matter. */
#define TROUBLE_ROOM (TLS_TEXT_ROOM + 256)

/* The files of the configuration, and whether they have been read. */
static char trust_anchors[TLS_TEXT_ROOM], certificate[TLS_TEXT_ROOM], key[TLS_TEXT_ROOM];
static bool verify, is_wanted, is_loaded;

const char *tls_text(struct sip_failover_octets octets, char text[TLS_TEXT_ROOM]) {
  size_t length = octets.size < TLS_TEXT_ROOM ? octets.size : TLS_TEXT_ROOM - 1;
  if (length > 0) memcpy(text, octets.at, length);
  text[length] = '\0';
  return text;
}

void tls_take(const struct sip_failover_action *action) {
  tls_text(action->trust_anchors, trust_anchors);
  tls_text(action->certificate, certificate);
  tls_text(action->key, key);
  verify = action->verify;
  is_wanted = true;
  is_loaded = false;
  tls_ready();
}

bool tls_ready(void) {
  const struct tls_files files = {verify, trust_anchors, certificate, key};
  char why[TROUBLE_ROOM];
  if (is_loaded || !is_wanted) return is_loaded;
  is_loaded = tls_load(&files, why, sizeof why);
  program_tls_files(&files, is_loaded ? NULL : why);
  return is_loaded;
}
