/* What ICMP says of a UDP socket, which tells it as errors. */
#ifndef ICMP_H
#define ICMP_H

/* What the system has noted of a socket. */
enum { ICMP_NOTHING = -1, ICMP_PASSING = 0 };

/*
 * Asks for all that ICMP says, not for refused ports alone (RFC 3261, section 18.4: host, network, protocol
 * too).
 */
void icmp_listen(int descriptor, int is_ipv6);

/*
 * Takes what has been noted: the error (above 0) where the other end cannot be reached; ICMP_PASSING where it
 * was something that passes, such as a time to live that ran out or a datagram too large for a link; or
 * ICMP_NOTHING.
 */
int icmp_take(int descriptor);

#endif
