/** One script of scenarios on every host: the same events in the same order, at the same times. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Authority } from "../certificates.js";
import { Performance } from "../own-network.js";
import { hosts } from "./hosts.js";
import type { Host } from "./hosts.js";
import { expectedLine, lineOf, strandOf } from "./lines.js";
import type { Strand, When } from "./lines.js";
import type { Certificates, Played } from "./played.js";
import { playedBy } from "./scenarios.js";
import type { Scenario } from "./scenarios.js";
import { DOMAIN } from "./stage.js";

const authority = new Authority("every");
const names = [DOMAIN, "other.example"];
const certificates: Certificates = {
  authority: authority.certificate,
  issued: Object.fromEntries(names.map((name) => [name, authority.issue({ names: [`DNS:${name}`] })])),
};
const certificatesFile = authority.write("certificates.json", JSON.stringify(certificates));

const player = fileURLToPath(new URL("play.js", import.meta.url));

/** The lines of a strand, and their times. */
const linesOf = ({ records, names: known }: Played, strand: Strand): { t: number; line: string }[] => {
  const targets = new Map(known);
  return records
    .filter((record) => strandOf(record) === strand)
    .map((record) => ({ t: record.t, line: lineOf(record, targets) }));
};

const textsOf = (played: Played, strand: Strand): string[] => linesOf(played, strand).map(({ line }) => line);

/** Everything in words, for a failure. */
const toldBy = (played: Played): string =>
  [...played.warnings, ...played.records.map((record) => JSON.stringify(record))].join("\n");

/** DNS asks for the service and its machine, and again for what has expired. */
const dnsOf = ({ transport = "udp", ttl = 300 }: Scenario): string[] => {
  const service = { udp: "_sip._udp", tcp: "_sip._tcp", tls: "_sips._tcp" }[transport];
  const lookup = (name: string, type: string, count: number, expires: number): string[] => [
    `dns-query ${name} ${type} dns 1`,
    `dns-answer ${name} ${type} dns records ${String(count)} ${String(expires)}`,
  ];
  const address = lookup("pbx.voice.example", "A", 1, ttl);
  return [...lookup(`${service}.${DOMAIN}`, "SRV", 2, 300), ...address, ...(ttl < 10 ? address : [])];
};

/** Whether a line came when it was to come; `before` and `first` are the times of other lines. */
const isOnTime = (t: number, when: When, before: number, first: number, { late, answer }: Host): boolean => {
  if (when === "asked") return true;
  if (when === "answered") return t - before <= answer;
  const passed = "at" in when ? t - first - when.at : t - before - when.after;
  return Math.abs(passed) <= late;
};

/** The phone's records are those that are expected, in their order, each when it is due. */
const isAsExpected = (played: Played, { expected }: Scenario, host: Host): void => {
  const lines = linesOf(played, "account");
  const wanted = expected.map(expectedLine);
  assert.deepEqual(
    lines.map(({ line }) => line),
    wanted.map(({ line }) => line),
  );
  const first = lines[0]?.t ?? 0;
  for (const [index, { when, line }] of wanted.entries()) {
    const [t, before] = [lines[index]?.t ?? 0, lines[index - 1]?.t ?? 0];
    assert.ok(
      isOnTime(t, when, before, first, host),
      `"${line}" is out of time: ${String(expected[index])}\n${toldBy(played)}`,
    );
  }
};

/** How far wire and records may be apart, both ends being busy. Milliseconds. */
const WIRE = 500;

/** What the servers received is what the phone says it has sent, and as far apart in time. */
const isOnTheWire = (played: Played): void => {
  const targets = new Map(played.names);
  const apart: number[] = [];
  for (const [server, received] of Object.entries(played.received)) {
    const sent = played.records.flatMap((record) =>
      record.event === "request" && targets.get(record.target) === server ? [record] : [],
    );
    // A port that is closed receives nothing; an ACK is no request of the records.
    const arrived = received.filter(({ method }) => method !== "ACK");
    const refused = sent.length - arrived.length;
    assert.deepEqual(
      arrived.map(({ method }) => method),
      sent.slice(refused).map(({ method }) => method),
    );
    apart.push(...arrived.map(({ t }, index) => t - (sent[index + refused]?.t ?? 0)));
  }
  const spread = Math.max(...apart) - Math.min(...apart);
  assert.ok(spread <= WIRE, `the wire and the records are up to ${spread.toFixed(0)} ms apart`);
};

/** All hosts play at the same time; what a host lacks to play is its own failure. */
const performances = new Map<Host, Performance<Played> | Error>();

before(async () => {
  const lacking = new Map<Host, Error>();
  for (const host of hosts) {
    try {
      await host.build();
    } catch (error) {
      lacking.set(host, error as Error);
    }
  }
  for (const host of hosts) {
    const begin = (): Performance<Played> => new Performance(player, [host.name, certificatesFile], host);
    performances.set(host, lacking.get(host) ?? begin());
  }
});

for (const host of hosts) {
  describe(`every scenario on ${host.name}`, () => {
    for (const scenario of playedBy(host)) {
      it(scenario.name, async () => {
        const performance = performances.get(host);
        if (performance instanceof Error) throw performance;
        assert.ok(performance !== undefined);
        const played = await performance.of(scenario.name);
        assert.equal(played.error, undefined, `${String(played.error)}\n${toldBy(played)}`);
        isAsExpected(played, scenario, host);
        assert.deepEqual(textsOf(played, "dns"), dnsOf(scenario));
        assert.deepEqual(textsOf(played, "phone"), scenario.phone ?? []);
        assert.deepEqual(textsOf(played, "udp"), ["listening udp"]);
        assert.deepEqual(textsOf(played, "tcp"), scenario.transport === "tcp" ? ["listening tcp"] : []);
        assert.deepEqual(played.complaints, []);
        if (scenario.warnings !== undefined) assert.deepEqual(played.warnings, scenario.warnings);
        isOnTheWire(played);
      });
    }
  });
}
