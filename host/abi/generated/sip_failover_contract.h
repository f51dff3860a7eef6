/* Generated from host/abi/contract.ts by "npm run abi". Do not edit. */
#ifndef SIP_FAILOVER_CONTRACT_H
#define SIP_FAILOVER_CONTRACT_H

/*
 * Exports of the module:
 *   u32 contract_version() - `CONTRACT_VERSION` the module was built with.
 *   address input() - Address of the input area, where the host puts bytes before a call.
 *   u32 input_size() - Octets of the input area.
 *   void configure_begin() - Begins anew: everything the core knew is forgotten. The input area holds a seed of 32 octets.
 *   i32 configure_file() - Begins the next file: its index; ERROR_ACTIONS_WAITING: drain the actions, call again; ERROR_POOL_FULL: too many files.
 *   i32 configure_text(u32 length) - Reads on in the file: octets consumed; drain the actions and give the rest again where it is fewer.
 *   i32 configure_dns(u32 family, u32 port) - Adds a DNS server, its address in the input area. Before the first file: it serves instead of those that the files name; later: it serves where they name none.
 *   i32 configure_end() - Ends the files. The diagnostics come as events: drain the actions, call again while it answers above 0.
 *   u32 configure_errors() - Errors found in the configuration so far.
 *   i32 start(time now) - Begins to work.
 *   i32 flow_opened(time now, u32 flow, u32 family, u32 port) - A flow is open; its local address is in the input area.
 *   i32 flow_failed(time now, u32 flow, u32 reason) - A flow failed; it is closed.
 *   i32 flow_bytes(time now, u32 flow, u32 length) - Bytes arrived on a flow, in the input area; a datagram as a whole (a length above the area: it was cut).
 *   u32 flow_incoming(time now, u32 listener, u32 family, u32 port) - A datagram or connection from elsewhere reached a listening flow, its source address in the input area: the new flow, or 0.
 *   i32 set_busy(time now, u32 calls) - Calls that the application has in hand outside of the core: the phone is idle at 0 (B2).
 *   i32 call_place(time now, u32 account, u32 uri, u32 headers, u32 type, u32 body) - Places a call: the call's number, above 0. The input area holds, one after the other, the texts whose octets the last four parameters say; `headers` are whole lines, `type` and `body` may be empty.
 *   i32 call_respond(time now, u32 call, u32 status, u32 headers, u32 type, u32 body) - Answers the far end's INVITE (180 rings, 200 takes the call, 300 to 699 refuses it) or its request that waits for an answer.
 *   i32 call_hang_up(time now, u32 call) - Ends a call: BYE, CANCEL, or 603, as its state wants it.
 *   i32 call_request(time now, u32 call, u32 method, u32 headers, u32 type, u32 body) - Sends a request within a call: INVITE (hold, another offer), UPDATE, INFO, REFER, NOTIFY, MESSAGE. Its answer is a call-message.
 *   i32 request_send(time now, u32 account, u32 method, u32 uri, u32 headers, u32 type, u32 body) - Sends a request outside of a call (MESSAGE, OPTIONS, PUBLISH, INFO, REFER): its number, above 0.
 *   i32 subscribe(time now, u32 account, u32 package, u32 uri, u32 expires) - Subscribes beside what the configuration says, for `expires` seconds (0: ends a subscription to the same); an empty URI is the account's own. The subscription's number, above 0.
 *   i32 stop(time now) - An orderly stop (R7); ACTION_STOPPED follows within 2 s.
 *   address next_action(time now) - The next action, valid until the next call; 0 when nothing is left to do at this time. Call it after every input and whenever the deadline has come.
 *   time next_deadline() - When `next_action` has something to do next; the largest i64: never.
 *   u32 known_keys() - Number of keys the core knows; 0 in a build without the linter, whose hints alone need their names.
 *   u32 known_key(u32 index) - Puts a key's name, with X, Y, N for its numbers, into the input area: its length.
 *
 * Actions, little-endian, after kind u16 and size u16:
 *   open: flow u32 | transport u8 | family u8 | port u16 | address 16 octets | local port u16 (0: any) | name length u16 | TLS server name
 *   listen: flow u32 | transport u8 | 0 u8 | port u16 (0: any)
 *   send: flow u32 | octets
 *   close: flow u32
 *   event: event u8 | account u8 | fields
 *   stopped: nothing
 *   tls: verify u8 | 0 u8 | for each of trust anchors, certificate, key (files; empty: none): length u16 | octets
 */

#define SF_CONTRACT_VERSION 2

/* The exports of the module by number. */
enum sf_export {
  SF_EXPORT_CONTRACT_VERSION = 0,
  SF_EXPORT_INPUT = 1,
  SF_EXPORT_INPUT_SIZE = 2,
  SF_EXPORT_CONFIGURE_BEGIN = 3,
  SF_EXPORT_CONFIGURE_FILE = 4,
  SF_EXPORT_CONFIGURE_TEXT = 5,
  SF_EXPORT_CONFIGURE_DNS = 6,
  SF_EXPORT_CONFIGURE_END = 7,
  SF_EXPORT_CONFIGURE_ERRORS = 8,
  SF_EXPORT_START = 9,
  SF_EXPORT_FLOW_OPENED = 10,
  SF_EXPORT_FLOW_FAILED = 11,
  SF_EXPORT_FLOW_BYTES = 12,
  SF_EXPORT_FLOW_INCOMING = 13,
  SF_EXPORT_SET_BUSY = 14,
  SF_EXPORT_CALL_PLACE = 15,
  SF_EXPORT_CALL_RESPOND = 16,
  SF_EXPORT_CALL_HANG_UP = 17,
  SF_EXPORT_CALL_REQUEST = 18,
  SF_EXPORT_REQUEST_SEND = 19,
  SF_EXPORT_SUBSCRIBE = 20,
  SF_EXPORT_STOP = 21,
  SF_EXPORT_NEXT_ACTION = 22,
  SF_EXPORT_NEXT_DEADLINE = 23,
  SF_EXPORT_KNOWN_KEYS = 24,
  SF_EXPORT_KNOWN_KEY = 25,
};
#define SF_EXPORTS_COUNT 26
#define SF_PARAMETERS_MOST 7

/*
 * X(NAME, name, result, count, parameters) for each export in that order. `result` is VOID, U32, I32, ADDRESS or TIME;
 * `parameters` are T(index) (a time, i64 in the module) and N(index) (a number, i32), one after the other without commas.
 */
