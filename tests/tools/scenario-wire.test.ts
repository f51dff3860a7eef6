import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dnsAnswers, playWire, roundTrips, saidBy, toldTo } from "./scenario-wire.js";
import type { Datagram, Passed } from "./scenario-wire.js";

const A = "192.0.2.1:5060";
const B = "192.0.2.2:5060";

const configuration = (...lines: readonly string[]): string =>
  [
    "#!version:1.0.0.1",
    "account.1.enable = 1",
    "account.1.user_name = 1001",
    "account.1.password = secret",
    "account.1.sip_server.1.address = sip.example.com",
    "account.1.sip_server.1.expires = 60",
    ...lines,
    "",
  ].join("\n");

/** A scenario of ten minutes with two servers behind a name: what they say of themselves, and the rest. */
const scenario = (servers: string, rest = "", ttl = 86_400): string => `duration: 10min
servers:
  primary: { address: 192.0.2.1${servers} }
  secondary: { address: 192.0.2.2 }
dns:
  records:
    - sip.example.com ${String(ttl)} A 192.0.2.1
    - sip.example.com ${String(ttl)} A 192.0.2.2
${rest}`;

const playServers = (servers: string, rest = ""): Datagram[] =>
  playWire(scenario(servers, rest), configuration());

/** `401 REGISTER`, for requests that a server sent `INVITE`. */
const lineOf = ({ message: { status, method } }: Passed): string =>
  status === 0 ? method : `${String(status)} ${method}`;

const between = (passed: readonly Passed[], from: number, to: number): Passed[] =>
  passed.filter(({ t }) => t >= from * 1000 && t < to * 1000);

describe("servers of a scenario on the wire", () => {
  it("up: grant what is asked for, unless there is a longest lifetime", () => {
    const granted = (servers: string): string | undefined =>
      saidBy(playServers(servers), A)[0]?.message.list("contact")[0]?.parameters.get("expires");
    assert.equal(granted(""), "60");
    assert.equal(granted(", lifetime: 20s"), "20");
  });

  it("a shortest lifetime: 423 with Min-Expires", () => {
    const [first, second] = saidBy(playServers(", shortest_lifetime: 100s"), A);
    assert.ok(first);
    assert.deepEqual([lineOf(first), first.message.header("min-expires")], ["423 REGISTER", "100"]);
    assert.equal(second?.message.status, 200);
  });

  it("silent: hear everything and say nothing", () => {
    const wire = playServers(", state: silent");
    assert.equal(saidBy(wire, A).length, 0);
    assert.ok(toldTo(wire, A).length > 3);
    assert.ok(saidBy(wire, B).length > 0);
  });

  it("stopped: say nothing, and everything when they go on", () => {
    const wire = playServers("", "events: [{ at: 25s, server: primary, state: stopped, for: 10s }]\n");
    const [late] = between(saidBy(wire, A), 25, 60);
    assert.equal(late?.t, 35_000);
  });

  for (const state of ["refusing", "unreachable"]) {
    it(`${state}: an ICMP error, so that the other one is asked within the same instant`, () => {
      const wire = playServers(`, state: ${state}`);
      assert.deepEqual([toldTo(wire, A)[0]?.t, toldTo(wire, B)[0]?.t], [0, 0]);
      assert.equal(saidBy(wire, A).length, 0);
    });
  }

  it("a status: to everything, with Retry-After where it is said, and without", () => {
    const first = (servers: string): [string | undefined, string | undefined] => {
      const [answer] = saidBy(playServers(servers), A);
      return [answer && lineOf(answer), answer?.message.header("retry-after")];
    };
    assert.deepEqual(first(", state: 503"), ["503 REGISTER", undefined]);
    assert.deepEqual(first(", state: 503, retry_after: 4min"), ["503 REGISTER", "240"]);
    assert.deepEqual(first(", state: 404"), ["404 REGISTER", undefined]);
  });

  it("slow, or with an answer that takes some time anyway", () => {
    for (const servers of [", state: slow, delay: 300ms", ", answer_after: 300ms"]) {
      assert.deepEqual(new Set(roundTrips(playServers(servers), A)), new Set([300]), servers);
    }
    const both = playServers(
      ", answer_after: 100ms",
      "events: [{ at: 1min, server: primary, state: slow, delay: 400ms, for: 1min }]\n",
    );
    assert.deepEqual(new Set(roundTrips(both, A)), new Set([100, 400]));
  });

  it("lossy: so much gets lost, there or back, and no more", () => {
    const wire = playServers(", state: lossy, loss: 30%");
    const [asked, answered] = [toldTo(wire, A).length, saidBy(wire, A).length];
    // Both ways have to be passed: 49 % of what is asked is answered.
    assert.ok(
      asked > 20 && answered > 0.2 * asked && answered < 0.75 * asked,
      `${String(answered)} of ${String(asked)}`,
    );
  });

  it("credentials: asked for with the realm and the algorithms that are said, from then on", () => {
    const users = '{ realm: here, users: { "1001": secret }, algorithms: [SHA-256, MD5] }';
    const wire = playServers(
      "",
      `events: [{ at: 1min, server: primary, auth: ${users} }, { at: 2min, server: primary, auth: false }]\n`,
    );
    const before = between(saidBy(wire, A), 0, 59).map(lineOf);
    assert.ok(
      before.every((line) => line === "200 REGISTER"),
      before.join(),
    );
    const [challenge, then] = between(saidBy(wire, A), 60, 70);
    assert.deepEqual(
      [challenge && lineOf(challenge), then && lineOf(then)],
      ["401 REGISTER", "200 REGISTER"],
    );
    const offers = challenge?.message.headers("www-authenticate").join("\n") ?? "";
    assert.match(offers, /realm="here".*algorithm=SHA-256[\s\S]*algorithm=MD5/);
    assert.deepEqual(new Set(between(saidBy(wire, A), 120, 600).map(lineOf)), new Set(["200 REGISTER"]));
  });

  it("a place in the route of calls: by address, by name, or none", () => {
    const routeOf = (servers: string): string | undefined =>
      saidBy(playServers(servers, "events: [{ at: 10s, call: 2000, for: 5s }]\n"), A)
        .find(({ message: { status, method } }) => status === 200 && method === "INVITE")
        ?.message.header("record-route");
    assert.equal(routeOf(""), "<sip:192.0.2.1:5060;lr>");
    assert.equal(routeOf(', record_route: "sip:sip.example.com;lr"'), "<sip:sip.example.com;lr>");
    assert.equal(routeOf(", record_route: none"), undefined);
  });

  it("at one address: one that cannot be reached takes the other one with it", () => {
    const wire = playWire(
      `duration: 5min
servers:
  one: { address: "192.0.2.1:5060" }
  other: { address: "192.0.2.1:5080", state: unreachable }
dns: { records: [sip.example.com 60 A 192.0.2.1] }
events:
  - { at: 1min, server: one, state: up }
  - { at: 2min, server: other, state: up }
`,
      configuration("account.1.reg_fail_retry_interval = 10", "account.1.reg_failed_retry_max_time = 0"),
    );
    assert.ok((saidBy(wire, A)[0]?.t ?? 0) >= 120_000);
  });
});

