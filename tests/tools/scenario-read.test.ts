import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseScenario, readScenario } from "../../host/scenario/read.js";
import { lengthText, instantText, milliseconds, shareOf } from "../../host/scenario/times.js";
import { EXAMPLES, exampleNames, problemsOf } from "./scenarios.js";

/** A scenario with two servers and some events. */
const withEvents = (events: string): string => `duration: 1h
servers:
  primary: { address: 192.0.2.1 }
  secondary: { address: 192.0.2.2 }
events:
${events}`;

/** What is wrong with events, which begin in line 6. */
const eventProblems = (events: string): string[] => problemsOf(withEvents(events));

describe("a scenario file", () => {
  it("is read with everything that it leaves out filled in", () => {
    const scenario = parseScenario("s.yaml", "duration: 90\nservers: { a: { address: 192.0.2.1 } }\n");
    assert.equal(scenario.duration, 90_000);
    assert.equal(scenario.seed, 1);
    assert.equal(scenario.sharesRegistrations, true);
    assert.deepEqual(scenario.network, { latency: 0, jitter: 0, loss: 0, duplicate: 0 });
    assert.deepEqual(
      scenario.servers.map(({ name, ends, auth, lifetime, state }) => ({
        name,
        ends,
        auth,
        lifetime,
        state,
      })),
      [
        {
          name: "a",
          ends: [{ transport: "udp", family: 4, address: "192.0.2.1", port: 5060 }],
          auth: false,
          lifetime: Infinity,
          state: { state: "up" },
        },
      ],
    );
    assert.deepEqual(
      scenario.dns.ends.map(({ address, port }) => [address, port]),
      [["192.0.2.53", 53]],
    );
    assert.deepEqual([scenario.events, scenario.random], [[], []]);
  });

  it("says what each server is like", () => {
    const [server] = parseScenario(
      "s.yaml",
      `duration: 1h
servers:
  a:
    address: ["192.0.2.1:5080", "[2001:db8::1]:5080"]
    auth: { realm: here, users: { "1001": secret }, algorithms: [SHA-256] }
    lifetime: 10min
    shortest_lifetime: 1min
    answer_after: 20ms
    link: { latency: 5ms, loss: 2.5% }
    tls: [a.example.com]
    record_route: sip:a.example.com;lr
    state: 503
    retry_after: 2min
`,
    ).servers;
    assert.deepEqual(server, {
      name: "a",
      ends: [
        { transport: "udp", family: 4, address: "192.0.2.1", port: 5080 },
        { transport: "udp", family: 6, address: "2001:db8::1", port: 5080 },
      ],
      auth: { realm: "here", users: { "1001": "secret" }, algorithms: ["SHA-256"] },
      lifetime: 600,
      shortestLifetime: 60,
      answerAfter: 20,
      link: { latency: 5, jitter: 0, loss: 0.025, duplicate: 0 },
      tls: ["a.example.com"],
      recordRoute: "sip:a.example.com;lr",
      state: { state: "answers", status: 503, retryAfter: 120 },
    });
  });

  it("takes its records from zone files beside it, too", () => {
    const scenario = parseScenario(
      `${EXAMPLES}inline.yaml`,
      `duration: 1h
servers: { a: { address: 192.0.2.1 } }
dns:
  records: [a.example.com 60 A 192.0.2.1]
  zone_file: ../../tests/tools/zones/example.zone
`,
    );
    assert.deepEqual(
      scenario.dns.records.map(({ name, type, ttl }) => `${name} ${String(ttl)} ${type}`),
      [
        "a.example.com 60 A",
        "_sip._udp.voice.example.com 300 SRV",
        "_sip._udp.voice.example.com 300 SRV",
        "a.voice.example.com 60 A",
        "b.voice.example.com 3600 A",
        "b.voice.example.com 3600 AAAA",
      ],
    );
  });

  it("is read for every example", () => {
    assert.deepEqual(exampleNames(), [
      "data-centre-move",
      "dns-down",
      "flapping-link",
      "hung-server",
      "maintenance-window",
      "survivable-branch",
    ]);
    for (const name of exampleNames()) assert.ok(readScenario(`${EXAMPLES}${name}.yaml`).title !== "");
  });
});

