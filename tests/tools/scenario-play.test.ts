import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ScenarioError } from "../../host/scenario/problem.js";
import { linesOf, movesOf, playText } from "./scenarios.js";
import type { Played } from "./scenarios.js";

/** A phone with an account for each of `users`, whose name has two addresses. */
const configuration = (
  users: readonly number[] = [1001],
  more: Readonly<Record<string, string | number>> = {},
): string => {
  const lines = users.flatMap((user, index) =>
    Object.entries({
      enable: 1,
      user_name: user,
      password: `password-${String(user)}`,
      "sip_server.1.address": "sip.example.com",
      "sip_server.1.expires": 60,
      reg_failed_retry_max_time: 0,
      ...more,
    }).map(([key, value]) => `account.${String(index + 1)}.${key} = ${String(value)}`),
  );
  return ["#!version:1.0.0.1", ...lines, ""].join("\n");
};

/** Two servers behind one name. */
const scenario = (rest: string, servers = "", duration = "10min"): string => `duration: ${duration}
servers:
  primary: { address: 192.0.2.1${servers} }
  secondary: { address: 192.0.2.2${servers} }
dns:
  records:
    - sip.example.com 86400 A 192.0.2.1
    - sip.example.com 86400 A 192.0.2.2
${rest}`;

const events = (...lines: readonly string[]): string =>
  `events:\n${lines.map((line) => `  - ${line}\n`).join("")}`;

const play = (rest: string, servers = "", more: Readonly<Record<string, string | number>> = {}): Played =>
  playText(scenario(rest, servers), configuration([1001], more));

/** What truly was: `60000 primary silent`. */
const toldOf = ({ told }: Played): string[] =>
  told
    .filter(({ t }) => t > 0)
    .map((record) => {
      const what =
        record.event === "user"
          ? `user ${record.action}`
          : `${record.event === "server" ? record.server : "link"} ${record.state}`;
      const detail = record.detail === undefined ? "" : `: ${record.detail}`;
      return `${String(record.t)} ${what}${detail}`;
    });

const statuses = (played: Played): string[] => linesOf(played, "response", "method", "target", "status");

