/* The Ethernet controller SMSC LAN9118, polled. */
#ifndef LAN9118_H
#define LAN9118_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets of the longest frame, without its checksum. */
#define LAN9118_LONGEST_FRAME 1514

/* Starts the controller; false where there is none. `address` gets its MAC address. */
bool lan9118_open(uint8_t address[6]);

/* Whether there is a cable with somebody at its end. */
bool lan9118_has_link(void);

/*
 * Sends a frame in pieces: begin with its length, then exactly so many octets, then end. False from begin
 * where there is no room for it.
 */
bool lan9118_send_begin(size_t length);
void lan9118_send(const void *octets, size_t length);
void lan9118_send_end(void);

/* The next frame: its length, or 0 where there is none. It fills `frame` of LAN9118_LONGEST_FRAME octets. */
size_t lan9118_receive(uint8_t *frame);

#endif
