/*
 * Plays all troubles with a host, in a network of its own, and writes what came of each as a line of JSON.
 * Usage: node play.js HOST
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostNames } from "../../../host/cli/hosts.js";
import type { HostName } from "../../../host/cli/hosts.js";
import { RealServer } from "../../../host/node/servers.js";
import { Registrar, Zone } from "../../../host/simulated/index.js";
import { FarPhone } from "../far-phone.js";
import { endWithOwner } from "../own-network.js";
import { Cable } from "./cable.js";
import { DOMAIN, troubles, users } from "./troubles.js";
import type { Trouble } from "./troubles.js";

/** What came of a trouble. */
export interface Outcome {
  readonly name: string;
  /** Why it is not as it should be. */
  readonly error?: string;
}

endWithOwner();

const host = hostNames.find((name) => name === process.argv[2]);
if (host === undefined) throw new Error(`there is no host ${String(process.argv[2])}`);

const textOf = ({ keepAlive = 30 }: Trouble): string =>
  Object.values(users)
    .flatMap((user, index) => {
      const account = {
        enable: 1,
        user_name: user,
        "sip_server.1.address": DOMAIN,
        "sip_server.1.port": 0,
        "sip_server.1.transport_type": index,
        reg_fail_retry_interval: 1,
        reg_failed_retry_max_time: 0,
        "nat.udp_update_time": keepAlive,
      };
      return Object.entries(account).map(
        ([key, value]) => `account.${String(index + 1)}.${key} = ${String(value)}`,
      );
    })
    .join("\n");

const playIn = async (cable: Cable, folder: string, name: HostName, trouble: Trouble): Promise<void> => {
  // The servers' end of the cable is there before they are.
  cable.lay();
  const now = (): number => Math.floor(performance.now());
  const registrar = new Registrar("pbx", { maxExpires: trouble.lifetime });
  const zone = new Zone();
  const at = { address: cable.servers, port: 0, now };
  const servers = [await RealServer.open(registrar, at), await RealServer.open(zone, at)] as const;
  const [{ port }, dns] = servers;
  for (const service of ["_sip._udp", "_sip._tcp"])
    zone.srv(`${service}.${DOMAIN}`, { port, target: "pbx.example" });
  zone.address("pbx.example", cable.servers);
  if (!trouble.startsPlugged) cable.remove();
  const text = `#!version:1.0.0.1\nsip.listen_port = 0\n${textOf(trouble)}\n`;
  const phone = new FarPhone(cable.atPhone, name, folder, text, `${cable.servers}:${String(dns.port)}`);
  try {
    await trouble.play({ cable, registrar, phone });
  } finally {
    await phone.stop();
    for (const server of servers) await server.close();
  }
};

const folder = mkdtempSync(join(tmpdir(), "sip-failover-cable-"));
const cable = new Cable();
for (const trouble of troubles) {
  const error = await playIn(cable, folder, host, trouble).then(
    () => undefined,
    (reason: unknown) => (reason instanceof Error ? reason.message : String(reason)),
  );
  const outcome: Outcome = { name: trouble.name, ...(error === undefined ? {} : { error }) };
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
rmSync(folder, { recursive: true });