describe("servers of a scenario", () => {
  for (const [state, cause, failedAt] of [
    ["silent", "silent", "00:01:07.500"],
    ["stopped", "silent", "00:01:07.500"],
    ["refusing", "refused", "00:01:00.000"],
    ["unreachable", "refused", "00:01:00.000"],
    ["503", "503", "00:01:00.000"],
    ["503, retry_after: 2min", "503", "00:01:00.000"],
  ] as const) {
    it(`that are ${state} fail as they do`, () => {
      // The third REGISTER finds it out.
      const played = play(events(`{ at: 45s, server: primary, state: ${state}, for: 3min }`), "", {
        "nat.udp_update_enable": 0,
      });
      assert.equal(linesOf(played, "target-failed", "target", "cause")[0], `${failedAt} primary ${cause}`);
      assert.match(movesOf(played)[0] ?? "", new RegExp(`^${failedAt} 1 failover primary -> secondary F`));
      assert.equal(played.told.filter(({ event, t }) => event === "server" && t > 0).length, 2);
    });
  }

  it("answer everything with a status, and with Retry-After where they say so (F12)", () => {
    const played = play(events("{ at: 45s, server: primary, state: 503, retry_after: 4min, for: 3min }"));
    const [, , ...later] = statuses(played).filter((line) => line.includes("primary"));
    assert.deepEqual(later.slice(0, 1), ["00:01:00.000 REGISTER primary 503"]);
    assert.ok(later.slice(1).every((line) => line >= "00:05:00"));
  });

  it("are slow: each answer takes so long", () => {
    const played = play(events("{ at: 45s, server: primary, state: slow, delay: 2s, for: 20s }"));
    assert.deepEqual(
      linesOf(played, "registered", "target").filter((line) => line > "00:00:59" && line < "00:01:31"),
      ["00:01:02.000 primary"],
    );
  });

  it("are lossy: some of what goes to them gets lost, and the rest gets through", () => {
    const played = play(events("{ at: 0, server: all, state: lossy, loss: 50% }"));
    const sends = linesOf(played, "request", "attempt").filter((line) => !line.endsWith(" 1"));
    assert.ok(sends.length > 3, "requests had to be sent again");
    assert.notEqual(linesOf(played, "registered", "target").length, 0);
  });

  it("ask for credentials from some time on, and no longer", () => {
    const played = play(
      events("{ at: 45s, server: primary, auth: true }", "{ at: 75s, server: primary, auth: false }"),
    );
    assert.deepEqual(
      statuses(played).filter((line) => line < "00:01:59"),
      [
        "00:00:00.000 REGISTER primary 200",
        "00:00:30.000 REGISTER primary 200",
        "00:01:00.000 REGISTER primary 401",
        "00:01:00.000 REGISTER primary 200",
        "00:01:30.000 REGISTER primary 200",
      ],
    );
    assert.deepEqual(toldOf(played), [
      "45000 primary up: asks for credentials",
      "75000 primary up: asks for no credentials",
    ]);
  });

  it("refuse credentials that they do not know", () => {
    const played = play("", ', auth: { users: { "1001": another } }');
    assert.deepEqual(linesOf(played, "registered", "target"), []);
    assert.equal(linesOf(played, "failed", "reason")[0], "00:00:00.000 wrong-credentials");
    const [account] = played.summary.accounts;
    assert.deepEqual([account?.registered, account?.cover], [null, 0]);
  });

  it("grant a lifetime, another one later, and refuse shorter ones", () => {
    const played = play(events("{ at: 45s, server: primary, lifetime: 20s }"), ", shortest_lifetime: 100s");
    assert.deepEqual(statuses(played).slice(0, 2), [
      "00:00:00.000 REGISTER primary 423",
      "00:00:00.000 REGISTER primary 200",
    ]);
    assert.deepEqual(linesOf(played, "registered", "expires").slice(0, 3), [
      "00:00:00.000 100",
      "00:00:50.000 20",
      "00:01:00.000 20",
    ]);
  });

  it("that share no registrations refuse users of others", () => {
    const calls = (registrations: string): string[] =>
      linesOf(
        playText(
          `${scenario(events("{ at: 45s, server: primary, state: silent }", "{ at: 46s, call: 2000 }"))}registrations: ${registrations}\n`,
          configuration(),
        ),
        "call",
        "state",
        "reason",
        "status",
      );
    assert.deepEqual(calls("separate").at(-1), "00:00:53.500 ended rejected 403");
    assert.equal(calls("shared").at(-1), "00:00:56.500 established none 0");
  });

  it("begin in another state", () => {
    const played = play("", ", state: refusing");
    assert.deepEqual(
      played.told
        .filter(({ event }) => event === "server")
        .map((record) => "state" in record && record.state),
      ["refusing", "refusing"],
    );
    assert.equal(linesOf(played, "failed", "reason")[0], "00:00:00.000 no-target-left");
  });

  it("speak TLS where they are told to, with a certificate or one of nobody's", () => {
    const tls = { "sip_server.1.transport_type": 2, "sip_server.1.port": 5061 };
    assert.deepEqual(
      linesOf(play("", ", tls: true", tls), "registered", "target")[0],
      "00:00:00.000 primary",
    );
    for (const [certificate, cause] of [
      ["untrusted", "tls-certificate"],
      ["[other.example.com]", "tls-certificate"],
      ["false", "connect"],
    ] as const) {
      const [failed] = linesOf(play("", `, tls: ${certificate}`, tls), "target-failed", "cause");
      assert.equal(failed, `00:00:00.000 ${cause}`);
    }
  });

  it("stay in the path of calls by TLS at the port of TLS", () => {
    const yaml = scenario(
      events("{ at: 10s, call: 2000, for: 5s }", "{ at: 30s, incoming: {}, for: 5s }"),
      ", tls: true",
    );
    const tls = { "sip_server.1.transport_type": 2, "sip_server.1.port": 5061 };
    const played = playText(yaml, configuration([1001], tls));
    assert.equal(played.summary.calls.established, 1);
    const byes = played.records.flatMap((record) =>
      record.event === "request" && record.method === "BYE" ? [`${String(record.t)} ${record.target}`] : [],
    );
    assert.deepEqual(byes, ["18000 tls:192.0.2.1:5061", "39000 tls:192.0.2.1:5061"]);
    assert.deepEqual(played.summary.servers[0]?.requests["BYE"], 2);
  });

  it("count what comes to them, by method", () => {
    const { summary } = play(events("{ at: 45s, call: 2000, for: 10s }"), "", { "nat.udp_update_enable": 2 });
    // A REGISTER at 0 and each half minute after that, an OPTIONS each half minute, a call with its ACK and BYE.
    assert.deepEqual(summary.servers, [
      {
        server: "primary",
        requests: { REGISTER: 21, OPTIONS: 20, INVITE: 1, ACK: 1, BYE: 1 },
        total: 44,
      },
      { server: "secondary", requests: {}, total: 0 },
    ]);
  });
});