describe("DNS of a scenario on the wire", () => {
  it("gives the records with their TTLs, and others from some time on", () => {
    const rest = "events: [{ at: 3min, dns: { records: [sip.example.com 40 A 192.0.2.2] } }]\n";
    const answers = dnsAnswers(playWire(scenario("", rest, 50), configuration()));
    const text = (t: number): string => {
      const packet = answers.filter((answer) => answer.t < t).at(-1)?.packet;
      return (packet?.answers ?? [])
        .map((each) => (each.type === "A" ? `${String(each.ttl)} ${each.data}` : ""))
        .join();
    };
    assert.equal(text(170_000), "50 192.0.2.1,50 192.0.2.2");
    assert.equal(text(600_000), "40 192.0.2.2");
  });

  for (const [state, rcode] of [
    ["refused", "REFUSED"],
    ["servfail", "SERVFAIL"],
    ["nxdomain", "NXDOMAIN"],
  ] as const) {
    it(`${state}: answers ${rcode}`, () => {
      const [answer] = dnsAnswers(
        playWire(scenario("").replace("dns:\n", `dns:\n  state: ${state}\n`), configuration()),
      );
      assert.equal((answer?.packet as { rcode?: string }).rcode, rcode);
    });
  }

  it("says how long a name that is not there is remembered as such", () => {
    const wire = playWire(
      scenario("").replace("dns:\n", "dns:\n  negative_ttl: 77s\n").replaceAll("- sip.", "- sap."),
      configuration(),
    );
    const [authority] = dnsAnswers(wire)[0]?.packet.authorities ?? [];
    assert.equal(
      authority?.type === "SOA" ? Math.min(authority.ttl ?? 0, authority.data.minimum ?? 0) : 0,
      77,
    );
  });

  it("is at several addresses, and slow everywhere", () => {
    const yaml = scenario("").replace(
      "dns:\n",
      "dns:\n  address: [192.0.2.54, '192.0.2.55:5353']\n  answer_after: 150ms\n",
    );
    const wire = playWire(yaml, configuration());
    assert.equal(dnsAnswers(wire, "192.0.2.54:53")[0]?.t, 150);
    const second = playWire(
      yaml.replace("duration: 10min", "duration: 10min\n").replace("answer_after: 150ms", "state: servfail"),
      configuration(),
    );
    assert.ok(dnsAnswers(second, "192.0.2.55:5353").length > 0);
  });
});