#define SF_EXPORTS(X, T, N) \
  X(CONTRACT_VERSION, contract_version, U32, 0,) \
  X(INPUT, input, ADDRESS, 0,) \
  X(INPUT_SIZE, input_size, U32, 0,) \
  X(CONFIGURE_BEGIN, configure_begin, VOID, 0,) \
  X(CONFIGURE_FILE, configure_file, I32, 0,) \
  X(CONFIGURE_TEXT, configure_text, I32, 1, N(0)) \
  X(CONFIGURE_DNS, configure_dns, I32, 2, N(0) N(1)) \
  X(CONFIGURE_END, configure_end, I32, 0,) \
  X(CONFIGURE_ERRORS, configure_errors, U32, 0,) \
  X(START, start, I32, 1, T(0)) \
  X(FLOW_OPENED, flow_opened, I32, 4, T(0) N(1) N(2) N(3)) \
  X(FLOW_FAILED, flow_failed, I32, 3, T(0) N(1) N(2)) \
  X(FLOW_BYTES, flow_bytes, I32, 3, T(0) N(1) N(2)) \
  X(FLOW_INCOMING, flow_incoming, U32, 4, T(0) N(1) N(2) N(3)) \
  X(SET_BUSY, set_busy, I32, 2, T(0) N(1)) \
  X(CALL_PLACE, call_place, I32, 6, T(0) N(1) N(2) N(3) N(4) N(5)) \
  X(CALL_RESPOND, call_respond, I32, 6, T(0) N(1) N(2) N(3) N(4) N(5)) \
  X(CALL_HANG_UP, call_hang_up, I32, 2, T(0) N(1)) \
  X(CALL_REQUEST, call_request, I32, 6, T(0) N(1) N(2) N(3) N(4) N(5)) \
  X(REQUEST_SEND, request_send, I32, 7, T(0) N(1) N(2) N(3) N(4) N(5) N(6)) \
  X(SUBSCRIBE, subscribe, I32, 5, T(0) N(1) N(2) N(3) N(4)) \
  X(STOP, stop, I32, 1, T(0)) \
  X(NEXT_ACTION, next_action, ADDRESS, 1, T(0)) \
  X(NEXT_DEADLINE, next_deadline, TIME, 0,) \
  X(KNOWN_KEYS, known_keys, U32, 0,) \
  X(KNOWN_KEY, known_key, U32, 1, N(0))

struct sf_name { int value; const char *name; };

/* What the core asks of the host; the first half-word of each action. */
enum sf_action {
  SF_ACTION_OPEN = 1,
  SF_ACTION_LISTEN = 2,
  SF_ACTION_SEND = 3,
  SF_ACTION_CLOSE = 4,
  SF_ACTION_EVENT = 5,
  SF_ACTION_STOPPED = 6,
  SF_ACTION_TLS = 7,
};
static const struct sf_name sf_names_action[] = {
  {1, "open"},
  {2, "listen"},
  {3, "send"},
  {4, "close"},
  {5, "event"},
  {6, "stopped"},
  {7, "tls"},
  {0, 0},
};

/* Transport of a flow or target (as in `sip_server.Y.transport_type`). */
enum sf_transport {
  SF_TRANSPORT_UDP = 0,
  SF_TRANSPORT_TCP = 1,
  SF_TRANSPORT_TLS = 2,
};
static const struct sf_name sf_names_transport[] = {
  {0, "udp"},
  {1, "tcp"},
  {2, "tls"},
  {0, 0},
};

/* Address family; an IPv4 address is the first 4 of the 16 octets, the rest are 0. */
enum sf_family {
  SF_FAMILY_IPV4 = 4,
  SF_FAMILY_IPV6 = 6,
};
static const struct sf_name sf_names_family[] = {
  {4, "ipv4"},
  {6, "ipv6"},
  {0, 0},
};

/* What an export answers when it was called wrongly. 0 and above: no error. */
enum sf_error {
  SF_ERROR_NOT_CONFIGURED = -1,
  SF_ERROR_ALREADY_STARTED = -2,
  SF_ERROR_STALE_FLOW = -3,
  SF_ERROR_FLOW_STATE = -4,
  SF_ERROR_TOO_LONG = -5,
  SF_ERROR_BAD_ARGUMENT = -6,
  SF_ERROR_POOL_FULL = -7,
  SF_ERROR_ACTIONS_WAITING = -8,
  SF_ERROR_STALE_CALL = -9,
  SF_ERROR_CALL_STATE = -10,
};
static const struct sf_name sf_names_error[] = {
  {-1, "not-configured"},
  {-2, "already-started"},
  {-3, "stale-flow"},
  {-4, "flow-state"},
  {-5, "too-long"},
  {-6, "bad-argument"},
  {-7, "pool-full"},
  {-8, "actions-waiting"},
  {-9, "stale-call"},
  {-10, "call-state"},
  {0, 0},
};

/* Why a flow failed. */
enum sf_flow_failure {
  SF_FLOW_FAILURE_REFUSED = 0,
  SF_FLOW_FAILURE_UNREACHABLE = 1,
  SF_FLOW_FAILURE_TIMED_OUT = 2,
  SF_FLOW_FAILURE_CLOSED = 3,
  SF_FLOW_FAILURE_ADDRESS_IN_USE = 4,
  SF_FLOW_FAILURE_ADDRESS_NOT_AVAILABLE = 5,
  SF_FLOW_FAILURE_NOT_PERMITTED = 6,
  SF_FLOW_FAILURE_NO_RESOURCES = 7,
  SF_FLOW_FAILURE_TLS_CERTIFICATE = 8,
  SF_FLOW_FAILURE_TLS_HANDSHAKE = 9,
  SF_FLOW_FAILURE_OTHER = 10,
};
static const struct sf_name sf_names_flowFailure[] = {
  {0, "refused"},
  {1, "unreachable"},
  {2, "timed-out"},
  {3, "closed"},
  {4, "address-in-use"},
  {5, "address-not-available"},
  {6, "not-permitted"},
  {7, "no-resources"},
  {8, "tls-certificate"},
  {9, "tls-handshake"},
  {10, "other"},
  {0, 0},
};