describe("times of a scenario", () => {
  for (const [text, value] of [
    [0, 0],
    [2.5, 2500],
    ["250ms", 250],
    ["1h30min", 5_400_000],
    ["1 d 2 h", 93_600_000],
    ["0.5s", 500],
  ] as const) {
    it(`${String(text)} is ${String(value)} ms`, () => {
      assert.equal(milliseconds(text), value);
    });
  }

  it("are written for people", () => {
    assert.deepEqual([0, 7500, 5_400_000, 90_061_001].map(lengthText), [
      "0 s",
      "7 s 500 ms",
      "1 h 30 min",
      "1 d 1 h 1 min 1 s 1 ms",
    ]);
    assert.deepEqual([0, 3_607_500, 90_061_001].map(instantText), [
      "00:00:00.000",
      "01:00:07.500",
      "1 d 01:01:01.001",
    ]);
  });

  it("shares are percent", () => {
    assert.deepEqual(["5%", "12.5 %", "100%"].map(shareOf), [0.05, 0.125, 1]);
  });
});

describe("a scenario that is wrong", () => {
  const cases: readonly (readonly [name: string, yaml: string, problems: readonly string[]])[] = [
    ["nothing", "", ["1:1 there is nothing in it"]],
    ["a list", "- a\n", ['1:1 this must be a mapping, not ["a"]']],
    [
      "no YAML",
      "a: [\n",
      ["2:1 Flow sequence in block collection must be sufficiently indented and end with a ]"],
    ],
    ["a key twice", "duration: 1h\nduration: 2h\n", ["2:1 Map keys must be unique"]],
    ["servers are missing", "duration: 1h\n", ['1:1 "servers" is missing']],
    [
      "a misspelt key",
      "duration: 1h\nservers:\n  a: { address: 192.0.2.1, sate: up }\n",
      ['3:28 unknown key "sate"; did you mean "state"?'],
    ],
    [
      "a length of time that is none",
      "duration: soon\nservers: { a: { address: 192.0.2.1 } }\n",
      ['1:11 this must be a length of time: 250ms, 30s, 10min, 1h30min, 2d, or seconds; it is "soon"'],
    ],
    [
      "no time at all",
      "duration: 0\nservers: { a: { address: 192.0.2.1 } }\n",
      ["1:11 this must be more than 0"],
    ],
    [
      "an address that is none",
      "duration: 1h\nservers:\n  a: { address: [192.0.2.1, 192.0.2.300] }\n",
      ['3:29 "192.0.2.300" is no IP address, with or without a port'],
    ],
    [
      "two servers at one address",
      'duration: 1h\nservers:\n  a: { address: 192.0.2.1 }\n  b: { address: "192.0.2.1:5060" }\n',
      ['4:17 the server "a" is at 192.0.2.1:5060 already'],
    ],
    [
      "a server called as something else",
      "duration: 1h\nservers:\n  dns: { address: 192.0.2.1 }\n",
      ['3:3 this must be a name that begins with a letter and is neither "all" nor "dns"; it is "dns"'],
    ],
    [
      "records",
      "duration: 1h\nservers: { a: { address: 192.0.2.1 } }\ndns:\n  records:\n    - a.example.com 60 A 192.0.2.x\n    - a.example.com MX 10 b\n",
      ["5:26 this must be an IPv4 address", "6:7 a record is of type A, AAAA, CNAME, SRV, NAPTR"],
    ],
    [
      "a zone file that is not there",
      "duration: 1h\nservers: { a: { address: 192.0.2.1 } }\ndns: { zone_file: nowhere.zone }\n",
      ["3:19 nowhere.zone cannot be read: there is no such file"],
    ],
  ];
  for (const [name, yaml, problems] of cases) {
    it(`${name}: says where and what`, () => {
      assert.deepEqual(problemsOf(yaml), problems);
    });
  }

  it("aliases that grow without end are refused", () => {
    const level = (name: string, of: string): string => `${name}: &${name} [${`*${of},`.repeat(10)}]\n`;
    const yaml = `a: &a [x]\n${level("b", "a")}${level("c", "b")}${level("d", "c")}${level("e", "d")}`;
    assert.deepEqual(problemsOf(yaml).length, 1);
  });
});

