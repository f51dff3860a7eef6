/*
 * Every key of a configuration with its range and default, once; `keys.ts` reads it.
 *
 * A line that begins with a capital letter begins a scope: where the values are kept (P proxy, S server,
 * A account, G the phone, R static records of an account, D of the phone), `!` where every unknown key of the
 * scope deserves a warning, and what the names begin with; X, Y and N stand for numbers. Scopes without keys
 * between them share the keys that follow. A digit is the section of parameters.md for the keys that follow.
 * Any other line is a key: the tail of its name, a letter for its kind, and the kind's numbers.
 *
 *   n<minimum> <maximum> <default>   a number
 *   b<default>                       0 or 1
 *   u<minimum> <default>             a number without an upper bound of its own
 *   o                                a number from 1, or -1, the default
 *   f<default>                       0 or 60..65535; 1..59 is read as 60
 *   m<minimum> <maximum> <default>   seconds with decimals, here and in the settings as milliseconds
 *   t<length>                        a text of at most so many characters
 *   h<length>                        a host name or IP address; in a record the name of a domain
 *   i                                an IP address
 *
 * A capital letter for the kind: a static record is of no use without it. The keys' numbers below follow this
 * order.
 */
export const TABLE = `P!account.X.outbound_proxy.Y.
S!account.X.sip_server.Y.
1
retry_counts n0 20 3
invite_retry_counts n1 10 3
failback_mode n0 3 0
failback_timeout f3600
failback_subscribe.enable b0
register_on_enable b0
only_signal_with_registered b0
3
address h256
port n0 65535 5060
transport_type n0 3 0
expires u30 3600
A!account.X.fallback.
2
redundancy_type b0
timeout u10 120
A!account.X.outbound_proxy_
fallback_interval n0 65535 3600
3
enable b0
A!account.X.dns_cache_
type n0 2 1
A account.X.
naptr_build b0
static_cache_pri b0
1
redundancy_with_reg_fail.enable b0
4
enable b0
label t99
display_name t99
auth_name t99
user_name t99
password t99
reg_fail_retry_interval n0 1800 30
reg_failed_retry_min_time n0 65535 0
reg_failed_retry_max_time n0 65535 60
register_expires_overlap o
subscribe_expires_overlap o
unregister_on_reboot b0
subscribe_mwi b0
subscribe_mwi_expires n0 84600 3600
blf.blf_list_uri t256
blf.subscribe_period u30 1800
blf.subscribe_event b0
sub_fail_retry_interval n0 3600 30
nat.udp_update_enable n0 3 1
nat.udp_update_time u15 30
session_timer.enable b0
session_timer.expires n90 7200 1800
session_timer.refresher b0
nat.rport b0
sip_trust_ctrl b0
G!static.network.dns.
3
query_timeout n0 65535 3
retry_times n0 65535 2
ttl_enable b1
last_cache_expired.enable b0
last_cache_expired n0 65535 0
G static.network.
ip_address_mode n0 2 0
primary_dns i
secondary_dns i
G sip.
dns_transport_type b0
1
skip_redundant_failover_addr b1
4
reg_surge_prevention n0 60 0
probe_max_lost n0 10 0
probe_interval n0 3600 0
failback_surge_prevention n0 60 0
tls_ca t256
tls_cert t256
tls_key t256
tls_verify b1
listen_port n0 65535 5060
tls_listen_port n0 65535 5061
timer_t1 m500 10000 500
timer_t2 m2000 40000 4000
timer_t4 m2500 60000 5000
use_out_bound_in_dialog b1
R!account.X.dns_cache_naptr.N.
D!dns_cache_naptr.N.
3
name H256
order n0 65535 0
preference n0 65535 0
flags t255
service T255
replace H256
ttl u0 300
R!account.X.dns_cache_srv.N.
D!dns_cache_srv.N.
name H256
port N0 65535 0
priority n0 65535 0
weight n0 65535 0
target H256
ttl u0 300
R!account.X.dns_cache_a.N.
D!dns_cache_a.N.
name H256
ip I
ttl u0 300
A!account.X.sip_server.
A!account.X.outbound_proxy.
A account.
G!dns_cache_
`;

/* Of a server and, but for the last two, of an outbound proxy; those before the address are inherited by it. */
export const KEY_RETRY_COUNTS = 0;
export const KEY_INVITE_RETRY_COUNTS = 1;
export const KEY_FAILBACK_MODE = 2;
export const KEY_FAILBACK_TIMEOUT = 3;
export const KEY_FAILBACK_SUBSCRIBE = 4;
export const KEY_REGISTER_ON = 5;
export const KEY_ONLY_SIGNAL_WITH_REGISTERED = 6;
export const KEY_ADDRESS = 7;
export const KEY_PORT = 8;
export const KEY_TRANSPORT_TYPE = 9;
export const KEY_EXPIRES = 10;

export const INHERITED_KEYS = KEY_ADDRESS;
export const PROXY_KEYS = KEY_TRANSPORT_TYPE;