/* SIP methods. */
enum sf_method {
  SF_METHOD_REGISTER = 0,
  SF_METHOD_OPTIONS = 1,
  SF_METHOD_NOTIFY = 2,
  SF_METHOD_INVITE = 3,
  SF_METHOD_ACK = 4,
  SF_METHOD_CANCEL = 5,
  SF_METHOD_BYE = 6,
  SF_METHOD_SUBSCRIBE = 7,
  SF_METHOD_UPDATE = 8,
  SF_METHOD_INFO = 9,
  SF_METHOD_PRACK = 10,
  SF_METHOD_REFER = 11,
  SF_METHOD_MESSAGE = 12,
  SF_METHOD_PUBLISH = 13,
};
static const struct sf_name sf_names_method[] = {
  {0, "REGISTER"},
  {1, "OPTIONS"},
  {2, "NOTIFY"},
  {3, "INVITE"},
  {4, "ACK"},
  {5, "CANCEL"},
  {6, "BYE"},
  {7, "SUBSCRIBE"},
  {8, "UPDATE"},
  {9, "INFO"},
  {10, "PRACK"},
  {11, "REFER"},
  {12, "MESSAGE"},
  {13, "PUBLISH"},
  {0, 0},
};

/* Why a target failed a request (F1, K2, K3). */
enum sf_cause {
  SF_CAUSE_503 = 4,
  SF_CAUSE_SILENT = 0,
  SF_CAUSE_REFUSED = 1,
  SF_CAUSE_CONNECT = 2,
  SF_CAUSE_CLOSED = 3,
  SF_CAUSE_DNS = 5,
  SF_CAUSE_REJECTED = 6,
  SF_CAUSE_DOWN = 7,
  SF_CAUSE_TLS_CERTIFICATE = 8,
  SF_CAUSE_TLS_HANDSHAKE = 9,
};
static const struct sf_name sf_names_cause[] = {
  {4, "503"},
  {0, "silent"},
  {1, "refused"},
  {2, "connect"},
  {3, "closed"},
  {5, "dns"},
  {6, "rejected"},
  {7, "down"},
  {8, "tls-certificate"},
  {9, "tls-handshake"},
  {0, 0},
};

/* The rule of the specification behind a decision. */
enum sf_rule {
  SF_RULE_F1 = 0,
  SF_RULE_F2 = 1,
  SF_RULE_F3 = 2,
  SF_RULE_F6 = 3,
  SF_RULE_F8 = 4,
  SF_RULE_F10 = 5,
  SF_RULE_F12 = 6,
  SF_RULE_B1 = 7,
  SF_RULE_B2 = 8,
  SF_RULE_B3 = 9,
  SF_RULE_B4 = 10,
  SF_RULE_B5 = 11,
  SF_RULE_B6 = 12,
  SF_RULE_B7 = 13,
  SF_RULE_G1 = 14,
  SF_RULE_G2 = 15,
  SF_RULE_K2 = 16,
  SF_RULE_K3 = 17,
  SF_RULE_R5 = 18,
  SF_RULE_F7 = 19,
  SF_RULE_F9 = 20,
  SF_RULE_F11 = 21,
  SF_RULE_F13 = 22,
  SF_RULE_G3 = 23,
  SF_RULE_S2 = 24,
};
static const struct sf_name sf_names_rule[] = {
  {0, "F1"},
  {1, "F2"},
  {2, "F3"},
  {3, "F6"},
  {4, "F8"},
  {5, "F10"},
  {6, "F12"},
  {7, "B1"},
  {8, "B2"},
  {9, "B3"},
  {10, "B4"},
  {11, "B5"},
  {12, "B6"},
  {13, "B7"},
  {14, "G1"},
  {15, "G2"},
  {16, "K2"},
  {17, "K3"},
  {18, "R5"},
  {19, "F7"},
  {20, "F9"},
  {21, "F11"},
  {22, "F13"},
  {23, "G3"},
  {24, "S2"},
  {0, 0},
};

/* Why a request was sent. */
enum sf_reason {
  SF_REASON_START = 0,
  SF_REASON_REFRESH = 1,
  SF_REASON_RESEND = 2,
  SF_REASON_CHALLENGE = 3,
  SF_REASON_INTERVAL_TOO_BRIEF = 4,
  SF_REASON_NEXT_TARGET = 5,
  SF_REASON_RETRY = 6,
  SF_REASON_FAILBACK = 7,
  SF_REASON_FALLBACK = 8,
  SF_REASON_MOVED = 9,
  SF_REASON_CONTACT_CHANGED = 10,
  SF_REASON_KEEP_ALIVE = 11,
  SF_REASON_PROBE = 12,
  SF_REASON_REMOVE_OLD = 13,
  SF_REASON_STOP = 14,
  SF_REASON_CALL = 15,
  SF_REASON_HANG_UP = 16,
  SF_REASON_REGISTER_FIRST = 17,
  SF_REASON_SUBSCRIBE = 18,
  SF_REASON_SESSION_TIMER = 19,
  SF_REASON_ACKNOWLEDGE = 20,
  SF_REASON_APPLICATION = 21,
};
static const struct sf_name sf_names_requestReason[] = {
  {0, "start"},
  {1, "refresh"},
  {2, "resend"},
  {3, "challenge"},
  {4, "interval-too-brief"},
  {5, "next-target"},
  {6, "retry"},
  {7, "failback"},
  {8, "fallback"},
  {9, "moved"},
  {10, "contact-changed"},
  {11, "keep-alive"},
  {12, "probe"},
  {13, "remove-old"},
  {14, "stop"},
  {15, "call"},
  {16, "hang-up"},
  {17, "register-first"},
  {18, "subscribe"},
  {19, "session-timer"},
  {20, "acknowledge"},
  {21, "application"},
  {0, 0},
};

/* Why a request, or a registration, failed for good. */
enum sf_failure {
  SF_FAILURE_NO_TARGET_LEFT = 0,
  SF_FAILURE_NOT_REGISTERED = 1,
  SF_FAILURE_REJECTED = 2,
  SF_FAILURE_WRONG_CREDENTIALS = 3,
  SF_FAILURE_NO_CREDENTIALS = 4,
  SF_FAILURE_NAME_NOT_FOUND = 5,
  SF_FAILURE_EXPIRED = 6,
  SF_FAILURE_STOPPED = 7,
  SF_FAILURE_POOL_FULL = 8,
  SF_FAILURE_TARGET_FAILED = 9,
  SF_FAILURE_MOVED = 10,
  SF_FAILURE_TOO_LONG = 11,
  SF_FAILURE_NONE = 12,
  SF_FAILURE_LOCAL = 13,
  SF_FAILURE_REMOTE = 14,
  SF_FAILURE_CANCELLED = 15,
  SF_FAILURE_TIMED_OUT = 16,
  SF_FAILURE_NO_ACK = 17,
  SF_FAILURE_SESSION_EXPIRED = 18,
  SF_FAILURE_NO_DIALOG = 19,
};
static const struct sf_name sf_names_failure[] = {
  {0, "no-target-left"},
  {1, "not-registered"},
  {2, "rejected"},
  {3, "wrong-credentials"},
  {4, "no-credentials"},
  {5, "name-not-found"},
  {6, "expired"},
  {7, "stopped"},
  {8, "pool-full"},
  {9, "target-failed"},
  {10, "moved"},
  {11, "too-long"},
  {12, "none"},
  {13, "local"},
  {14, "remote"},
  {15, "cancelled"},
  {16, "timed-out"},
  {17, "no-ack"},
  {18, "session-expired"},
  {19, "no-dialog"},
  {0, 0},
};

