import { Endpoint } from "../bytes/endpoint";
import { MAX_DNS_SERVERS } from "../limits";

/*
 * The DNS servers, in the order of the configuration. A question begins with the one that answered last and goes
 * round; one that has just failed a question is behind the others for those that follow.
 */

const DNS_PORT: u16 = 53;

@unmanaged
class Servers {
  count: i32;
  /** The one that following questions begin with. */
  preferred: i32;
}

const servers = changetype<Servers>(memory.data(offsetof<Servers>(), 8));
const endpoints = memory.data(offsetof<Endpoint>() * MAX_DNS_SERVERS, 8);

export function resetServers(): void {
  servers.count = 0;
  servers.preferred = 0;
}

/**
 * Adds a DNS server; port 0 means 53, its transport does not count. False where there are MAX_DNS_SERVERS; one
 * that is there already is not added again.
 */
export function addDnsServer(endpoint: Endpoint): bool {
  const port: u16 = endpoint.port == 0 ? DNS_PORT : endpoint.port;
  for (let i = 0; i < servers.count; i++) {
    const server = serverAt(i);
    if (server.sameAddress(endpoint) && server.port == port) return true;
  }
  if (servers.count == MAX_DNS_SERVERS) return false;
  serverAt(servers.count++).set(0, endpoint.family, port, endpoint.address);
  return true;
}

/** Number of DNS servers. */
export function dnsServers(): i32 {
  return servers.count;
}

export function serverAt(index: i32): Endpoint {
  return changetype<Endpoint>(endpoints + index * offsetof<Endpoint>());
}

/** The server that a question begins with. */
export function preferredServer(): i32 {
  return servers.preferred;
}

export function serverAfter(index: i32): i32 {
  return index + 1 == servers.count ? 0 : index + 1;
}

export function serverAnswered(index: i32): void {
  servers.preferred = index;
}

export function serverFailed(index: i32): void {
  if (servers.preferred == index) servers.preferred = serverAfter(index);
}
