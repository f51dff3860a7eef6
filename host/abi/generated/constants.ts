// Generated from host/abi/contract.ts by "npm run abi". Do not edit.

export const CONTRACT_VERSION = 2;

/* What the core asks of the host; the first half-word of each action. */
export const ACTION_OPEN = 1;
export const ACTION_LISTEN = 2;
export const ACTION_SEND = 3;
export const ACTION_CLOSE = 4;
export const ACTION_EVENT = 5;
export const ACTION_STOPPED = 6;
export const ACTION_TLS = 7;

/* Transport of a flow or target (as in `sip_server.Y.transport_type`). */
export const TRANSPORT_UDP = 0;
export const TRANSPORT_TCP = 1;
export const TRANSPORT_TLS = 2;

/* Address family; an IPv4 address is the first 4 of the 16 octets, the rest are 0. */
export const FAMILY_IPV4 = 4;
export const FAMILY_IPV6 = 6;

/* What an export answers when it was called wrongly. 0 and above: no error. */
export const ERROR_NOT_CONFIGURED = -1;
export const ERROR_ALREADY_STARTED = -2;
export const ERROR_STALE_FLOW = -3;
export const ERROR_FLOW_STATE = -4;
export const ERROR_TOO_LONG = -5;
export const ERROR_BAD_ARGUMENT = -6;
export const ERROR_POOL_FULL = -7;
export const ERROR_ACTIONS_WAITING = -8;
export const ERROR_STALE_CALL = -9;
export const ERROR_CALL_STATE = -10;

/* Why a flow failed. */
export const FLOW_FAILURE_REFUSED = 0;
export const FLOW_FAILURE_UNREACHABLE = 1;
export const FLOW_FAILURE_TIMED_OUT = 2;
export const FLOW_FAILURE_CLOSED = 3;
export const FLOW_FAILURE_ADDRESS_IN_USE = 4;
export const FLOW_FAILURE_ADDRESS_NOT_AVAILABLE = 5;
export const FLOW_FAILURE_NOT_PERMITTED = 6;
export const FLOW_FAILURE_NO_RESOURCES = 7;
export const FLOW_FAILURE_TLS_CERTIFICATE = 8;
export const FLOW_FAILURE_TLS_HANDSHAKE = 9;
export const FLOW_FAILURE_OTHER = 10;

/* SIP methods. */
export const METHOD_REGISTER = 0;
export const METHOD_OPTIONS = 1;
export const METHOD_NOTIFY = 2;
export const METHOD_INVITE = 3;
export const METHOD_ACK = 4;
export const METHOD_CANCEL = 5;
export const METHOD_BYE = 6;
export const METHOD_SUBSCRIBE = 7;
export const METHOD_UPDATE = 8;
export const METHOD_INFO = 9;
export const METHOD_PRACK = 10;
export const METHOD_REFER = 11;
export const METHOD_MESSAGE = 12;
export const METHOD_PUBLISH = 13;

/* Why a target failed a request (F1, K2, K3). */
export const CAUSE_503 = 4;
export const CAUSE_SILENT = 0;
export const CAUSE_REFUSED = 1;
export const CAUSE_CONNECT = 2;
export const CAUSE_CLOSED = 3;
export const CAUSE_DNS = 5;
export const CAUSE_REJECTED = 6;
export const CAUSE_DOWN = 7;
export const CAUSE_TLS_CERTIFICATE = 8;
export const CAUSE_TLS_HANDSHAKE = 9;

/* The rule of the specification behind a decision. */
export const RULE_F1 = 0;
export const RULE_F2 = 1;
export const RULE_F3 = 2;
export const RULE_F6 = 3;
export const RULE_F8 = 4;
export const RULE_F10 = 5;
export const RULE_F12 = 6;
export const RULE_B1 = 7;
export const RULE_B2 = 8;
export const RULE_B3 = 9;
export const RULE_B4 = 10;
export const RULE_B5 = 11;
export const RULE_B6 = 12;
export const RULE_B7 = 13;
export const RULE_G1 = 14;
export const RULE_G2 = 15;
export const RULE_K2 = 16;
export const RULE_K3 = 17;
export const RULE_R5 = 18;
export const RULE_F7 = 19;
export const RULE_F9 = 20;
export const RULE_F11 = 21;
export const RULE_F13 = 22;
export const RULE_G3 = 23;
export const RULE_S2 = 24;

/* Why a request was sent. */
export const REASON_START = 0;
export const REASON_REFRESH = 1;
export const REASON_RESEND = 2;
export const REASON_CHALLENGE = 3;
export const REASON_INTERVAL_TOO_BRIEF = 4;
export const REASON_NEXT_TARGET = 5;
export const REASON_RETRY = 6;
export const REASON_FAILBACK = 7;
export const REASON_FALLBACK = 8;
export const REASON_MOVED = 9;
export const REASON_CONTACT_CHANGED = 10;
export const REASON_KEEP_ALIVE = 11;
export const REASON_PROBE = 12;
export const REASON_REMOVE_OLD = 13;
export const REASON_STOP = 14;
export const REASON_CALL = 15;
export const REASON_HANG_UP = 16;
export const REASON_REGISTER_FIRST = 17;
export const REASON_SUBSCRIBE = 18;
export const REASON_SESSION_TIMER = 19;
export const REASON_ACKNOWLEDGE = 20;
export const REASON_APPLICATION = 21;