/* Why something that arrived was dropped. */
enum sf_drop {
  SF_DROP_NOT_SIP = 0,
  SF_DROP_CUT_OFF = 1,
  SF_DROP_MALFORMED = 2,
  SF_DROP_TOO_LONG = 3,
  SF_DROP_STRANGER = 4,
  SF_DROP_NO_TRANSACTION = 5,
  SF_DROP_UNSUPPORTED_REQUEST = 6,
  SF_DROP_DNS_MALFORMED = 7,
  SF_DROP_DNS_IDENTIFIER = 8,
  SF_DROP_DNS_QUESTION = 9,
  SF_DROP_PONG = 10,
};
static const struct sf_name sf_names_drop[] = {
  {0, "not-sip"},
  {1, "cut-off"},
  {2, "malformed"},
  {3, "too-long"},
  {4, "stranger"},
  {5, "no-transaction"},
  {6, "unsupported-request"},
  {7, "dns-malformed"},
  {8, "dns-identifier"},
  {9, "dns-question"},
  {10, "pong"},
  {0, 0},
};

/* The pools of fixed size. */
enum sf_pool {
  SF_POOL_FLOWS = 0,
  SF_POOL_TRANSACTIONS = 1,
  SF_POOL_MESSAGES = 2,
  SF_POOL_SEARCHES = 3,
  SF_POOL_HEALTH = 4,
  SF_POOL_DNS_RECORDS = 5,
  SF_POOL_DNS_ANSWERS = 6,
  SF_POOL_DNS_QUERIES = 7,
  SF_POOL_DNS_NAMES = 8,
  SF_POOL_TARGETS = 9,
  SF_POOL_CHALLENGES = 10,
  SF_POOL_ACTIONS = 11,
  SF_POOL_STREAMS = 12,
  SF_POOL_CALLS = 13,
  SF_POOL_TEXTS = 14,
  SF_POOL_REQUESTS = 15,
  SF_POOL_SERVER_TRANSACTIONS = 16,
  SF_POOL_SUBSCRIPTIONS = 17,
};
static const struct sf_name sf_names_pool[] = {
  {0, "flows"},
  {1, "transactions"},
  {2, "messages"},
  {3, "searches"},
  {4, "health"},
  {5, "dns-records"},
  {6, "dns-answers"},
  {7, "dns-queries"},
  {8, "dns-names"},
  {9, "targets"},
  {10, "challenges"},
  {11, "actions"},
  {12, "streams"},
  {13, "calls"},
  {14, "texts"},
  {15, "requests"},
  {16, "server-transactions"},
  {17, "subscriptions"},
  {0, 0},
};

/* Where a call stands: INVITE sent; a provisional answer (F4); the far end rings; an INVITE has come in; our 200 waits for its ACK; both ends agree; BYE or CANCEL sent; over. */
enum sf_call_state {
  SF_CALL_STATE_CALLING = 0,
  SF_CALL_STATE_PROCEEDING = 1,
  SF_CALL_STATE_RINGING = 2,
  SF_CALL_STATE_INCOMING = 3,
  SF_CALL_STATE_ACCEPTED = 4,
  SF_CALL_STATE_ESTABLISHED = 5,
  SF_CALL_STATE_ENDING = 6,
  SF_CALL_STATE_ENDED = 7,
};
static const struct sf_name sf_names_callState[] = {
  {0, "calling"},
  {1, "proceeding"},
  {2, "ringing"},
  {3, "incoming"},
  {4, "accepted"},
  {5, "established"},
  {6, "ending"},
  {7, "ended"},
  {0, 0},
};

/* Event packages (RFC 3842, 4235, 3856). */
enum sf_package {
  SF_PACKAGE_MESSAGE_SUMMARY = 0,
  SF_PACKAGE_DIALOG = 1,
  SF_PACKAGE_PRESENCE = 2,
};
static const struct sf_name sf_names_package[] = {
  {0, "message-summary"},
  {1, "dialog"},
  {2, "presence"},
  {0, 0},
};

/* What probes have found of a target (K2). */
enum sf_target_state {
  SF_TARGET_STATE_DOWN = 0,
  SF_TARGET_STATE_UP = 1,
};
static const struct sf_name sf_names_targetState[] = {
  {0, "down"},
  {1, "up"},
  {0, 0},
};

/* Types of DNS records (RFC 1035, 2782, 3403, 3596). */
enum sf_dns_type {
  SF_DNS_TYPE_A = 1,
  SF_DNS_TYPE_CNAME = 5,
  SF_DNS_TYPE_SOA = 6,
  SF_DNS_TYPE_AAAA = 28,
  SF_DNS_TYPE_SRV = 33,
  SF_DNS_TYPE_NAPTR = 35,
};
static const struct sf_name sf_names_dnsType[] = {
  {1, "A"},
  {5, "CNAME"},
  {6, "SOA"},
  {28, "AAAA"},
  {33, "SRV"},
  {35, "NAPTR"},
  {0, 0},
};

/* How a DNS query ended. */
enum sf_dns_outcome {
  SF_DNS_OUTCOME_RECORDS = 0,
  SF_DNS_OUTCOME_NO_DATA = 1,
  SF_DNS_OUTCOME_NO_SUCH_NAME = 2,
  SF_DNS_OUTCOME_REFUSED = 3,
  SF_DNS_OUTCOME_SERVER_FAILURE = 4,
  SF_DNS_OUTCOME_SILENT = 5,
  SF_DNS_OUTCOME_UNREACHABLE = 6,
  SF_DNS_OUTCOME_MALFORMED = 7,
};
static const struct sf_name sf_names_dnsOutcome[] = {
  {0, "records"},
  {1, "no-data"},
  {2, "no-such-name"},
  {3, "refused"},
  {4, "server-failure"},
  {5, "silent"},
  {6, "unreachable"},
  {7, "malformed"},
  {0, 0},
};

