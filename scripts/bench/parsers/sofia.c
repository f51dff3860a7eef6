/* sofia-sip: as its transports do, a message is made, given the octets, and taken apart by msg_extract. */
#include <string.h>

#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_parser.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_parser.h>

#include "parser.h"

void parser_open(void) {}

bool parser_parse(const char *octets, size_t size) {
  msg_iovec_t room[2];
  bool is_good = false;
  msg_t *message = msg_create(sip_default_mclass(), 0);
  if (message == NULL) return false;
  if (msg_recv_iovec(message, room, 2, (usize_t)size, 1) == 1) {
    memcpy(room[0].mv_base, octets, size);
    msg_recv_commit(message, (usize_t)size, 1);
    if (msg_extract(message) > 0) {
      const sip_t *sip = sip_object(message);
      is_good = sip != NULL && sip->sip_error == NULL && sip->sip_via != NULL && sip->sip_cseq != NULL;
    }
  }
  msg_destroy(message);
  return is_good;
}

void parser_close(void) {}
