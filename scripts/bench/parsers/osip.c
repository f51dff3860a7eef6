/* libosip2: osip_message_parse takes all header fields apart. */
#include <osipparser2/osip_parser.h>

#include "parser.h"

void parser_open(void) {
  parser_init();
}

bool parser_parse(const char *octets, size_t size) {
  osip_message_t *message;
  if (osip_message_init(&message) != OSIP_SUCCESS) return false;
  const bool is_good = osip_message_parse(message, octets, size) == OSIP_SUCCESS;
  osip_message_free(message);
  return is_good;
}

void parser_close(void) {}