/* How grave a diagnostic of the configuration is. */
enum sf_level {
  SF_LEVEL_ERROR = 0,
  SF_LEVEL_WARNING = 1,
  SF_LEVEL_NOTE = 2,
};
static const struct sf_name sf_names_level[] = {
  {0, "error"},
  {1, "warning"},
  {2, "note"},
  {0, 0},
};

/* Diagnostics of the configuration; their sentences are in `diagnostics.ts`. */
enum sf_diagnostic {
  SF_DIAGNOSTIC_MISSING_HEADER = 1,
  SF_DIAGNOSTIC_BYTE_ORDER_MARK = 2,
  SF_DIAGNOSTIC_NOT_A_LINE = 3,
  SF_DIAGNOSTIC_INCLUDE_IN_CONFIG = 4,
  SF_DIAGNOSTIC_LINE_TOO_LONG = 5,
  SF_DIAGNOSTIC_BAD_TEXT = 6,
  SF_DIAGNOSTIC_NOT_A_NUMBER = 7,
  SF_DIAGNOSTIC_OUT_OF_RANGE = 8,
  SF_DIAGNOSTIC_TEXT_TOO_LONG = 9,
  SF_DIAGNOSTIC_BAD_ADDRESS = 10,
  SF_DIAGNOSTIC_BAD_IP_ADDRESS = 11,
  SF_DIAGNOSTIC_TEXTS_FULL = 12,
  SF_DIAGNOSTIC_RECORDS_FULL = 13,
  SF_DIAGNOSTIC_NO_ACCOUNT_ENABLED = 14,
  SF_DIAGNOSTIC_UNREADABLE_FILE = 15,
  SF_DIAGNOSTIC_BAD_BOOT_LINE = 16,
  SF_DIAGNOSTIC_BAD_INCLUDE = 17,
  SF_DIAGNOSTIC_TOO_MANY_FILES = 18,
  SF_DIAGNOSTIC_EMPTY_BOOT_FILE = 19,
  SF_DIAGNOSTIC_UNKNOWN_KEY = 32,
  SF_DIAGNOSTIC_INDEX_OUT_OF_RANGE = 33,
  SF_DIAGNOSTIC_DUPLICATE_KEY = 34,
  SF_DIAGNOSTIC_BLANK_DUPLICATE = 35,
  SF_DIAGNOSTIC_BLANK_IN_LATER_FILE = 36,
  SF_DIAGNOSTIC_EMPTY_NUMBER = 37,
  SF_DIAGNOSTIC_FAILBACK_TIMEOUT_RAISED = 38,
  SF_DIAGNOSTIC_FAILBACK_TIMEOUT_UNUSED = 39,
  SF_DIAGNOSTIC_ONLY_SIGNAL_UNUSED = 40,
  SF_DIAGNOSTIC_FAILBACK_SUBSCRIBE_UNUSED = 41,
  SF_DIAGNOSTIC_FAILBACK_MODE_WITH_IP_ADDRESS = 42,
  SF_DIAGNOSTIC_NAPTR_WITH_PORT = 43,
  SF_DIAGNOSTIC_NAPTR_WITH_IP_ADDRESS = 44,
  SF_DIAGNOSTIC_FALLBACK_TIMEOUT_UNUSED = 45,
  SF_DIAGNOSTIC_SAME_SERVERS = 46,
  SF_DIAGNOSTIC_OUTBOUND_PROXY_DISABLED = 47,
  SF_DIAGNOSTIC_FALLBACK_WITH_PROXIES = 48,
  SF_DIAGNOSTIC_ACCOUNT_WITHOUT_SERVER = 49,
  SF_DIAGNOSTIC_ACCOUNT_WITHOUT_USER_NAME = 50,
  SF_DIAGNOSTIC_OUTBOUND_PROXY_WITHOUT_ADDRESS = 51,
  SF_DIAGNOSTIC_INCOMPLETE_RECORD = 52,
  SF_DIAGNOSTIC_READABLE_PASSWORD = 53,
  SF_DIAGNOSTIC_UNKNOWN_KEY_ELSEWHERE = 96,
};
static const struct sf_name sf_names_diagnostic[] = {
  {1, "missing-header"},
  {2, "byte-order-mark"},
  {3, "not-a-line"},
  {4, "include-in-config"},
  {5, "line-too-long"},
  {6, "bad-text"},
  {7, "not-a-number"},
  {8, "out-of-range"},
  {9, "text-too-long"},
  {10, "bad-address"},
  {11, "bad-ip-address"},
  {12, "texts-full"},
  {13, "records-full"},
  {14, "no-account-enabled"},
  {15, "unreadable-file"},
  {16, "bad-boot-line"},
  {17, "bad-include"},
  {18, "too-many-files"},
  {19, "empty-boot-file"},
  {32, "unknown-key"},
  {33, "index-out-of-range"},
  {34, "duplicate-key"},
  {35, "blank-duplicate"},
  {36, "blank-in-later-file"},
  {37, "empty-number"},
  {38, "failback-timeout-raised"},
  {39, "failback-timeout-unused"},
  {40, "only-signal-unused"},
  {41, "failback-subscribe-unused"},
  {42, "failback-mode-with-ip-address"},
  {43, "naptr-with-port"},
  {44, "naptr-with-ip-address"},
  {45, "fallback-timeout-unused"},
  {46, "same-servers"},
  {47, "outbound-proxy-disabled"},
  {48, "fallback-with-proxies"},
  {49, "account-without-server"},
  {50, "account-without-user-name"},
  {51, "outbound-proxy-without-address"},
  {52, "incomplete-record"},
  {53, "readable-password"},
  {96, "unknown-key-elsewhere"},
  {0, 0},
};

/* Kinds of a field in an event record. */
enum sf_field_kind { SF_FIELD_END, SF_FIELD_U32, SF_FIELD_ENUMERATION, SF_FIELD_TARGET, SF_FIELD_TARGETS, SF_FIELD_TEXT };
struct sf_field { const char *name; enum sf_field_kind kind; const struct sf_name *names; };
struct sf_event { int id; const char *name; const struct sf_field *fields; };

