/*
 * libre: sip_msg_decode takes apart what every message has. Of the other header fields it notes the names and
 * where the values are; a phone decodes the addresses in Contact itself.
 */
/* Its headers are configured by whoever includes them. */
#define HAVE_INTTYPES_H
#define HAVE_STDBOOL_H
#include <re.h>

#include "parser.h"

static bool is_bad(const struct sip_hdr *contact, const struct sip_msg *message, void *argument) {
  struct sip_addr address;
  (void)message;
  (void)argument;
  return sip_addr_decode(&address, &contact->val) != 0;
}

void parser_open(void) {
  libre_init();
}

bool parser_parse(const char *octets, size_t size) {
  struct sip_msg *message = NULL;
  struct mbuf *buffer = mbuf_alloc(size);
  bool is_good = false;
  if (buffer == NULL) return false;
  if (mbuf_write_mem(buffer, (const uint8_t *)octets, size) == 0) {
    mbuf_set_pos(buffer, 0);
    is_good = sip_msg_decode(&message, buffer) == 0 &&
              sip_msg_hdr_apply(message, true, SIP_HDR_CONTACT, is_bad, NULL) == NULL;
  }
  mem_deref(message);
  mem_deref(buffer);
  return is_good;
}

void parser_close(void) {
  libre_close();
}