/* Of an account. */
export const KEY_FALLBACK_REDUNDANCY_TYPE = 11;
export const KEY_FALLBACK_TIMEOUT = 12;
export const KEY_OUTBOUND_PROXY_FALLBACK_INTERVAL = 13;
export const KEY_OUTBOUND_PROXY_ENABLE = 14;
export const KEY_DNS_CACHE_TYPE = 15;
export const KEY_NAPTR_BUILD = 16;
export const KEY_STATIC_CACHE_PRI = 17;
export const KEY_REDUNDANCY_WITH_REG_FAIL = 18;
export const KEY_ENABLE = 19;
export const KEY_LABEL = 20;
export const KEY_DISPLAY_NAME = 21;
export const KEY_AUTH_NAME = 22;
export const KEY_USER_NAME = 23;
export const KEY_PASSWORD = 24;
export const KEY_REG_FAIL_RETRY_INTERVAL = 25;
export const KEY_REG_FAILED_RETRY_MIN_TIME = 26;
export const KEY_REG_FAILED_RETRY_MAX_TIME = 27;
export const KEY_REGISTER_EXPIRES_OVERLAP = 28;
export const KEY_SUBSCRIBE_EXPIRES_OVERLAP = 29;
export const KEY_UNREGISTER_ON_REBOOT = 30;
export const KEY_SUBSCRIBE_MWI = 31;
export const KEY_SUBSCRIBE_MWI_EXPIRES = 32;
export const KEY_BLF_LIST_URI = 33;
export const KEY_BLF_SUBSCRIBE_PERIOD = 34;
export const KEY_BLF_SUBSCRIBE_EVENT = 35;
export const KEY_SUB_FAIL_RETRY_INTERVAL = 36;
export const KEY_UDP_UPDATE_ENABLE = 37;
export const KEY_UDP_UPDATE_TIME = 38;
export const KEY_SESSION_TIMER_ENABLE = 39;
export const KEY_SESSION_TIMER_EXPIRES = 40;
export const KEY_SESSION_TIMER_REFRESHER = 41;
export const KEY_NAT_RPORT = 42;
export const KEY_SIP_TRUST_CTRL = 43;

/* Of the phone. */
export const KEY_DNS_QUERY_TIMEOUT = 44;
export const KEY_DNS_RETRY_TIMES = 45;
export const KEY_DNS_TTL_ENABLE = 46;
export const KEY_DNS_LAST_CACHE_EXPIRED_ENABLE = 47;
export const KEY_DNS_LAST_CACHE_EXPIRED = 48;
export const KEY_IP_ADDRESS_MODE = 49;
export const KEY_PRIMARY_DNS = 50;
export const KEY_SECONDARY_DNS = 51;
export const KEY_DNS_TRANSPORT_TYPE = 52;
export const KEY_SKIP_REDUNDANT_FAILOVER_ADDR = 53;
export const KEY_REG_SURGE_PREVENTION = 54;
export const KEY_PROBE_MAX_LOST = 55;
export const KEY_PROBE_INTERVAL = 56;
export const KEY_FAILBACK_SURGE_PREVENTION = 57;
export const KEY_TLS_CA = 58;
export const KEY_TLS_CERT = 59;
export const KEY_TLS_KEY = 60;
export const KEY_TLS_VERIFY = 61;
export const KEY_LISTEN_PORT = 62;
export const KEY_TLS_LISTEN_PORT = 63;
export const KEY_TIMER_T1 = 64;
export const KEY_TIMER_T2 = 65;
export const KEY_TIMER_T4 = 66;
export const KEY_USE_OUT_BOUND_IN_DIALOG = 67;

/* Of a static NAPTR record. */
export const KEY_NAPTR_NAME = 68;
export const KEY_NAPTR_ORDER = 69;
export const KEY_NAPTR_PREFERENCE = 70;
export const KEY_NAPTR_FLAGS = 71;
export const KEY_NAPTR_SERVICE = 72;
export const KEY_NAPTR_REPLACE = 73;
export const KEY_NAPTR_TTL = 74;

/* Of a static SRV record. */
export const KEY_SRV_NAME = 75;
export const KEY_SRV_PORT = 76;
export const KEY_SRV_PRIORITY = 77;
export const KEY_SRV_WEIGHT = 78;
export const KEY_SRV_TARGET = 79;
export const KEY_SRV_TTL = 80;

/* Of a static address record. */
export const KEY_A_NAME = 81;
export const KEY_A_IP = 82;
export const KEY_A_TTL = 83;

export const FIRST_ACCOUNT_KEY = KEY_FALLBACK_REDUNDANCY_TYPE;
export const FIRST_GLOBAL_KEY = KEY_DNS_QUERY_TIMEOUT;
export const FIRST_RECORD_KEY = KEY_NAPTR_NAME;
export const KEYS = 84;

/* Numbers of keys by what they are kept for; a record has at most `RECORD_KEYS`. */
export const SERVER_KEYS = FIRST_ACCOUNT_KEY;
export const ACCOUNT_KEYS = FIRST_GLOBAL_KEY - FIRST_ACCOUNT_KEY;
export const GLOBAL_KEYS = FIRST_RECORD_KEY - FIRST_GLOBAL_KEY;
export const RECORD_KEYS = KEY_SRV_NAME - KEY_NAPTR_NAME;

/** Scopes in the table. */
export const SCOPES = 19;

/** Octets of the table; what is longer would not be read. */
export const TABLE_SIZE = 2560;
