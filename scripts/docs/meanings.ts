/** What each key means, by the end of its name; those of an outbound proxy mean what the server's do. */
export interface Meaning {
  /** `s`: seconds. */
  readonly unit?: "s" | "resends";
  readonly text: string;
  /** It decides what happens on the day the primary dies: the README shows it. */
  readonly decides?: true;
  /** Values in words, where the table of the core has numbers only. */
  readonly values?: string;
}

export const meanings: Readonly<Record<string, Meaning>> = {
  retry_counts: {
    unit: "resends",
    decides: true,
    text: "how often a silent target gets a request again before the next is tried: 3 is 7.5 s (F1)",
  },
  invite_retry_counts: {
    unit: "resends",
    decides: true,
    text: "the same for INVITE",
  },
  failback_mode: {
    decides: true,
    values: "0 newRequests, 1 DNSTTL, 2 Registration, 3 duration",
    text: "when the primary is tried again: with every request, when the DNS answer's TTL is over, with every refresh, after `failback_timeout` (B1)",
  },
  failback_timeout: {
    unit: "s",
    decides: true,
    text: "mode 3: the time on another target before the primary is tried again; 0: never by time",
  },
  "failback_subscribe.enable": {
    decides: true,
    text: "modes 1 to 3: 1 subscribes anew at once when the registration has moved to another IP address (S2)",
  },
  register_on_enable: {
    decides: true,
    text: "0: the servers share registrations, a request goes straight on to the next; 1: REGISTER there first (F8)",
  },
  only_signal_with_registered: {
    decides: true,
    text: "with `register_on_enable` 1 and modes 1 to 3: 1 sends requests only to the target that has the registration (F9)",
  },
  address: { decides: true, text: "where the server is; slot 2 is the fallback server" },
  port: {
    decides: true,
    text: "0 asks DNS for SRV records where the address is a name; any other port asks for addresses only",
  },
  transport_type: {
    values: "0 UDP, 1 TCP, 2 TLS, 3 DNS-NAPTR",
    text: "3 with a name and port 0: NAPTR, then SRV, then addresses; otherwise UDP",
  },
  expires: {
    unit: "s",
    decides: true,
    text: "the lifetime of a registration to ask for: without probing, so long it may take until a silent server is noticed",
  },
  redundancy_type: {
    decides: true,
    values: "0 concurrent, 1 successive",
    text: "registered with both slots at the same time, or with slot 2 only while slot 1 is down (G1, G2)",
  },
  timeout: {
    unit: "s",
    decides: true,
    text: "successive: how often slot 1 is tried from slot 2",
  },
  fallback_interval: {
    unit: "s",
    text: "on outbound proxy 2: how often proxy 1 is tried; 0: never (G3)",
  },
  outbound_proxy_enable: { text: "1: requests go through the outbound proxy" },
  dns_cache_type: {
    values: "0 ask each time, 1 use cached answers, 2 the additional section too",
    text: "what becomes of DNS answers",
  },
  naptr_build: {
    values: "0 UDP, 1 UDP, TCP and TLS",
    text: "the SRV names that are asked for when NAPTR had no answer",
  },
  static_cache_pri: {
    values: "0 DNS, 1 static",
    text: "which of DNS and static records comes first",
  },
  "redundancy_with_reg_fail.enable": {
    decides: true,
    text: "1: a REGISTER that is rejected (not by 401, 407, 423) moves on to the next target, too (F6)",
  },
  "account.X.enable": { text: "1: the account is used" },
  label: { text: "the account's name on the screen" },
  display_name: { text: "the name in From" },
  auth_name: { text: "the user name for digest; empty: `user_name`" },
  user_name: { text: "the user part of the account's address; empty: the account does not register" },
  password: { text: "for digest; never in any output" },
  reg_fail_retry_interval: {
    unit: "s",
    text: "the wait after a REGISTER that no target accepted, where both keys below are 0",
  },
  reg_failed_retry_min_time: {
    unit: "s",
    text: "the base of the back-off of RFC 5626, 4.5; 0 with a maximum above 0: 30 s",
  },
  reg_failed_retry_max_time: { unit: "s", text: "its ceiling" },
  register_expires_overlap: {
    unit: "s",
    text: "REGISTER again so long before the end; -1: at half the lifetime below 1200 s, 600 s before it from 1200 s on",
  },
  subscribe_expires_overlap: { unit: "s", text: "the same for SUBSCRIBE" },
  unregister_on_reboot: { text: "1: removes old bindings first (R5)" },
  subscribe_mwi: { text: "1: subscribes to message waiting" },
  subscribe_mwi_expires: { unit: "s", text: "the lifetime to ask for" },
  "blf.blf_list_uri": { text: "the list of busy lamps to subscribe to; empty: none" },
  "blf.subscribe_period": { unit: "s", text: "the lifetime to ask for" },
  "blf.subscribe_event": { values: "0 dialog, 1 presence", text: "its event package" },
  sub_fail_retry_interval: { unit: "s", text: "the wait after a SUBSCRIBE that failed; 0 is read as 1 s" },
  "nat.udp_update_enable": {
    values: "0 off, 1 CRLF, 2 OPTIONS, 3 NOTIFY",
    text: "what keeps the way to the phone open (K1)",
  },
  "nat.udp_update_time": {
    unit: "s",
    decides: true,
    text: "how often it is sent: so long it may take until a closed port is noticed",
  },
  "session_timer.enable": { text: "1: session timers (RFC 4028)" },
  "session_timer.expires": { unit: "s", text: "the interval to ask for" },
  "session_timer.refresher": { values: "0 uac, 1 uas", text: "who refreshes" },
  "nat.rport": {
    text: "no effect: `rport` is always sent, `received` and `rport` in answers are followed (RFC 3581)",
  },
  sip_trust_ctrl: { text: "1: requests are accepted only from the account's current targets" },
  query_timeout: { unit: "s", text: "the wait before a silent DNS server is asked again" },
  retry_times: { text: "how often it is asked again" },
  ttl_enable: { text: "1: TTLs are respected" },
  "last_cache_expired.enable": { text: "1: answers that have run out may serve while DNS does not answer" },
  last_cache_expired: { unit: "s", text: "for how long; 0: without limit" },
  ip_address_mode: { values: "0 IPv4, 1 IPv6, 2 both", text: "the addresses that are used" },
  primary_dns: { text: "empty: the host's own resolvers" },
  secondary_dns: { text: "the second one" },
  dns_transport_type: {
    values: "0 UDP, 1 TCP",
    text: "for DNS queries; an answer that was cut is asked for again over TCP",
  },
  skip_redundant_failover_addr: {
    decides: true,
    text: "1: an IP address that was tried in this search already is skipped (F3)",
  },
  reg_surge_prevention: { unit: "s", text: "a random wait of up to so long before the first REGISTER" },
  probe_max_lost: {
    decides: true,
    text: "so many OPTIONS lost in a row put a target down (K2); 0: no probing; 2 with an interval of 2 finds a silent server within 7 s",
  },
  probe_interval: { unit: "s", decides: true, text: "how often they are sent; 0: `nat.udp_update_time`" },
  failback_surge_prevention: {
    unit: "s",
    text: "a random wait of up to so long before the primary is tried again",
  },
  tls_ca: { text: "file of trust anchors (PEM); empty: the system's" },
  tls_cert: { text: "file of the phone's own certificate" },
  tls_key: { text: "file of its key" },
  tls_verify: { text: "0: certificates are not checked" },
  listen_port: { text: "for UDP and TCP; 0: any free one" },
  tls_listen_port: { text: "for TLS; 0: any free one" },
  timer_t1: { unit: "s", text: "T1 of RFC 3261: the first wait before a request is sent again" },
  timer_t2: { unit: "s", text: "T2: the longest" },
  timer_t4: { unit: "s", text: "T4: how long a message may stay in the network" },
  use_out_bound_in_dialog: { text: "1: requests within a dialog keep the outbound proxy" },
  "dns_cache_naptr.N.name": { text: "static NAPTR record N, 1 to 12: its domain" },
  order: { text: "lowest first" },
  preference: { text: "lowest first within an order" },
  flags: { text: "`s`: SRV records follow; `a`: addresses" },
  service: { text: "`SIP+D2U`, `SIP+D2T`, `SIPS+D2T`" },
  replace: { text: "the next name to look up" },
  ttl: { unit: "s", text: "its lifetime" },
  "dns_cache_srv.N.name": {
    text: "static SRV record N, 1 to 12: its domain, such as `_sip._udp.example.com`",
  },
  "dns_cache_srv.N.port": { values: "0..65535", text: "the server's port" },
  priority: { text: "lowest first" },
  weight: { text: "the share within a priority (RFC 2782)" },
  target: { text: "the server's name" },
  "dns_cache_a.N.name": { text: "static address record N, 1 to 12: its domain" },
  ip: { text: "its address" },
};