/* The listening port is open. */
#define SF_EVENT_LISTENING 1
static const struct sf_field sf_fields_listening[] = {
  {"transport", SF_FIELD_ENUMERATION, sf_names_transport},
  {"port", SF_FIELD_U32, 0},
  {0, SF_FIELD_END, 0},
};
/* A slot's name has resolved to a target list; `expires` is the seconds until its first address does. */
#define SF_EVENT_RESOLVED 2
static const struct sf_field sf_fields_resolved[] = {
  {"slot", SF_FIELD_U32, 0},
  {"targets", SF_FIELD_TARGETS, 0},
  {"expires", SF_FIELD_U32, 0},
  {0, SF_FIELD_END, 0},
};
/* A request went out; `attempt` counts its sends to this target from 1. */
#define SF_EVENT_REQUEST 3
static const struct sf_field sf_fields_request[] = {
  {"slot", SF_FIELD_U32, 0},
  {"method", SF_FIELD_ENUMERATION, sf_names_method},
  {"target", SF_FIELD_TARGET, 0},
  {"attempt", SF_FIELD_U32, 0},
  {"reason", SF_FIELD_ENUMERATION, sf_names_requestReason},
  {0, SF_FIELD_END, 0},
};
/* A response came in. */
#define SF_EVENT_RESPONSE 4
static const struct sf_field sf_fields_response[] = {
  {"slot", SF_FIELD_U32, 0},
  {"method", SF_FIELD_ENUMERATION, sf_names_method},
  {"target", SF_FIELD_TARGET, 0},
  {"status", SF_FIELD_U32, 0},
  {0, SF_FIELD_END, 0},
};
/* A target failed a request (F1), or was found dead outside of any (K3). */
#define SF_EVENT_TARGET_FAILED 5
static const struct sf_field sf_fields_target_failed[] = {
  {"slot", SF_FIELD_U32, 0},
  {"target", SF_FIELD_TARGET, 0},
  {"cause", SF_FIELD_ENUMERATION, sf_names_cause},
  {0, SF_FIELD_END, 0},
};
/* The registration has moved along the slot's list because a target failed. */
#define SF_EVENT_FAILOVER 6
static const struct sf_field sf_fields_failover[] = {
  {"slot", SF_FIELD_U32, 0},
  {"from", SF_FIELD_TARGET, 0},
  {"to", SF_FIELD_TARGET, 0},
  {"rule", SF_FIELD_ENUMERATION, sf_names_rule},
  {0, SF_FIELD_END, 0},
};
/* It is time to try the targets ahead of the current one (B1), or it is put off (B2). */
#define SF_EVENT_FAILBACK_DUE 7
static const struct sf_field sf_fields_failback_due[] = {
  {"slot", SF_FIELD_U32, 0},
  {"rule", SF_FIELD_ENUMERATION, sf_names_rule},
  {0, SF_FIELD_END, 0},
};
/* A target ahead of the current one has taken the registration back (B4, B7). */
#define SF_EVENT_FAILBACK 8
static const struct sf_field sf_fields_failback[] = {
  {"slot", SF_FIELD_U32, 0},
  {"from", SF_FIELD_TARGET, 0},
  {"to", SF_FIELD_TARGET, 0},
  {"rule", SF_FIELD_ENUMERATION, sf_names_rule},
  {0, SF_FIELD_END, 0},
};
/* No target ahead of the current one answered the trial (B5). */
#define SF_EVENT_FAILBACK_FAILED 9
static const struct sf_field sf_fields_failback_failed[] = {
  {"slot", SF_FIELD_U32, 0},
  {"to", SF_FIELD_TARGET, 0},
  {0, SF_FIELD_END, 0},
};
/* The working server's slot has changed (G2): to slot 2, or back to slot 1. */
#define SF_EVENT_FALLBACK 10
static const struct sf_field sf_fields_fallback[] = {
  {"slot", SF_FIELD_U32, 0},
  {"from", SF_FIELD_TARGET, 0},
  {"to", SF_FIELD_TARGET, 0},
  {"rule", SF_FIELD_ENUMERATION, sf_names_rule},
  {0, SF_FIELD_END, 0},
};
/* A binding is in place, for `expires` seconds. */
#define SF_EVENT_REGISTERED 11
static const struct sf_field sf_fields_registered[] = {
  {"slot", SF_FIELD_U32, 0},
  {"target", SF_FIELD_TARGET, 0},
  {"expires", SF_FIELD_U32, 0},
  {"reason", SF_FIELD_ENUMERATION, sf_names_requestReason},
  {0, SF_FIELD_END, 0},
};
/* A binding is gone. */
#define SF_EVENT_UNREGISTERED 12
static const struct sf_field sf_fields_unregistered[] = {
  {"slot", SF_FIELD_U32, 0},
  {"target", SF_FIELD_TARGET, 0},
  {"reason", SF_FIELD_ENUMERATION, sf_names_failure},
  {0, SF_FIELD_END, 0},
};
/* A request failed for good; `status` is the rejecting answer's or 0, `retry` the milliseconds until the next. */
#define SF_EVENT_FAILED 13
static const struct sf_field sf_fields_failed[] = {
  {"slot", SF_FIELD_U32, 0},
  {"method", SF_FIELD_ENUMERATION, sf_names_method},
  {"reason", SF_FIELD_ENUMERATION, sf_names_failure},
  {"status", SF_FIELD_U32, 0},
  {"retry", SF_FIELD_U32, 0},
  {0, SF_FIELD_END, 0},
};
/* A pool of fixed size is full. */
#define SF_EVENT_POOL_FULL 14
static const struct sf_field sf_fields_pool_full[] = {
  {"pool", SF_FIELD_ENUMERATION, sf_names_pool},
  {0, SF_FIELD_END, 0},
};
/* A diagnostic of the configuration; `file` counts from 0, `line` and `column` from 1. */
#define SF_EVENT_CONFIG 15
static const struct sf_field sf_fields_config[] = {
  {"level", SF_FIELD_ENUMERATION, sf_names_level},
  {"code", SF_FIELD_ENUMERATION, sf_names_diagnostic},
  {"key", SF_FIELD_TEXT, 0},
  {"detail", SF_FIELD_TEXT, 0},
  {"file", SF_FIELD_U32, 0},
  {"line", SF_FIELD_U32, 0},
  {"column", SF_FIELD_U32, 0},
  {0, SF_FIELD_END, 0},
};
/* Something that arrived was dropped; `count` is how many so far for this reason. */
#define SF_EVENT_DROPPED 16
static const struct sf_field sf_fields_dropped[] = {
  {"reason", SF_FIELD_ENUMERATION, sf_names_drop},
  {"source", SF_FIELD_TARGET, 0},
  {"count", SF_FIELD_U32, 0},
  {0, SF_FIELD_END, 0},
};
/* A question went to a DNS server. */
#define SF_EVENT_DNS_QUERY 17
static const struct sf_field sf_fields_dns_query[] = {
  {"name", SF_FIELD_TEXT, 0},
  {"type", SF_FIELD_ENUMERATION, sf_names_dnsType},
  {"server", SF_FIELD_TARGET, 0},
  {"attempt", SF_FIELD_U32, 0},
  {0, SF_FIELD_END, 0},
};
/* A question to a DNS server has ended; `ttl` in seconds. */
#define SF_EVENT_DNS_ANSWER 18
static const struct sf_field sf_fields_dns_answer[] = {
  {"name", SF_FIELD_TEXT, 0},
  {"type", SF_FIELD_ENUMERATION, sf_names_dnsType},
  {"server", SF_FIELD_TARGET, 0},
  {"outcome", SF_FIELD_ENUMERATION, sf_names_dnsOutcome},
  {"records", SF_FIELD_U32, 0},
  {"ttl", SF_FIELD_U32, 0},
  {0, SF_FIELD_END, 0},
};
/* The listening port could not be opened. */
#define SF_EVENT_LISTEN_FAILED 19
static const struct sf_field sf_fields_listen_failed[] = {
  {"transport", SF_FIELD_ENUMERATION, sf_names_transport},
  {"port", SF_FIELD_U32, 0},
  {"reason", SF_FIELD_ENUMERATION, sf_names_flowFailure},
  {0, SF_FIELD_END, 0},
};
/* A request came in and was answered. */
#define SF_EVENT_ANSWERED 20
static const struct sf_field sf_fields_answered[] = {
  {"method", SF_FIELD_TEXT, 0},
  {"source", SF_FIELD_TARGET, 0},
  {"status", SF_FIELD_U32, 0},
  {0, SF_FIELD_END, 0},
};
/* The probes of a target have put it down, or up again (K2). */
#define SF_EVENT_TARGET_STATE 21
static const struct sf_field sf_fields_target_state[] = {
  {"target", SF_FIELD_TARGET, 0},
  {"state", SF_FIELD_ENUMERATION, sf_names_targetState},
  {0, SF_FIELD_END, 0},
};
/* A call has another state; `peer` is the far end's address (From or To), `reason` says why it ended, `status` the answer behind that, or 0. */
#define SF_EVENT_CALL 22
static const struct sf_field sf_fields_call[] = {
  {"call", SF_FIELD_U32, 0},
  {"state", SF_FIELD_ENUMERATION, sf_names_callState},
  {"slot", SF_FIELD_U32, 0},
  {"target", SF_FIELD_TARGET, 0},
  {"peer", SF_FIELD_TEXT, 0},
  {"reason", SF_FIELD_ENUMERATION, sf_names_failure},
  {"status", SF_FIELD_U32, 0},
  {0, SF_FIELD_END, 0},
};
/* What the far end of a call says to the application: a request (`status` 0), or an answer to `method`. `answer` 1: `call_respond` has to answer it. `detail` is Refer-To, Info-Package or Event. */
#define SF_EVENT_CALL_MESSAGE 23
static const struct sf_field sf_fields_call_message[] = {
  {"call", SF_FIELD_U32, 0},
  {"method", SF_FIELD_ENUMERATION, sf_names_method},
  {"status", SF_FIELD_U32, 0},
  {"answer", SF_FIELD_U32, 0},
  {"detail", SF_FIELD_TEXT, 0},
  {"type", SF_FIELD_TEXT, 0},
  {"body", SF_FIELD_TEXT, 0},
  {0, SF_FIELD_END, 0},
};
/* A subscription is in place, for `expires` seconds. */
#define SF_EVENT_SUBSCRIBED 24
static const struct sf_field sf_fields_subscribed[] = {
  {"subscription", SF_FIELD_U32, 0},
  {"package", SF_FIELD_ENUMERATION, sf_names_package},
  {"target", SF_FIELD_TARGET, 0},
  {"expires", SF_FIELD_U32, 0},
  {0, SF_FIELD_END, 0},
};
/* A subscription is not in place; `status` is the rejecting answer's or 0, `retry` the milliseconds until the next try. */
#define SF_EVENT_UNSUBSCRIBED 25
static const struct sf_field sf_fields_unsubscribed[] = {
  {"subscription", SF_FIELD_U32, 0},
  {"package", SF_FIELD_ENUMERATION, sf_names_package},
  {"reason", SF_FIELD_ENUMERATION, sf_names_failure},
  {"status", SF_FIELD_U32, 0},
  {"retry", SF_FIELD_U32, 0},
  {0, SF_FIELD_END, 0},
};
/* A NOTIFY for the application; `subscription` 0: one that nobody asked for (message waiting). `state` is its Subscription-State. */
#define SF_EVENT_NOTIFY 26
static const struct sf_field sf_fields_notify[] = {
  {"subscription", SF_FIELD_U32, 0},
  {"package", SF_FIELD_ENUMERATION, sf_names_package},
  {"source", SF_FIELD_TARGET, 0},
  {"state", SF_FIELD_TEXT, 0},
  {"type", SF_FIELD_TEXT, 0},
  {"body", SF_FIELD_TEXT, 0},
  {0, SF_FIELD_END, 0},
};
/* A request of the application has ended; `status` 0: without an answer. */
#define SF_EVENT_REQUEST_ENDED 27
static const struct sf_field sf_fields_request_ended[] = {
  {"request", SF_FIELD_U32, 0},
  {"method", SF_FIELD_ENUMERATION, sf_names_method},
  {"status", SF_FIELD_U32, 0},
  {"reason", SF_FIELD_ENUMERATION, sf_names_failure},
  {"type", SF_FIELD_TEXT, 0},
  {"body", SF_FIELD_TEXT, 0},
  {0, SF_FIELD_END, 0},
};
/* A request of so many octets is too large for UDP and goes by TCP (RFC 3261, 18.1.1). */
#define SF_EVENT_TOO_LARGE 28
static const struct sf_field sf_fields_too_large[] = {
  {"slot", SF_FIELD_U32, 0},
  {"method", SF_FIELD_ENUMERATION, sf_names_method},
  {"target", SF_FIELD_TARGET, 0},
  {"octets", SF_FIELD_U32, 0},
  {0, SF_FIELD_END, 0},
};
static const struct sf_event sf_events[] = {
  {1, "listening", sf_fields_listening},
  {2, "resolved", sf_fields_resolved},
  {3, "request", sf_fields_request},
  {4, "response", sf_fields_response},
  {5, "target-failed", sf_fields_target_failed},
  {6, "failover", sf_fields_failover},
  {7, "failback-due", sf_fields_failback_due},
  {8, "failback", sf_fields_failback},
  {9, "failback-failed", sf_fields_failback_failed},
  {10, "fallback", sf_fields_fallback},
  {11, "registered", sf_fields_registered},
  {12, "unregistered", sf_fields_unregistered},
  {13, "failed", sf_fields_failed},
  {14, "pool-full", sf_fields_pool_full},
  {15, "config", sf_fields_config},
  {16, "dropped", sf_fields_dropped},
  {17, "dns-query", sf_fields_dns_query},
  {18, "dns-answer", sf_fields_dns_answer},
  {19, "listen-failed", sf_fields_listen_failed},
  {20, "answered", sf_fields_answered},
  {21, "target-state", sf_fields_target_state},
  {22, "call", sf_fields_call},
  {23, "call-message", sf_fields_call_message},
  {24, "subscribed", sf_fields_subscribed},
  {25, "unsubscribed", sf_fields_unsubscribed},
  {26, "notify", sf_fields_notify},
  {27, "request-ended", sf_fields_request_ended},
  {28, "too-large", sf_fields_too_large},
  {0, 0, 0},
};