describe("DNS and lines of a scenario", () => {
  for (const [state, outcome] of [
    ["silent", "silent"],
    ["closed", "unreachable"],
    ["refused", "refused"],
    ["servfail", "server-failure"],
    ["nxdomain", "no-such-name"],
  ] as const) {
    it(`DNS that is ${state} fails as it does`, () => {
      const played = play(events(`{ at: 0, dns: ${state} }`));
      const outcomes = new Set(linesOf(played, "dns-answer", "outcome").map((line) => line.split(" ")[1]));
      assert.deepEqual([...outcomes], [outcome]);
    });
  }

  it("DNS that is slow answers later", () => {
    const played = play(events("{ at: 0, dns: slow, delay: 2s }"));
    assert.equal(linesOf(played, "registered", "target")[0], "00:00:02.000 primary");
  });

  it("records change, and go", () => {
    const played = playText(
      scenario(
        events(
          "{ at: 1min, dns: { records: [sip.example.com 60 A 192.0.2.2] } }",
          "{ at: 5min, dns: { remove: sip.example.com } }",
        ),
      ).replaceAll("86400", "60"),
      configuration(),
    );
    const targets = linesOf(played, "resolved", "targets").map((line) => line.replaceAll("udp:192.0.2.", ""));
    assert.equal(targets[0], "00:00:00.000 1:5060,2:5060");
    assert.deepEqual(
      new Set(
        targets.filter((line) => line > "00:01:01" && line < "00:05:01").map((line) => line.split(" ")[1]),
      ),
      new Set(["2:5060"]),
    );
    assert.ok(linesOf(played, "dns-answer", "outcome").at(-1)?.endsWith("no-such-name"));
    assert.deepEqual(toldOf(played), [
      "60000 dns up: new records of sip.example.com",
      "300000 dns up: new records of sip.example.com",
    ]);
  });

  it("a line that is down is down for every server, and comes back as it was", () => {
    const played = playText(
      scenario(`network: { latency: 50ms }\n${events("{ at: 100s, link: down, for: 30s }")}`),
      configuration(),
    );
    assert.deepEqual(played.summary.accounts[0]?.gaps[1]?.[0], 100_000);
    const timeOf = (event: "request" | "response"): number =>
      played.records.find((record) => record.event === event && record.t > 480_000)?.t ?? 0;
    assert.equal(timeOf("response") - timeOf("request"), 100);
    assert.deepEqual(toldOf(played), ["100000 link down: for 30 s", "130000 link up"]);
  });

  it("a line that is bad delays, loses and doubles, as long as it is said", () => {
    const played = play(events("{ at: 45s, link: { latency: 300ms }, for: 30s }"));
    assert.deepEqual(linesOf(played, "registered", "target").slice(0, 4), [
      "00:00:00.000 primary",
      "00:00:30.000 primary",
      "00:01:00.600 primary",
      "00:01:30.600 primary",
    ]);
    assert.deepEqual(toldOf(played), ["45000 link disturbed: latency 300 ms, for 30 s", "75000 link up"]);
  });
});

