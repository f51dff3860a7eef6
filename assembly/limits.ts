/*
 * Every limit of the core. Reaching one is an event that names the pool, never a trap. The sizes decide the
 * module's memory; a profile lowers them for a device (docs/pools.md).
 */

/** Accounts, server slots an account, targets a slot. */
export const MAX_ACCOUNTS = 16;
export const MAX_SLOTS = 2;
export const MAX_TARGETS = 16;

/** Registrations: one a slot of each account. */
export const MAX_REGISTRATIONS = MAX_ACCOUNTS * MAX_SLOTS;

/** Requests other than REGISTER under way at the same time. */
export const MAX_REQUESTS = 24;

/** Requests that look for a target at the same time: two a registration, and the others. */
export const MAX_SEARCHES = MAX_REGISTRATIONS * 2 + MAX_REQUESTS;

/** Calls and subscriptions, a dialog each. */
export const MAX_CALLS = 32;
export const MAX_SUBSCRIPTIONS = 32;
export const MAX_DIALOGS = MAX_CALLS + MAX_SUBSCRIPTIONS;

/** Dialogs of subscriptions that have moved on and are being ended where they were. */
export const MAX_PARTINGS = 8;

/** Texts of dialogs and requests: cells of a fixed size. */
export const TEXT_CELLS = 640;
export const TEXT_CELL_SIZE = 64;

/** Connections that others have opened to us. */
export const MAX_INCOMING = 16;

/** Targets whose health is known, and those that are probed. */
export const MAX_HEALTH = 64;
export const MAX_PROBES = 64;

export const MAX_FLOWS = 64;
/** Client and server transactions. */
export const MAX_TRANSACTIONS = 96;
export const MAX_SERVER_TRANSACTIONS = 32;

/** Connections whose message is not complete yet, with a block of the size of a message each. */
export const MAX_STREAMS = 8;

/** Requests under way, kept for being sent again: cells of a fixed size. */
export const MESSAGE_CELLS = 448;
export const MESSAGE_CELL_SIZE = 128;

/** Octets of a message that comes in, and of one that goes out. */
export const MAX_MESSAGE_IN = 8192;
export const MAX_MESSAGE_OUT = 4096;

/** DNS: records and answers kept, questions under way, cells of text for names. */
export const MAX_DNS_RECORDS = 128;
export const MAX_DNS_ANSWERS = 96;
export const MAX_DNS_QUERIES = 16;
export const MAX_DNS_SERVERS = 4;
export const DNS_NAME_CELLS = 384;
export const DNS_NAME_CELL_SIZE = 32;

/** DNS records of one name and type; and octets of a message that comes over TCP in pieces, and cells for those. */
export const MAX_DNS_SET = 32;
export const MAX_DNS_MESSAGE = 4096;
export const DNS_STREAM_CELLS = 25;
export const DNS_STREAM_CELL_SIZE = 256;

/** Static DNS records of the configuration, all accounts together; and of one kind for one account, or the phone. */
export const MAX_STATIC_RECORDS = 96;
export const MAX_STATIC_RECORD_NUMBER = 12;

/** Texts of the configuration: cells of a fixed size. */
export const CONFIG_TEXT_CELLS = 1536;
export const CONFIG_TEXT_CELL_SIZE = 32;

/** A line of a configuration file; the rest of a longer one is passed over. */
export const MAX_CONFIG_LINE = 1024;

/** Configuration files read for one phone. */
export const MAX_CONFIG_FILES = 16;

/** Texts of digest challenges: cells of a fixed size. */
export const CHALLENGE_CELLS = 256;
export const CHALLENGE_CELL_SIZE = 64;

/** Actions that wait for the host, in octets. */
export const ACTION_QUEUE_SIZE = 16384;