/* The sentences of diagnostics; {key}, {value}, {detail} stand for the record's. */
struct sf_sentence { int code; const char *message; const char *hint; };
static const struct sf_sentence sf_diagnostics[] = {
  {1, "The first line is not #!version:1.0.0.1.", "Make #!version:1.0.0.1 the first line, exactly so, with nothing before or after it."},
  {2, "The file begins with a byte order mark, so its first line is not exactly #!version:1.0.0.1.", "Save the file as UTF-8 without a byte order mark."},
  {3, "This line is neither key = value nor a comment.", "Write key = value, with no blank inside the key, or begin the line with #."},
  {4, "An include: line belongs into a boot file, not into a configuration file.", "Move the line to <MAC>.boot or y000000000000.boot, or name both files on the command line."},
  {5, "The line of {key} is longer than {value} bytes; the key keeps its default.", "Shorten the line."},
  {6, "The value of {key} holds control characters or is not UTF-8; the key keeps its default.", "Save the file as UTF-8 and remove tabs and other control characters from the value."},
  {7, "{key} = {value} is not a number; the key keeps its default.", "Allowed: {detail}."},
  {8, "{key} = {value} is out of range; the key keeps its default.", "Allowed: {detail}."},
  {9, "The value of {key} has {value} characters, at most {detail} are allowed; the key keeps its default.", "Shorten the value."},
  {10, "{key} = {value} is neither an IP address nor a host name; the key keeps its default.", "Write the address alone: no sip:, no port, no blank. The port has a key of its own."},
  {11, "{key} = {value} is not an IP address; the key keeps its default.", "Write an IPv4 address such as 192.0.2.1 or an IPv6 address such as 2001:db8::1."},
  {12, "The value of {key} found no room in the pool of texts; the key keeps its default.", "Shorten names and labels, or build the core with a larger CONFIG_TEXT_CELLS."},
  {13, "{key} found no room in the pool of static DNS records; the record is left out.", "Remove static records, or build the core with a larger MAX_STATIC_RECORDS."},
  {14, "No account is enabled.", "Set account.1.enable = 1."},
  {15, "The file cannot be read: {detail}.", "Check its name and permissions."},
  {16, "This line of the boot file is neither include:config, nor key = value, nor a comment.", "Write include:config <path> or include:config \"path\"."},
  {17, "{value} cannot be included: {detail}.", "Name a configuration file by its path; addresses and boot files cannot be included."},
  {18, "At most {value} configuration files are read.", "Join some of the files."},
  {19, "The boot file lists no configuration file.", "Add include:config <path>, a line for each file."},
  {32, "{key} is not a known key; the line has no effect.", "Check the spelling; keys are in lower case."},
  {33, "{key} names an account, server or record that does not exist; the line has no effect.", "Accounts are numbered 1..16, servers and proxies 1..2, static DNS records 1..12."},
  {34, "{key} was already assigned in line {value}; the later line wins.", "Remove one of the two lines."},
  {35, "{key} is blank here, which erases the value of line {value}.", "Remove the blank line, or write %NULL% where the default is meant."},
  {36, "{key} is blank here, which erases the value of line {value} of file {detail}.", "Remove the blank line, or write %NULL% where the default is meant."},
  {37, "{key} is a number and cannot be made empty by %EMPTY%; the key has its default.", "Write a number, or %NULL% for the default."},
  {38, "{key} = {value} is read as 60.", "Write 60 or more, or 0 for no return by timer."},
  {39, "{key} has no effect: failback_mode is {value}, not 3.", "Set failback_mode = 3, or remove this line."},
  {40, "{key} has no effect without register_on_enable = 1 and failback_mode 1, 2 or 3.", "Set both keys, or remove this line."},
  {41, "{key} has no effect while failback_mode is 0.", "Set failback_mode to 1, 2 or 3, or remove this line."},
  {42, "{key} = {value} has no effect: {detail} is an IP address, so there is nowhere to come back to.", "Give a host name that leads to several addresses, or use the second server."},
  {43, "{key} = 3 has no effect with port {value}: no NAPTR and SRV records are asked for, UDP is used.", "Set the port to 0; where it is not set, it is 5060."},
  {44, "{key} = 3 has no effect with the IP address {value}: UDP is used.", "Give a host name, or set transport_type to 0, 1 or 2."},
  {45, "{key} has no effect: fallback.redundancy_type is not 1.", "Set fallback.redundancy_type = 1, or remove this line."},
  {46, "{key} leads to the same address, port and transport as the first: it gives no redundancy.", "Give the address of another server, or leave the second one empty."},
  {47, "{key} has no effect: outbound_proxy_enable is 0.", "Set outbound_proxy_enable = 1, or remove this line."},
  {48, "{key} has no effect while outbound proxies are on: they are always successive.", "Use outbound_proxy_fallback_interval, or remove this line."},
  {49, "{key} = 1, but the account has no server address.", "Set sip_server.1.address."},
  {50, "{key} = 1, but the account has no user name.", "Set user_name."},
  {51, "{key} = 1, but no outbound proxy has an address: requests go straight to the servers.", "Set outbound_proxy.1.address."},
  {52, "The static DNS record of {key} has no {value}; the record is not used.", "Set all parts of the record, or remove it."},
  {53, "The file holds a password, and others may read it.", "Leave the right to read it to its owner: chmod 600."},
  {96, "{key} is not a key of server redundancy.", "Check the spelling, if it was meant to be one."},
  {0, 0, 0},
};

#endif
