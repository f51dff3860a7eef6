/*
 * sip-failover: server redundancy for a SIP phone. The core decides, its host has the sockets and the clock.
 *
 * Order of calls:
 *   1. sip_failover_open, then sip_failover_configure (or its parts).
 *   2. sip_failover_start.
 *   3. After that and after every input below, and whenever sip_failover_next_deadline has come: call
 *      sip_failover_next_action until it answers 0, and do what each action says.
 *   4. Sleep until the deadline or until something arrives.
 *
 * Times are whole milliseconds of a clock that is never set, 0 or above, and never smaller than in the call
 * before; any origin will do. Flows are numbered by the core; a number that is gone is an error, never
 * another flow.
 *
 * Unless it says otherwise, a function answers 0 or above when it is done, or a negative number of enum
 * sf_error (sip_failover_contract.h): the core stays in order either way. SIP_FAILOVER_TRAPPED means that the
 * core has trapped: every call answers it from then on, sip_failover_trap says why, and a new start with
 * sip_failover_close and sip_failover_open is all that is left. Bindings that were in place are registered
 * anew then.
 *
 * No function may be called by two threads at a time, nothing allocates memory (with wasm2c; wasmtime does
 * when it is opened), nothing blocks. Octets and texts given to a function may be changed as soon as it
 * returns.
 */
#ifndef SIP_FAILOVER_H
#define SIP_FAILOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sip_failover_contract.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The core has trapped, or the host was handed something that cannot be: it is of no use any more. */
#define SIP_FAILOVER_TRAPPED (-128)

/* No deadline: nothing happens until something arrives. */
#define SIP_FAILOVER_NEVER INT64_MAX

/* Octets of a seed. */
#define SIP_FAILOVER_SEED 32

/* A phone: the core with all of its accounts. There is one in a process. */
struct sip_failover;

/* One end of a flow. */
struct sip_failover_address {
  uint8_t family;     /* enum sf_family: 4 or 6 */
  uint16_t port;      /* in the order of the machine */
  uint8_t octets[16]; /* in the order of the network; of IPv4 the first 4, the rest 0 */
};

/* Octets of the core's, not ended by a NUL; good until the next call. */
struct sip_failover_octets {
  const uint8_t *at;
  size_t size;
};

/* What goes with a request or an answer of the application. Texts are UTF-8, ended by a NUL; NULL: none. */
struct sip_failover_content {
  const char *headers; /* further header lines, each with its line end */
  const char *type;    /* of the body, such as "application/sdp" */
  const void *body;
  size_t body_size; /* octets */
};

/* What the core asks for. `kind` says which of the members are of meaning. */
struct sip_failover_action {
  enum sf_action kind;
  uint32_t flow; /* open, listen, send, close */

  enum sf_transport transport;        /* open, listen */
  struct sip_failover_address remote; /* open: where to */
  uint16_t port; /* listen: the port; open: the local port, shared with the listening one; 0: any */
  struct sip_failover_octets name; /* open, TLS: the name or address that the certificate must be for */

  struct sip_failover_octets octets; /* send: what to send, a datagram as a whole; event: the record */

  bool verify; /* tls: whether certificates of servers are verified */
  struct sip_failover_octets trust_anchors, certificate, key; /* tls: names of files; empty: none */
};

/* A configuration file as it lies on the disk. */
struct sip_failover_file {
  const char *name; /* for the host's own use */
  const void *octets;
  size_t size;
};

/* What a phone is configured with. Pointers may be NULL where their count is 0. */
struct sip_failover_configuration {
  const uint8_t *seed;                    /* SIP_FAILOVER_SEED octets of real entropy */
  const struct sip_failover_file *files;  /* in order: a later one wins */
  size_t file_count;                      /* at most 16 */
  const struct sip_failover_address *dns; /* DNS servers instead of those that the files name; port 0: 53 */
  size_t dns_count;                       /* at most 4 */
  const struct sip_failover_address *resolvers; /* DNS servers for files that name none; port 0: 53 */
  size_t resolver_count;                        /* the first 3 are taken */
};