describe("the user of a scenario", () => {
  it("calls, is answered, and hangs up after a time or when it is said", () => {
    const played = play(
      events(
        "{ at: 10s, call: 2000, for: 20s }",
        "{ at: 60s, call: { to: 2001, name: long } }",
        "{ at: 100s, hang_up: long }",
      ),
    );
    assert.deepEqual(
      linesOf(played, "call", "state").filter((line) => !/proceeding|ringing/.test(line)),
      [
        "00:00:10.000 calling",
        "00:00:13.000 established",
        "00:00:33.000 ending",
        "00:00:33.000 ended",
        "00:01:00.000 calling",
        "00:01:03.000 established",
        "00:01:40.000 ending",
        "00:01:40.000 ended",
      ],
    );
    assert.deepEqual(played.summary.calls, {
      placed: 2,
      established: 2,
      failed: {},
      incoming: 0,
      answered: 0,
      lost: 0,
    });
  });

  it("calls far ends that are busy, or never answer", () => {
    const played = playText(
      scenario(
        `far_ends: { "2000": { status: 486, answer: 1s }, "2001": { silent: true }, "*": { answer: 10s } }\n${events(
          "{ at: 10s, call: 2000 }",
          "{ at: 20s, call: { to: 2001, name: a } }",
          "{ at: 30s, call: 2002 }",
          "{ at: 60s, hang_up: a }",
        )}`,
      ),
      configuration(),
    );
    assert.deepEqual(
      linesOf(played, "call", "state", "status").filter((line) => /ended|establ/.test(line)),
      ["00:00:11.000 ended 486", "00:00:40.000 established 0", "00:00:59.500 ended 0"],
    );
    assert.deepEqual(played.summary.calls.failed, { rejected: 1, "no-target-left": 1 });
  });

  it("takes calls that come in, or does not", () => {
    const played = play(
      events(
        "{ at: 10s, incoming: { answer: 2s }, for: 5s }",
        "{ at: 30s, incoming: { answer: never } }",
        "{ at: 200s, incoming: { through: secondary, name: x } }",
        "{ at: 210s, hang_up: x }",
      ),
    );
    assert.deepEqual(linesOf(played, "call", "state", "reason", "target"), [
      "00:00:10.000 incoming none primary",
      "00:00:12.000 accepted none primary",
      "00:00:12.000 established none primary",
      "00:00:17.000 ending none ",
      "00:00:17.000 ended local ",
      "00:00:30.000 incoming none primary",
      "00:01:30.000 ended cancelled ",
      "00:03:20.000 incoming none secondary",
      "00:03:24.000 accepted none secondary",
      "00:03:24.000 established none secondary",
      "00:03:30.000 ending none ",
      "00:03:30.000 ended local ",
    ]);
    assert.deepEqual(
      [played.summary.calls.incoming, played.summary.calls.answered, played.summary.calls.lost],
      [3, 2, 0],
    );
  });

  it("misses calls that no server can bring: it is dead, or has no registration of the phone", () => {
    const { summary, told } = playText(
      `${scenario(
        events(
          "{ at: 10s, incoming: { through: secondary } }",
          "{ at: 20s, server: primary, state: silent, for: 5s }",
          "{ at: 21s, incoming: {} }",
          "{ at: 40s, incoming: {} }",
        ),
      )}registrations: separate\n`,
      configuration(),
    );
    assert.deepEqual([summary.calls.incoming, summary.calls.lost, summary.calls.answered], [3, 2, 1]);
    assert.deepEqual(
      told.flatMap((record) => (record.event === "user" ? [`${String(record.t)} ${record.action}`] : [])),
      ["10000 incoming call lost", "21000 incoming call lost", "40000 incoming call", "44000 answer"],
    );
  });

  it("subscribes", () => {
    const played = play(
      events("{ at: 10s, subscribe: { package: dialog, to: sip:hall@sip.example.com, expires: 10min } }"),
    );
    assert.equal(linesOf(played, "subscribed", "package", "expires")[0], "00:00:10.000 dialog 600");
  });

  it("calls at random, from every account, as often as it is said", () => {
    const yaml = scenario(
      "random:\n  - { calls: {}, every: 1min, for: 10s }\n  - { incoming: { accounts: [2] }, every: 2min, for: [1s, 20s] }\n",
      "",
      "5h",
    );
    const { summary, records } = playText(yaml, configuration([1001, 1002]));
    const { placed, incoming } = summary.calls;
    // 300 and 150 on average; four standard deviations are allowed.
    assert.ok(Math.abs(placed - 300) < 70, String(placed));
    assert.ok(Math.abs(incoming - 150) < 50, String(incoming));
    const accounts = (state: string): Set<number> =>
      new Set(
        records.flatMap((record) =>
          record.event === "call" && record.state === state ? [record.account] : [],
        ),
      );
    assert.deepEqual([...accounts("calling")].sort(), [1, 2]);
    assert.deepEqual([...accounts("incoming")], [2]);
  });
});

describe("a scenario and a configuration that do not fit", () => {
  it("names the accounts that the phone does not have", () => {
    const yaml = scenario(
      `${events("{ at: 10s, call: { to: 2000, account: 2 } }")}random:\n  - { calls: { accounts: [1, 3] }, every: 1min }\n`,
    );
    assert.throws(
      () => playText(yaml, configuration()),
      (error: unknown) => {
        assert.ok(error instanceof ScenarioError);
        assert.deepEqual(
          error.problems.map(({ line, message }) => `${String(line)} ${message}`),
          [
            "10 account 2 is not enabled in the configuration",
            "12 account 3 is not enabled in the configuration",
          ],
        );
        return true;
      },
    );
  });
});
