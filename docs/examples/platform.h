/* What embed.c wants of a product: a clock, entropy, and UDP by IPv4. platform_posix.c has it for Linux. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include "sip_failover.h"

/* Milliseconds of a clock that is never set. */
int64_t platform_now(void);

/* Reads a configuration file, of 16 KiB at most; the octets stay where they are. False where that fails. */
bool platform_read(const char *path, struct sip_failover_file *file);

/* Writes a piece of a text to `stream`, a FILE: a sip_failover_write. */
void platform_write(void *stream, const char *text, size_t length);

/* Entropy that nobody can guess. */
void platform_seed(uint8_t seed[SIP_FAILOVER_SEED]);

/*
 * Opens a UDP flow: a socket that is connected to `remote`, so that errors of ICMP reach it; NULL: one that
 * is not. `port` is the local port, which several share; 0: any. False where that fails; else `local` is our
 * end of it.
 */
bool platform_open(uint32_t flow, uint16_t port, const struct sip_failover_address *remote,
                   struct sip_failover_address *local);

/* A flow that is not there is left alone. */
void platform_send(uint32_t flow, const void *octets, size_t size);
void platform_close(uint32_t flow);
void platform_close_all(void);

/* Something that has reached a flow that is connected: a datagram, or the news that its port is closed. */
struct platform_arrival {
  uint32_t flow;
  bool is_refused;
  const void *octets; /* good until the next call */
  size_t size;
};

/* Waits for an arrival until `deadline`; false: there was none. */
bool platform_wait(int64_t deadline, struct platform_arrival *arrival);

#endif