/* Takes an event record, which is good until it returns. */
typedef void (*sip_failover_take)(void *context, const uint8_t *record, size_t size);

/* Takes a piece of text, which is not ended by a NUL. */
typedef void (*sip_failover_write)(void *context, const char *text, size_t length);

/*
 * Opens the phone. `module`: the module's file where the library loads it (wasmtime); NULL where it is
 * compiled in. NULL where that fails, or where a phone is open already; then `why` is a sentence, cut to
 * `size` octets with its NUL. A module whose contract has another version is refused; the sentence says both.
 */
struct sip_failover *sip_failover_open(const char *module, char *why, size_t size);

/* Closes the phone at once, without a farewell: sip_failover_stop is the way in good order. NULL is taken. */
void sip_failover_close(struct sip_failover *phone);

/* Why the core has trapped, as the tail of a sentence; NULL: it has not. */
const char *sip_failover_trap(const struct sip_failover *phone);

/* How the core is held: "wasm2c", "wasmtime …". */
const char *sip_failover_backend(void);

/* Octets that the input area holds: the longest datagram, piece of a stream, or sum of texts in one call. */
size_t sip_failover_input_size(const struct sip_failover *phone);

/*
 * Configures the phone from the beginning. Diagnostics of the files, and other records, go to `take`, which
 * may be NULL. Answers how many errors the files have (the keys concerned keep their defaults, and the phone
 * may be started all the same), SF_ERROR_POOL_FULL where there are too many files or DNS servers,
 * SF_ERROR_BAD_ARGUMENT where an address is none, or a file is not read to its end.
 */
int32_t sip_failover_configure(struct sip_failover *phone,
                               const struct sip_failover_configuration *configuration, sip_failover_take take,
                               void *context);

/* The parts of it. Forgets everything, takes the seed of SIP_FAILOVER_SEED octets. */
int32_t sip_failover_configure_begin(struct sip_failover *phone, const uint8_t *seed);

/*
 * Adds a DNS server: before the first file instead of those that the files name, later where they name none.
 */
int32_t sip_failover_configure_dns(struct sip_failover *phone, const struct sip_failover_address *server);

/*
 * Begins a file: its index. SF_ERROR_ACTIONS_WAITING: take the actions, call again. SF_ERROR_POOL_FULL: too
 * many.
 */
int32_t sip_failover_configure_file(struct sip_failover *phone);

/*
 * Reads on in the file: how many octets were taken, of sip_failover_input_size at most. Take the actions
 * after each call; 0 octets and no action means that it reads no further.
 */
int32_t sip_failover_configure_text(struct sip_failover *phone, const void *octets, size_t size);

/* Ends the files. Take the actions and call again while it answers above 0. */
int32_t sip_failover_configure_end(struct sip_failover *phone);

/* Errors found so far. */
int32_t sip_failover_configure_errors(struct sip_failover *phone);

/* Begins to work: the first actions follow. */
int32_t sip_failover_start(struct sip_failover *phone, int64_t now);

/*
 * A flow is open, or a listening port; `local` is our end of it, of a listening port the address may be all
 * zeros.
 */
int32_t sip_failover_flow_opened(struct sip_failover *phone, int64_t now, uint32_t flow,
                                 const struct sip_failover_address *local);

/* A flow failed, and the host has closed it; it needs no close. */
int32_t sip_failover_flow_failed(struct sip_failover *phone, int64_t now, uint32_t flow,
                                 enum sf_flow_failure reason);

/*
 * Octets arrived: a datagram as a whole, or a piece of a stream of sip_failover_input_size octets at most. A
 * datagram that is longer is given with its whole length: the core drops it and says so.
 */
int32_t sip_failover_flow_bytes(struct sip_failover *phone, int64_t now, uint32_t flow, const void *octets,
                                size_t size);

/*
 * A datagram or connection from elsewhere reached a listening flow: the number of its new flow, 0 where it is
 * not wanted, or SIP_FAILOVER_TRAPPED. What arrived is given with sip_failover_flow_bytes then. What is sent
 * on a flow that began with a datagram leaves from the listening port. Datagrams of the same source go to the
 * same flow, until that is closed by the core or sip_failover_flow_bytes answers SF_ERROR_STALE_FLOW.
 */
