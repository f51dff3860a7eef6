/*
 * TLS under a connection. Who brings a library of its own writes these functions; tls_none.c has none at all.
 * The socket is connected and does not block.
 */
#ifndef TLS_H
#define TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The files of the configuration, as paths; empty: none. */
struct tls_files {
  bool verify;
  const char *trust_anchors, *certificate, *key;
};

/* How a step of a connection has ended. */
enum tls_result {
  TLS_DONE,
  TLS_WANTS_READ,
  TLS_WANTS_WRITE,
  TLS_CLOSED,          /* the other end has closed the connection */
  TLS_BAD_CERTIFICATE, /* theirs does not fit, or they say that ours does not */
  TLS_FAILED,          /* anything else; errno is that of the socket, or 0 */
};

struct tls;

/*
 * Reads the files, instead of those read before. False where one cannot be used: `why` is a sentence that
 * names it. No connection can be made then.
 */
bool tls_load(const struct tls_files *files, char *why, size_t size);

/* Gives back what tls_load took. */
void tls_unload(void);

/* Whether connections of others can be taken: there is a certificate of our own. */
bool tls_can_serve(void);

/*
 * TLS 1.2 or newer over a socket, which stays its owner's. `name`: the host name or address that the server's
 * certificate has to be for; NULL: the other end is the client. NULL where there are no files, or no memory.
 */
struct tls *tls_open(int descriptor, const char *name);

/* Says goodbye as far as that is possible at once, and gives everything back. NULL is taken. */
void tls_close(struct tls *tls);

/* Goes on with the handshake. */
enum tls_result tls_shake_hands(struct tls *tls);

/* Reads or writes up to `size` octets; TLS_DONE: `moved` of them. */
enum tls_result tls_read(struct tls *tls, uint8_t *octets, size_t size, size_t *moved);
enum tls_result tls_write(struct tls *tls, const uint8_t *octets, size_t size, size_t *moved);

/* The name that the server's certificate has to be for; empty: the other end is the client. */
const char *tls_name(const struct tls *tls);

/* Why it has failed, as the tail of a sentence about the other end: "its certificate has expired". */
const char *tls_trouble(const struct tls *tls);

#endif