describe("events that are wrong", () => {
  const cases: readonly (readonly [name: string, events: string, problems: readonly string[]])[] = [
    [
      "an unknown server",
      "  - { at: 1min, server: primry, state: silent }\n",
      ['6:25 unknown server "primry"; did you mean "primary"?'],
    ],
    [
      "an unknown server in a list, and one that calls go through",
      "  - { at: 1min, server: [primary, nobody], state: silent }\n  - { at: 2min, incoming: { through: nobody } }\n",
      ['6:35 unknown server "nobody"', '7:38 unknown server "nobody"'],
    ],
    [
      "times out of order",
      "  - { at: 5min, link: down }\n  - { at: 4min59s, link: up }\n",
      ["7:11 times are out of order: the event before this one happens at 5 min"],
    ],
    ["after the end", "  - { at: 61min, link: down }\n", ["6:11 this is after the end, which is at 1 h"]],
    [
      "overlapping outages of a server",
      "  - { at: 1min, server: primary, state: silent, for: 10min }\n  - { at: 5min, server: all, state: refusing }\n",
      ["7:5 this overlaps an outage of primary: the one of line 6 lasts until 11 min"],
    ],
    [
      "an outage that comes again before it is over",
      "  - { at: 1min, dns: silent, for: 2min, every: 1min, until: 9min }\n",
      ["6:5 this overlaps an outage of dns: the time before lasts until 3 min"],
    ],
    [
      "overlapping outages of the line",
      "  - { at: 1min, link: down, for: 10s }\n  - { at: 65s, link: { loss: 5% } }\n",
      ["7:5 this overlaps an outage of the phone's line: the one of line 6 lasts until 1 min 10 s"],
    ],
    [
      "nothing happens",
      "  - { at: 1min }\n",
      [
        "6:5 an event says when (at) and one thing that happens: server, dns, link, call, incoming, hang_up or subscribe",
      ],
    ],
    [
      "two things happen",
      "  - { at: 1min, call: 1, link: down }\n",
      [
        "6:5 an event says when (at) and one thing that happens: server, dns, link, call, incoming, hang_up or subscribe",
      ],
    ],
    ["no time", "  - link: down\n", ['6:5 "at" is missing']],
    [
      "a state that there is not",
      "  - { at: 1min, server: primary, state: 200 }\n",
      [
        "6:41 this must be up, silent, refusing, stopped, unreachable, slow, lossy, or the status that everything is answered with, 300 to 699; it is 200",
      ],
    ],
    [
      "slow without saying how",
      "  - { at: 1min, server: primary, state: slow }\n",
      ['6:41 slow needs "delay": what it takes to answer'],
    ],
    [
      "what belongs to something else",
      "  - { at: 1min, server: primary, state: silent, retry_after: 3s }\n  - { at: 2min, call: 1, loss: 5% }\n",
      ['6:49 "retry_after" belongs to a status, not to silent', '7:26 "loss" belongs to events of a server'],
    ],
    [
      "an end of what has none",
      "  - { at: 1min, server: primary, state: up, for: 3s }\n  - { at: 2min, hang_up: a, for: 3s }\n",
      [
        '6:45 "for" belongs to trouble: up has no end',
        '7:5 no call before this one is named "a"',
        '7:29 "for" has no meaning here',
      ],
    ],
    [
      "a server of which nothing is said",
      "  - { at: 1min, server: primary }\n",
      ["6:25 an event of a server says its state, auth or lifetime"],
    ],
    [
      "a call in which something is misspelt",
      "  - { at: 1min, call: { too: 3, account: 17 } }\n",
      ['6:23 "to" is missing', '6:25 unknown key "too"; did you mean "to"?', "6:42 this must be 16 or less"],
    ],
    [
      "a million of them",
      "  - { at: 0, call: 1, every: 1ms }\n",
      ["6:5 this happens 3600000 times; 200000 are the most"],
    ],
  ];
  for (const [name, events, problems] of cases) {
    it(`${name}: says where and what`, () => {
      assert.deepEqual(eventProblems(events), problems);
    });
  }

  it("outages that follow each other at one instant do not overlap", () => {
    assert.deepEqual(
      eventProblems(
        "  - { at: 1min, server: primary, state: silent, for: 1min }\n  - { at: 2min, server: primary, state: refusing }\n",
      ),
      [],
    );
  });

  it("random calls say how often, and come before they end", () => {
    const yaml = `${withEvents("  []")}\nrandom:\n  - calls: {}\n  - { incoming: {}, every: 1min, from: 5min, until: 5min, for: [3s, 2s] }\n`;
    assert.deepEqual(problemsOf(yaml), ['8:5 "every" is missing']);
    assert.deepEqual(problemsOf(yaml.replace("calls: {}", "{ calls: {}, every: 0 }")), [
      "8:25 this must be more than 0",
      "9:53 this must be after the beginning",
      "9:64 the shortest is longer than the longest",
    ]);
  });
});
