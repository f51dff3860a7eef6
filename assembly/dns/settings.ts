/*
 * How the phone asks DNS. The configuration sets it once, by `configureDns`.
 */
@unmanaged
export class DnsSettings {
  /** `query_timeout`, in milliseconds: how long a server may stay silent. */
  queryTimeout: i64;
  /** `last_cache_expired`, in milliseconds: how long an expired answer may serve; 0: without limit. */
  staleLimit: i64;
  /** `retry_times`: how often a silent server is asked again. */
  retries: i32;
  /** `sip.dns_transport_type`: TRANSPORT_UDP or TRANSPORT_TCP. */
  transport: u8;
  /** `ttl_enable`: answers end with their TTL. */
  ttlEnable: bool;
  /** `last_cache_expired.enable`: an expired answer may serve while DNS does not answer. */
  staleEnable: bool;
}

export const settings = changetype<DnsSettings>(memory.data(offsetof<DnsSettings>(), 8));

/** A server that may be silent for no time at all could never answer. */
const SHORTEST_TIMEOUT: i64 = 1000;

/** Times in milliseconds; a `queryTimeout` below a second counts as one. `transport` is TRANSPORT_UDP or TRANSPORT_TCP. */
export function configureDns(
  queryTimeout: i64,
  retries: i32,
  ttlEnable: bool,
  staleEnable: bool,
  staleLimit: i64,
  transport: i32,
): void {
  settings.queryTimeout = max(queryTimeout, SHORTEST_TIMEOUT);
  settings.retries = retries;
  settings.ttlEnable = ttlEnable;
  settings.staleEnable = staleEnable;
  settings.staleLimit = staleLimit;
  settings.transport = transport as u8;
}
