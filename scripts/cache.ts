import { homedir } from "node:os";
import { join } from "node:path";

/** Where what is expensive to fetch or to build outlives a checkout: a folder of its own for each who keeps something. */
export function cacheFolder(name: string): string {
  const { SIP_FAILOVER_CACHE, XDG_CACHE_HOME } = process.env;
  const cache = SIP_FAILOVER_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sip-failover");
  return join(cache, name);
}
