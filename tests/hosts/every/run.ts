import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Place } from "./hosts.js";
import type { Certificates, Played, Received } from "./played.js";
import { PASSWORD, USER } from "./scenarios.js";
import type { Scenario } from "./scenarios.js";
import { DOMAIN, Stage } from "./stage.js";

const CA = "ca.pem";

const TRANSPORT_TYPES = { udp: 0, tcp: 1, tls: 2 } as const;

const textOf = ({ keys = {}, transport = "udp" }: Scenario, place: Place, folder: string): string => {
  const all = {
    enable: 1,
    user_name: USER,
    password: PASSWORD,
    "sip_server.1.address": DOMAIN,
    "sip_server.1.port": 0,
    "sip_server.1.transport_type": TRANSPORT_TYPES[transport],
    // A failed REGISTER is tried again after 30 s sharp (R5), and servers may differ by their ports alone.
    reg_failed_retry_max_time: 0,
    "sip.skip_redundant_failover_addr": 0,
    "sip.listen_port": place.listenPort,
    ...(transport === "tls" ? { "sip.tls_ca": place.path(folder, CA) } : {}),
    ...keys,
  };
  const lines = Object.entries(all).map(
    ([key, value]) => `${key.startsWith("sip.") ? key : `account.1.${key}`} = ${String(value)}`,
  );
  return ["#!version:1.0.0.1", ...lines, ""].join("\n");
};

/** Plays a scenario at a place, with the files of the phone in a folder. */
const playWith = async (stage: Stage, scenario: Scenario, place: Place, folder: string): Promise<void> => {
  const file = join(folder, "phone.cfg");
  writeFileSync(file, textOf(scenario, place, folder), { mode: 0o600 });
  scenario.before?.(stage);
  const phone = place.create({ files: [file], dns: [stage.dns] });
  try {
    await stage.enter(phone);
    await scenario.play(stage);
  } finally {
    await phone.stop();
  }
};

/** Plays a scenario at a place: what came of it, where it fails, too. */
export const play = async (
  scenario: Scenario,
  place: Place,
  { authority, issued }: Certificates,
): Promise<Played> => {
  const { registrars = {}, ttl = 300, transport = "udp", certified = {} } = scenario;
  const certificates = Object.fromEntries(
    Object.entries(certified).flatMap(([server, name]) => {
      const certificate = issued[name];
      return certificate === undefined ? [] : [[server, certificate]];
    }),
  );
  const folder = mkdtempSync(join(tmpdir(), "sip-failover-every-"));
  const stage = await Stage.open(place, { registrars, ttl, transport, certificates });
  try {
    stage.giveTrust = () => {
      copyFileSync(authority, join(folder, CA));
    };
    if (scenario.lacksTrust !== true) stage.giveTrust();
    const error = await playWith(stage, scenario, place, folder).then(
      () => undefined,
      (reason: unknown) => (reason instanceof Error ? reason.message : String(reason)),
    );
    const received = [stage.primary, stage.secondary].map((server) => [
      server.name,
      server.received.map(({ t, request: { method, status } }): Received => {
        return { t, method: status === 0 ? method : String(status) };
      }),
    ]);
    return {
      name: scenario.name,
      ...(error === undefined ? {} : { error }),
      records: stage.records,
      warnings: stage.warnings.map((sentence) => sentence.replaceAll(place.path(folder, CA), "FILE")),
      names: [...stage.names],
      received: Object.fromEntries(received) as Played["received"],
      complaints: stage.exchange.complaints,
    };
  } finally {
    await stage.close();
    rmSync(folder, { recursive: true });
  }
};
