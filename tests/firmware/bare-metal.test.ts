import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Registrar } from "../../host/simulated/index.js";
import { parseSip } from "../../host/simulated/index.js";
import { buildBareMetal } from "../../scripts/firmware/bare-metal.js";
import { BareBoard } from "./bare-board.js";
import { Ethernet } from "./ethernet.js";
import { HOST, PATIENCE, Site } from "./site.js";

const DOMAIN = "voice.example";
const PRIMARY = "192.0.2.21";
const SECONDARY = "192.0.2.22";
const BOARD = "192.0.2.10";

/** Seconds that registrars grant, so that a refresh soon finds a server that is gone. */
const LIFETIME = 10;

const ends = [
  { address: PRIMARY, port: 5060 },
  { address: SECONDARY, port: 5060 },
] as const;

/** A configuration whose domain leads to two servers by records of its own. */
const configuration = (
  servers: readonly { readonly address: string; readonly port: number }[],
  ...lines: readonly string[]
): string =>
  [
    "#!version:1.0.0.1",
    "account.1.enable = 1",
    "account.1.user_name = 1000",
    "account.1.password = secret",
    `account.1.sip_server.1.address = ${DOMAIN}`,
    "account.1.sip_server.1.port = 0",
    "account.1.static_cache_pri = 1",
    "sip.skip_redundant_failover_addr = 0",
    ...servers.flatMap(({ address, port }, index) => {
      const number = String(index + 1);
      return [
        `dns_cache_srv.${number}.name = _sip._udp.${DOMAIN}`,
        `dns_cache_srv.${number}.port = ${String(port)}`,
        `dns_cache_srv.${number}.priority = ${number}`,
        `dns_cache_srv.${number}.target = server${number}.${DOMAIN}`,
        `dns_cache_srv.${number}.ttl = 20`,
        `dns_cache_a.${number}.name = server${number}.${DOMAIN}`,
        `dns_cache_a.${number}.ip = ${address}`,
        `dns_cache_a.${number}.ttl = 20`,
      ];
    }),
    ...lines,
    "",
  ].join("\n");

/** Beside each other: most of the time the boards wait. */
const BOARDS = 3;

describe("the phone on a Cortex-M4", { concurrency: BOARDS }, () => {
  let site: Site;
  before(async () => {
    await buildBareMetal();
    site = new Site();
  });
  after(() => site.close());

  const twoRegistrars = async (): Promise<{
    registrars: [Registrar, Registrar];
    ports: [number, number];
  }> => {
    const options = { digest: { users: { "1000": "secret" } }, maxExpires: LIFETIME };
    const a = await site.registrar(options);
    const b = await site.registrar(options);
    return { registrars: [a.registrar, b.registrar], ports: [a.port, b.port] };
  };

  it("registers over QEMU's network, leaves a silent server, comes back, and stops in good order", async () => {
    const { registrars, ports } = await twoRegistrars();
    const [primary, secondary] = registrars;
    const servers = ports.map((port) => ({ address: HOST, port }));
    const board = BareBoard.start(site, configuration(servers, "account.1.sip_server.1.failback_mode = 2"));
    const registered = await board.hears("registered", PATIENCE);
    assert.equal(registered.target, `udp:${HOST}:${String(ports[0])}`);
    assert.equal(primary.bound(0).length, 1);

    primary.silent();
    const silence = await board.hears("target-failed", PATIENCE);
    assert.equal(silence.cause, "silent");
    const failover = await board.hears("failover", PATIENCE);
    assert.equal(failover.to, `udp:${HOST}:${String(ports[1])}`);
    const [attempt] = board.all("request").filter(({ t }) => t > registered.t);
    // F2: the request at 0, 0.5, 1.5 and 3.5 s, the next server at 7.5 s.
    const budget = failover.t - (attempt?.t ?? 0);
    assert.ok(budget >= 7500 && budget < 8000, `left after ${String(budget)} ms`);

    primary.up();
    const failback = await board.hears("failback", PATIENCE);
    assert.equal(failback.to, `udp:${HOST}:${String(ports[0])}`);

    board.type("stop");
    assert.equal(await board.ended, 0);
    assert.equal(board.all("unregistered").at(-1)?.reason, "stopped");
    assert.deepEqual(primary.requests("REGISTER").at(-1)?.request.header("Expires"), "0");
    assert.equal(secondary.malformed + primary.malformed, 0);
    assert.ok(board.stack > 0 && board.stack < 8192, `${String(board.stack)} octets of stack`);
  });

  it("leaves a server whose port is closed at once, answers strangers, and outlives a cable that is pulled", async () => {
    const { registrars, ports } = await twoRegistrars();
    const [primary, secondary] = registrars;
    const ethernet = await Ethernet.open();
    site.atEnd(() => {
      ethernet.close();
    });
    ends.forEach((end, index) => {
      ethernet.place(end, ports[index] ?? 0);
    });
    const keys = [
      "account.1.sip_server.1.failback_mode = 2",
      // After the cable was pulled it is tried again soon (R5).
      "account.1.reg_failed_retry_min_time = 2",
      "account.1.reg_failed_retry_max_time = 2",
    ];
    const board = BareBoard.start(site, configuration(ends, ...keys), {
      ethernet,
      address: `${BOARD}/24`,
    });
    await board.hears("registered", PATIENCE);

    primary.refuse();
    const refused = await board.hears("target-failed", PATIENCE);
    assert.equal(refused.cause, "refused");
    const failover = await board.hears("failover", PATIENCE);
    assert.equal(failover.to, `udp:${SECONDARY}:5060`);
    assert.ok(failover.t - refused.t < 100, `${String(failover.t - refused.t)} ms after the refusal`);
    assert.equal(secondary.bound(0).length, 1);
    primary.up();
    const failback = await board.hears("failback", PATIENCE);
    assert.equal(failback.to, `udp:${PRIMARY}:5060`);

    const stranger = { address: "192.0.2.99", port: 5062 };
    const options = [
      `OPTIONS sip:1000@${BOARD} SIP/2.0`,
      `Via: SIP/2.0/UDP ${stranger.address}:${String(stranger.port)};branch=z9hG4bK1`,
      "Max-Forwards: 70",
      `From: <sip:stranger@${stranger.address}>;tag=1`,
      `To: <sip:1000@${BOARD}>`,
      "Call-ID: 1",
      "CSeq: 1 OPTIONS",
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n");
    ethernet.send(stranger, 5060, Buffer.from("\0\0 what is this"));
    ethernet.send(stranger, 5060, Buffer.from(options));
    await board.until(() => ethernet.strangers.length > 0, PATIENCE, "the answer to a stranger");
    const [answer] = ethernet.strangers;
    assert.deepEqual(answer?.to, stranger);
    assert.equal(parseSip(answer.octets)?.status, 200);

    await board.plug(false);
    await board.hears("target-failed", PATIENCE);
    await board.plug(true);
    await board.hears("registered", PATIENCE);
    board.type("stop");
    assert.equal(await board.ended, 0);
  });

  it("says what is wrong with its words", async () => {
    const nothing = BareBoard.start(site, "", { address: "192.0.2.10" });
    assert.notEqual(await nothing.ended, 0);
    assert.match(nothing.warnings.join(), /The network cannot be started/);
  });
});
