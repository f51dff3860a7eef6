import { Resolver } from "node:dns/promises";
import type { ZoneRecord, ZoneType } from "../simulated/index.js";
import { USUAL_TTL } from "./records.js";
import type { Found, NameSource } from "./records.js";

/** Milliseconds that a server has for an answer, and how often it is asked. */
const TIMEOUT = 3000;
const TRIES = 2;

const troubles: Readonly<Record<string, string>> = {
  ETIMEOUT: "no answer",
  ECONNREFUSED: "the DNS server refuses the question",
  ESERVFAIL: "server failure",
  EREFUSED: "the DNS server refuses to answer",
};

/**
 * Asks DNS servers: those given, `ADDR` or `ADDR:PORT`, or the system's where there are none. SRV and NAPTR records
 * come without their TTL, and are given that of static records.
 */
export const liveSource = (servers: readonly string[]): NameSource => {
  const resolver = new Resolver({ timeout: TIMEOUT, tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  return {
    name: `DNS by ${resolver.getServers().join(", ")}`,
    find: async (name, type) => {
      try {
        return { records: await ask(resolver, name, type) };
      } catch (error) {
        return troubleOf(error);
      }
    },
  };
};

const ask = async (resolver: Resolver, name: string, type: ZoneType): Promise<ZoneRecord[]> => {
  switch (type) {
    case "A":
    case "AAAA": {
      const found =
        type === "A"
          ? await resolver.resolve4(name, { ttl: true })
          : await resolver.resolve6(name, { ttl: true });
      return found.map(({ address, ttl }) => ({ name, type, ttl, data: address }));
    }
    case "SRV": {
      const found = await resolver.resolveSrv(name);
      return found.map(({ name: target, ...data }) => ({
        name,
        type,
        ttl: USUAL_TTL,
        data: { ...data, target },
      }));
    }
    case "NAPTR": {
      const found = await resolver.resolveNaptr(name);
      return found.map(({ service: services, ...data }) => ({
        name,
        type,
        ttl: USUAL_TTL,
        data: { ...data, services },
      }));
    }
    case "CNAME":
      return (await resolver.resolveCname(name)).map((data) => ({ name, type, ttl: USUAL_TTL, data }));
  }
};

const troubleOf = (error: unknown): Found => {
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (code === "ENODATA") return { records: [] };
  if (code === "ENOTFOUND") return { records: [], trouble: "name-not-found" };
  return { records: [], trouble: "failed", detail: troubles[code] ?? message };
};
