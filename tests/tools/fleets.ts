/** What the tests of fleets share: a small fleet, played in this process. */
import { Cells } from "../../host/fleet/cell.js";
import { USUAL_CELL, cellsOf, usualSpread } from "../../host/fleet/job.js";
import type { Job, Shard } from "../../host/fleet/job.js";
import { partOf } from "../../host/fleet/part.js";
import { reportOf } from "../../host/fleet/report.js";
import type { Report } from "../../host/fleet/report.js";
import type { Tally } from "../../host/fleet/tally.js";
import { parseScenario } from "../../host/scenario/read.js";

/** A phone that leaves a refusing primary within its keep-alive, and tries to return after a minute. */
export const CONFIGURATION = `#!version:1.0.0.1
account.1.enable = 1
account.1.user_name = 1001
account.1.password = a-password
account.1.sip_server.1.address = voice.example.com
account.1.sip_server.1.port = 0
account.1.sip_server.1.expires = 120
account.1.sip_server.1.failback_mode = 3
account.1.sip_server.1.failback_timeout = 60
`;

/** An outage of three minutes; what is said of the servers beside their addresses. */
export const outage = (secondary = "", primary = ""): string => `
title: A short outage
duration: 10min
network: { latency: 10ms }
servers:
  primary: { address: 192.0.2.1${primary} }
  secondary: { address: 192.0.2.2${secondary} }
dns:
  records:
    - _sip._udp.voice.example.com SRV 10 0 5060 a.voice.example.com
    - _sip._udp.voice.example.com SRV 20 0 5060 b.voice.example.com
    - a.voice.example.com A 192.0.2.1
    - b.voice.example.com A 192.0.2.2
events:
  - { at: 3min, server: primary, state: refusing, for: 3min }
`;

/** A fleet of a scenario and a configuration that are written in the test. */
export const jobOf = (
  yaml: string,
  phones: number,
  options: Partial<Job> & { readonly keys?: string } = {},
): Job => {
  const { keys = "", ...more } = options;
  const scenario = parseScenario("test.yaml", yaml);
  return {
    files: [{ name: "phone.cfg", octets: new TextEncoder().encode(CONFIGURATION + keys) }],
    scenario,
    phones,
    seed: 1,
    spread: usualSpread(scenario),
    cell: USUAL_CELL,
    ...more,
  };
};

/** Plays a shard of a fleet, all of it where it is not said which. */
export const playTally = (job: Job, shard: Shard = { number: 1, of: 1 }): Tally => {
  const cells = new Cells(job);
  for (const cell of cellsOf(job, shard)) cells.play(cell);
  return cells.tally;
};

/** Plays a whole fleet. */
export const playReport = (job: Job): Report => reportOf(partOf(job, "0.0.0", undefined, playTally(job)));