int64_t sip_failover_flow_incoming(struct sip_failover *phone, int64_t now, uint32_t listener,
                                   const struct sip_failover_address *source);

/* Calls that the application has in hand outside of the core: failback waits until there are none. */
int32_t sip_failover_set_busy(struct sip_failover *phone, int64_t now, uint32_t calls);

/*
 * Places a call from an account (1 to 16) with an offer: the call's number, above 0. How it goes on is told
 * by the events call and call-message. SF_ERROR_TOO_LONG: the texts do not fit into the input area.
 */
int32_t sip_failover_call_place(struct sip_failover *phone, int64_t now, uint32_t account, const char *uri,
                                const struct sip_failover_content *content);

/*
 * Answers a call: 180 rings, 200 takes it, 300 to 699 refuses it; or answers a request in it that waits for
 * that.
 */
int32_t sip_failover_call_respond(struct sip_failover *phone, int64_t now, uint32_t call, uint32_t status,
                                  const struct sip_failover_content *content);

/* Ends a call: BYE, CANCEL or 603, as its state wants it. */
int32_t sip_failover_call_hang_up(struct sip_failover *phone, int64_t now, uint32_t call);

/* Sends a request within a call: INVITE (hold, another offer), UPDATE, INFO, REFER, NOTIFY, MESSAGE. */
int32_t sip_failover_call_request(struct sip_failover *phone, int64_t now, uint32_t call,
                                  enum sf_method method, const struct sip_failover_content *content);

/* Sends a request outside of a call (MESSAGE, OPTIONS, PUBLISH, INFO, REFER): its number, above 0. */
int32_t sip_failover_request_send(struct sip_failover *phone, int64_t now, uint32_t account,
                                  enum sf_method method, const char *uri,
                                  const struct sip_failover_content *content);

/*
 * Subscribes for `expires` seconds; 0 ends a subscription to the same. An empty URI or NULL is the account's
 * own. The subscription's number, above 0.
 */
int32_t sip_failover_subscribe(struct sip_failover *phone, int64_t now, uint32_t account,
                               enum sf_package package, const char *uri, uint32_t expires);

/* An orderly stop: bindings are removed, and the action SF_ACTION_STOPPED follows within 2 s. */
int32_t sip_failover_stop(struct sip_failover *phone, int64_t now);

/*
 * The next action: 1 and `action`, whose octets are good until the next call; 0: nothing is left to do now.
 */
int32_t sip_failover_next_action(struct sip_failover *phone, int64_t now, struct sip_failover_action *action);

/* When there is something to do next; SIP_FAILOVER_NEVER; SIP_FAILOVER_TRAPPED. It may lie in the past. */
int64_t sip_failover_next_deadline(struct sip_failover *phone);

/*
 * Writes an event record as an object of JSON on one line, without a line end:
 * {"t":…,"account":…,"event":"registered",…}. `t` is its time in milliseconds, `files` are the names of the
 * configuration files in order, for diagnostics. The text comes in pieces. False, and nothing written, where
 * the record is cut off or of an event that is not known.
 */
bool sip_failover_record(const uint8_t *record, size_t size, int64_t t, const char *const *files,
                         size_t file_count, sip_failover_write write, void *context);

/* Writes a text as JSON has it, its quotes included; what is not UTF-8 becomes U+FFFD. */
void sip_failover_json(const char *text, size_t size, sip_failover_write write, void *context);

/* Writes an end of a flow as records have it: udp:192.0.2.1:5060, tls:[2001:db8::1]:5061. */
void sip_failover_target(enum sf_transport transport, const struct sip_failover_address *address,
                         sip_failover_write write, void *context);

#ifdef SIP_FAILOVER_TEST_TRAP
/* In builds for tests alone: the next call traps. */
void sip_failover_provoke(struct sip_failover *phone);
#endif

/*
 * The name of a number in an enumeration, such as sip_failover_name(sf_names_error, answer); NULL: it has
 * none.
 */
const char *sip_failover_name(const struct sf_name *names, int value);

#ifdef __cplusplus
}
#endif

#endif
