/** What a profile may set: constants of assembly/limits.ts, from a least value up to what they are there. */

export interface Option {
  /** The constant of assembly/limits.ts. */
  readonly name: string;
  readonly least: number;
  /** What there are so many of. */
  readonly what: string;
  /** What happens when there is no more. */
  readonly full: string;
}

const option = (name: string, least: number, what: string, full: string): Option => ({
  name,
  least,
  what,
  full,
});

/** Octets of a cell of the pools that are cut into cells; a profile leaves them as they are. */
export const cellSizes = {
  MESSAGE_CELLS: "MESSAGE_CELL_SIZE",
  DNS_STREAM_CELLS: "DNS_STREAM_CELL_SIZE",
} as const;

export const options: readonly Option[] = [
  option(
    "MAX_ACCOUNTS",
    1,
    "accounts, with two server slots each",
    "a key of another one: diagnostic `index-out-of-range`",
  ),
  option("MAX_TARGETS", 2, "targets of one name", "the list is cut, event `pool-full` `targets`"),
  option("MAX_HEALTH", 2, "targets whose health is known", "what is worth least is forgotten"),
  option("MAX_PROBES", 1, "targets that are probed", "the others are not probed"),
  option(
    "MAX_FLOWS",
    4,
    "sockets: one for each server in use, DNS server, listening port, stranger",
    "`pool-full` `flows`; who needs one tries again a second later, a stranger is not answered",
  ),
  option("MAX_INCOMING", 1, "connections that others have opened", "a further one is closed"),
  option(
    "MAX_TRANSACTIONS",
    4,
    "client transactions",
    "`pool-full` `transactions`; the request is sent a second later, a keep-alive or CANCEL is left out",
  ),
  option(
    "MAX_SERVER_TRANSACTIONS",
    1,
    "server transactions",
    "`pool-full` `server-transactions`; the request is answered without one, an INVITE or one for the application by 500",
  ),
  option(
    "MESSAGE_CELLS",
    9,
    "cells of 128 octets for requests that may have to be sent again",
    "`pool-full` `messages`; a request is sent once, a call ends",
  ),
  option(
    "MAX_STREAMS",
    1,
    "connections whose message has come in part, with `MAX_MESSAGE_IN` octets each",
    "`pool-full` `streams`; the connection is closed",
  ),
  option(
    "MAX_REQUESTS",
    1,
    "requests other than REGISTER under way",
    "`pool-full` `requests`; the application gets an error, a subscription tries again, a BYE is left out",
  ),
  option("MAX_CALLS", 1, "calls", "`pool-full` `calls`; the application gets an error, an INVITE 486"),
  option(
    "MAX_SUBSCRIPTIONS",
    1,
    "subscriptions",
    "`pool-full` `subscriptions`; the application gets an error",
  ),
  option(
    "MAX_PARTINGS",
    1,
    "calls that nobody wants any more and subscriptions that have moved",
    "they end without a word",
  ),
  option(
    "TEXT_CELLS",
    17,
    "cells of 64 octets for the texts of dialogs and requests",
    "`pool-full` `texts`; as `requests`, an INVITE gets 500",
  ),
  option(
    "CHALLENGE_CELLS",
    9,
    "cells of 64 octets for the texts of digest challenges",
    "`pool-full` `challenges`; the others are challenged anew with their next request",
  ),
  option(
    "MAX_MESSAGE_IN",
    2048,
    "octets of a message that comes in",
    "the request is answered by 513, or the message is dropped",
  ),
  option("MAX_MESSAGE_OUT", 1024, "octets of a message that goes out", "it is not sent, reason `too-long`"),
  option(
    "ACTION_QUEUE_SIZE",
    4096,
    "octets of actions that wait for the host",
    "`pool-full` `actions`; one is left out whole",
  ),
  option("MAX_DNS_SERVERS", 1, "DNS servers", "a further one is not asked, or refused with an error"),
  option("MAX_DNS_QUERIES", 1, "DNS questions under way", "`pool-full` `dns-queries`; the others wait"),
  option(
    "MAX_DNS_ANSWERS",
    4,
    "DNS answers that are kept",
    "the one that is needed least is forgotten; `pool-full` `dns-answers` where all are needed: the lookup fails",
  ),
  option(
    "MAX_DNS_RECORDS",
    4,
    "DNS records that are kept",
    "as with answers; `pool-full` `dns-records`: the answer is not kept",
  ),
  option(
    "MAX_DNS_SET",
    4,
    "DNS records of one name and type",
    "`pool-full` `dns-records`; the others are left out",
  ),
  option(
    "DNS_NAME_CELLS",
    17,
    "cells of 32 octets for DNS names",
    "`pool-full` `dns-names`; the lookup fails, or is not kept",
  ),
  option(
    "MAX_DNS_MESSAGE",
    512,
    "octets of a DNS answer that comes by TCP in pieces",
    "the next DNS server is asked",
  ),
  option(
    "DNS_STREAM_CELLS",
    3,
    "cells of 256 octets for DNS answers that come by TCP in pieces",
    "the next DNS server is asked",
  ),
  option("MAX_STATIC_RECORDS", 1, "static DNS records of the configuration", "diagnostic `records-full`"),
  option(
    "CONFIG_TEXT_CELLS",
    33,
    "cells of 32 octets for the texts of the configuration",
    "diagnostic `texts-full`",
  ),
  option("MAX_CONFIG_LINE", 128, "octets of a configuration line", "diagnostic `line-too-long`"),
];