/* Why a request, or a registration, failed for good. */
export const FAILURE_NO_TARGET_LEFT = 0;
export const FAILURE_NOT_REGISTERED = 1;
export const FAILURE_REJECTED = 2;
export const FAILURE_WRONG_CREDENTIALS = 3;
export const FAILURE_NO_CREDENTIALS = 4;
export const FAILURE_NAME_NOT_FOUND = 5;
export const FAILURE_EXPIRED = 6;
export const FAILURE_STOPPED = 7;
export const FAILURE_POOL_FULL = 8;
export const FAILURE_TARGET_FAILED = 9;
export const FAILURE_MOVED = 10;
export const FAILURE_TOO_LONG = 11;
export const FAILURE_NONE = 12;
export const FAILURE_LOCAL = 13;
export const FAILURE_REMOTE = 14;
export const FAILURE_CANCELLED = 15;
export const FAILURE_TIMED_OUT = 16;
export const FAILURE_NO_ACK = 17;
export const FAILURE_SESSION_EXPIRED = 18;
export const FAILURE_NO_DIALOG = 19;

/* Why something that arrived was dropped. */
export const DROP_NOT_SIP = 0;
export const DROP_CUT_OFF = 1;
export const DROP_MALFORMED = 2;
export const DROP_TOO_LONG = 3;
export const DROP_STRANGER = 4;
export const DROP_NO_TRANSACTION = 5;
export const DROP_UNSUPPORTED_REQUEST = 6;
export const DROP_DNS_MALFORMED = 7;
export const DROP_DNS_IDENTIFIER = 8;
export const DROP_DNS_QUESTION = 9;
export const DROP_PONG = 10;

/* The pools of fixed size. */
export const POOL_FLOWS = 0;
export const POOL_TRANSACTIONS = 1;
export const POOL_MESSAGES = 2;
export const POOL_SEARCHES = 3;
export const POOL_HEALTH = 4;
export const POOL_DNS_RECORDS = 5;
export const POOL_DNS_ANSWERS = 6;
export const POOL_DNS_QUERIES = 7;
export const POOL_DNS_NAMES = 8;
export const POOL_TARGETS = 9;
export const POOL_CHALLENGES = 10;
export const POOL_ACTIONS = 11;
export const POOL_STREAMS = 12;
export const POOL_CALLS = 13;
export const POOL_TEXTS = 14;
export const POOL_REQUESTS = 15;
export const POOL_SERVER_TRANSACTIONS = 16;
export const POOL_SUBSCRIPTIONS = 17;

/* Where a call stands: INVITE sent; a provisional answer (F4); the far end rings; an INVITE has come in; our 200 waits for its ACK; both ends agree; BYE or CANCEL sent; over. */
export const CALL_STATE_CALLING = 0;
export const CALL_STATE_PROCEEDING = 1;
export const CALL_STATE_RINGING = 2;
export const CALL_STATE_INCOMING = 3;
export const CALL_STATE_ACCEPTED = 4;
export const CALL_STATE_ESTABLISHED = 5;
export const CALL_STATE_ENDING = 6;
export const CALL_STATE_ENDED = 7;

/* Event packages (RFC 3842, 4235, 3856). */
export const PACKAGE_MESSAGE_SUMMARY = 0;
export const PACKAGE_DIALOG = 1;
export const PACKAGE_PRESENCE = 2;

/* What probes have found of a target (K2). */
export const TARGET_STATE_DOWN = 0;
export const TARGET_STATE_UP = 1;

/* Types of DNS records (RFC 1035, 2782, 3403, 3596). */
export const DNS_TYPE_A = 1;
export const DNS_TYPE_CNAME = 5;
export const DNS_TYPE_SOA = 6;
export const DNS_TYPE_AAAA = 28;
export const DNS_TYPE_SRV = 33;
export const DNS_TYPE_NAPTR = 35;

/* How a DNS query ended. */
export const DNS_OUTCOME_RECORDS = 0;
export const DNS_OUTCOME_NO_DATA = 1;
export const DNS_OUTCOME_NO_SUCH_NAME = 2;
export const DNS_OUTCOME_REFUSED = 3;
export const DNS_OUTCOME_SERVER_FAILURE = 4;
export const DNS_OUTCOME_SILENT = 5;
export const DNS_OUTCOME_UNREACHABLE = 6;
export const DNS_OUTCOME_MALFORMED = 7;

/* How grave a diagnostic of the configuration is. */
export const LEVEL_ERROR = 0;
export const LEVEL_WARNING = 1;
export const LEVEL_NOTE = 2;
