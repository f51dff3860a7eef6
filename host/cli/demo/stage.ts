import { RealServer } from "../../node/servers.js";
import { Registrar, Zone } from "../../simulated/index.js";
import { LIFETIME, PRIMARY, SECONDARY, SERVICE, TTL, USER } from "./configuration.js";

/** The only loopback address that every system has. */
const ADDRESS = "127.0.0.1";

/** A registrar of the demo and where it is. */
export interface StageServer {
  readonly name: string;
  readonly registrar: Registrar;
  /** `udp:127.0.0.1:5060`, as records have it. */
  readonly target: string;
}

/** Two registrars and a DNS server on loopback. */
export interface Stage {
  readonly primary: StageServer;
  readonly secondary: StageServer;
  /** `127.0.0.1:53`, for `--dns`. */
  readonly dns: string;
  readonly close: () => Promise<void>;
}

/**
 * Opens the servers on free ports.
 *
 * @throws an error of the system where there is no port to be had
 */
export const openStage = async (password: string): Promise<Stage> => {
  const opened: RealServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((server) => server.close()));
  };
  const openRegistrar = async (name: string): Promise<{ server: RealServer; stage: StageServer }> => {
    const digest = { realm: SERVICE, users: { [USER]: password } };
    const registrar = new Registrar(name, { digest, maxExpires: LIFETIME });
    const server = await RealServer.open(registrar, { address: ADDRESS, port: 0 });
    opened.push(server);
    return { server, stage: { name, registrar, target: `udp:${ADDRESS}:${String(server.port)}` } };
  };
  try {
    const primary = await openRegistrar("primary");
    const secondary = await openRegistrar("secondary");
    const zone = new Zone()
      .srv(`_sip._udp.${SERVICE}`, { priority: 10, port: primary.server.port, target: PRIMARY }, TTL)
      .srv(`_sip._udp.${SERVICE}`, { priority: 20, port: secondary.server.port, target: SECONDARY }, TTL)
      .address(PRIMARY, ADDRESS, TTL)
      .address(SECONDARY, ADDRESS, TTL);
    const dns = await RealServer.open(zone, { address: ADDRESS, port: 0 });
    opened.push(dns);
    return {
      primary: primary.stage,
      secondary: secondary.stage,
      dns: `${ADDRESS}:${String(dns.port)}`,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
