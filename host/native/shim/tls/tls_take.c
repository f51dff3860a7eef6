#include "tls_take.h"

#include <string.h>

#include "tls.h"

const char *tls_text(struct sip_failover_octets octets, char text[TLS_TEXT_ROOM]) {
  size_t length = octets.size < TLS_TEXT_ROOM ? octets.size : TLS_TEXT_ROOM - 1;
  if (length > 0) memcpy(text, octets.at, length);
  text[length] = '\0';
  return text;
}

bool tls_take(const struct sip_failover_action *action, char *why, size_t size) {
  char trust_anchors[TLS_TEXT_ROOM], certificate[TLS_TEXT_ROOM], key[TLS_TEXT_ROOM];
  const struct tls_files files = {action->verify, tls_text(action->trust_anchors, trust_anchors),
                                  tls_text(action->certificate, certificate), tls_text(action->key, key)};
  return tls_load(&files, why, size);
}