describe("lines of a scenario on the wire", () => {
  it("delay, each way, and by up to so much more at random", () => {
    const trips = roundTrips(playServers("", "network: { latency: 40ms, jitter: 10ms }\n"), A);
    assert.ok(trips.length > 15, String(trips.length));
    assert.ok(
      trips.every((trip) => trip >= 80 && trip <= 100),
      trips.join(),
    );
    assert.ok(new Set(trips).size > 5, trips.join());
  });

  it("of a server add to that, for this server only", () => {
    const wire = playServers(
      ", link: { latency: 30ms }",
      "network: { latency: 10ms }\nevents: [{ at: 1min, server: primary, state: silent }]\n",
    );
    assert.deepEqual(new Set(roundTrips(wire, A)), new Set([80]));
    assert.deepEqual(new Set(roundTrips(wire, B)), new Set([20]));
  });

  it("lose so much of what passes", () => {
    const rest = "network: { loss: 20% }\n";
    const wire = playWire(
      scenario("", rest),
      configuration("sip.probe_max_lost = 10", "sip.probe_interval = 1"),
    );
    const [asked, answered] = [toldTo(wire, A).length, saidBy(wire, A).length];
    // 64 % of what is asked is answered; five standard deviations of 500 are 11 %.
    assert.ok(asked > 500, String(asked));
    assert.ok(Math.abs(answered / asked - 0.64) < 0.11, String(answered / asked));
  });

  it("bring everything twice", () => {
    const wire = playServers("", "network: { duplicate: 100% }\n");
    const [first, second, third, fourth] = saidBy(wire, A);
    // Twice asked, and each answer twice.
    assert.deepEqual(
      [first, second, third, fourth].map((passed) => passed?.message.branch),
      Array.from({ length: 4 }, () => first?.message.branch),
    );
  });

  it("are down for a time: nothing comes through; or not reachable: an error comes at once", () => {
    for (const [state, waits] of [
      ["down", true],
      ["unreachable", false],
    ] as const) {
      const wire = playServers("", `events: [{ at: 25s, link: ${state}, for: 20s }]\n`);
      assert.deepEqual(between(saidBy(wire, A), 25, 45), [], state);
      assert.ok(
        saidBy(wire, A).some(({ t }) => t >= 45_000),
        state,
      );
      const [, again] = between(toldTo(wire, A), 25, 45);
      assert.equal(again !== undefined && again.t < 31_000, waits, state);
    }
  });
});

describe("the user of a scenario on the wire", () => {
  it("calls and hangs up at the instants that are said", () => {
    const wire = playServers(
      "",
      'far_ends: { "*": { ring: 1s, answer: 2s } }\nevents: [{ at: 10s, call: { to: 0049123, name: a } }, { at: 20s, hang_up: a }]\n',
    );
    const calls = toldTo(wire, A).filter(
      ({ message: { method } }) => method === "INVITE" || method === "BYE",
    );
    assert.deepEqual(
      calls.map(({ t, message: { method, status } }) => `${String(t)} ${String(status)} ${method}`),
      ["10000 0 INVITE", "20000 0 BYE"],
    );
    assert.equal(calls[0]?.message.uri, "sip:0049123@sip.example.com");
    const answers = saidBy(wire, A).filter(
      ({ message: { method, status } }) => method === "INVITE" && status > 100,
    );
    assert.deepEqual(
      answers.map((each) => `${String(each.t)} ${lineOf(each)}`),
      ["11000 180 INVITE", "13000 200 INVITE"],
    );
  });

  it("is called through a server, and answers", () => {
    const wire = playServers("", "events: [{ at: 10s, incoming: { answer: 2s }, for: 3s }]\n");
    assert.equal(
      saidBy(wire, A).find(({ message }) => message.status === 0 && message.method === "INVITE")?.t,
      10_000,
    );
    const said = toldTo(wire, A)
      .filter(({ t }) => t >= 10_000 && t < 16_000)
      .map((each) => `${String(each.t)} ${lineOf(each)}`);
    assert.deepEqual(said, ["10000 100 INVITE", "10000 180 INVITE", "12000 200 INVITE", "15000 BYE"]);
  });

  it("draws the same calls from the same seed, others from another one", () => {
    const invites = (seed: number): string =>
      toldTo(
        playServers(
          "",
          `seed: ${String(seed)}\nrandom: [{ calls: { to: [a, b] }, every: 1min, for: [1s, 5s] }]\n`,
        ),
        A,
      )
        .filter(({ message: { method, status } }) => method === "INVITE" && status === 0)
        .map(({ t, message }) => `${String(t)} ${message.uri}`)
        .join("\n");
    assert.ok(invites(1).split("\n").length > 3);
    assert.equal(invites(1), invites(1));
    assert.notEqual(invites(1), invites(2));
  });
});
