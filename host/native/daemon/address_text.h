/* Addresses in text. */
#ifndef ADDRESS_TEXT_H
#define ADDRESS_TEXT_H

#include "sip_failover.h"

/* Room for an address and a port in text. */
#define ADDRESS_ROOM 64

/* Reads ADDR, ADDR:PORT or [ADDR]:PORT; without a port it is 0. */
bool parse_address(const char *text, struct sip_failover_address *address);

/* An address and its port in text. */
const char *address_text(const struct sip_failover_address *address, char text[ADDRESS_ROOM]);

#endif
