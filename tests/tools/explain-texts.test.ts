/** What `explain` says: text, page and JSON; where names come from, and what is wrong with them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  EXPLANATION_VERSION,
  RecordsError,
  explain,
  fixedSource,
  isGood,
  liveSource,
  serverRecords,
  zoneRecords,
} from "../../host/explain/index.js";
import type { NameSource } from "../../host/explain/index.js";
import { htmlPage } from "../../host/explain/html.js";
import { sheetOf } from "../../host/explain/sheet.js";
import { textLines } from "../../host/explain/text.js";
import { Zone } from "../../host/simulated/index.js";
import { configuration } from "../scenarios/helpers.js";
import { account, addresses, explained } from "./explain-helpers.js";

const FALLBACK = { "sip_server.2.address": "192.0.2.9", "fallback.redundancy_type": 1 };

describe("explain: targets and where they come from", () => {
  test("L4: services before the addresses that the name has as well", async () => {
    const zone = new Zone()
      .srv("_sip._udp.sip.example.com", { priority: 2, target: "b.example.com" }, 60)
      .srv("_sip._udp.sip.example.com", { priority: 1, weight: 7, target: "a.example.com" }, 60)
      .address("a.example.com", "192.0.2.1", 90)
      .address("b.example.com", "192.0.2.2", 90)
      .address("sip.example.com", "192.0.2.1", 30);
    const { targets } = await account({ "sip_server.1.port": 0, ...FALLBACK }, zone.records);
    assert.deepEqual(
      targets.map(({ target, slot }) => `${String(slot)} ${target}`),
      ["1 udp:192.0.2.1:5060", "1 udp:192.0.2.2:5060", "2 udp:192.0.2.9:5060"],
    );
    assert.deepEqual(
      targets.map(({ origin: { kind, name, ttl } }) => [kind, name, ttl]),
      [
        ["srv", "a.example.com", 90],
        ["srv", "b.example.com", 90],
        ["literal", "", undefined],
      ],
    );
    assert.deepEqual(targets[0]?.origin.srv, { name: "_sip._udp.sip.example.com", priority: 1, weight: 7 });
  });

  test("an alias, a static record, a proxy, IPv6, TCP and TLS", async () => {
    const alias = new Zone()
      .alias("sip.example.com", "pool.example.com")
      .address("pool.example.com", "192.0.2.1");
    assert.equal((await account({}, alias.records)).targets[0]?.origin.name, "pool.example.com");
    const fixed = { "dns_cache_a.1.name": "sip.example.com", "dns_cache_a.1.ip": "192.0.2.44" };
    const settings = Object.fromEntries(
      Object.entries(fixed).map(([key, value]) => [`account.1.${key}`, value]),
    );
    assert.equal(
      (
        await account(
          settings,
          addresses(["B"]).map((record) => ({ ...record, name: "other" })),
        )
      ).targets[0]?.origin.kind,
      "static",
    );
    const proxied = {
      outbound_proxy_enable: 1,
      "outbound_proxy.1.address": "2001:db8::7",
      "static.network.ip_address_mode": 1,
    };
    const [proxy] = (await account(proxied)).targets;
    assert.deepEqual([proxy?.kind, proxy?.target], ["proxy", "udp:[2001:db8::7]:5060"]);
    for (const [transport, port, name] of [
      [1, 5060, "tcp"],
      [2, 5061, "tls"],
    ] as const) {
      const found = await account({ "sip_server.1.transport_type": transport, "sip_server.1.port": port });
      assert.deepEqual(
        found.targets.map(({ target }) => target),
        [`${name}:192.0.2.1:${String(port)}`, `${name}:192.0.2.2:${String(port)}`],
      );
      // Every method is answered while all is well, and the next server answers where the first refuses.
      for (const each of found.firstAnswers.filter(({ dead }) => dead === 0))
        assert.deepEqual([each.result, each.after], ["answered", 0], `${name} ${each.question}`);
      const moved = found.firstAnswers.filter(
        ({ dead, trouble, question }) => dead === 1 && trouble === "refused" && question !== "bye",
      );
      assert.ok(
        moved.every(({ result, after }) => result === "answered" && after === 0),
        name,
      );
    }
  });

  test("accounts that are set the same are explained once", async () => {
    const second = {
      "account.2.enable": 1,
      "account.2.user_name": 1001,
      "account.2.sip_server.1.address": "sip.example.com",
    };
    const { accounts } = await explained({ ...second, "account.2.reg_failed_retry_max_time": 0 });
    assert.deepEqual(
      accounts.map(({ account: number, same }) => [number, same]),
      [[1, [2]]],
    );
    const different = await explained({ ...second, "account.2.sip_server.1.retry_counts": 0 });
    assert.deepEqual(
      different.accounts.map(({ account: number }) => number),
      [1, 2],
    );
    assert.equal(
      different.accounts[1]?.firstAnswers.find(
        ({ question, trouble, dead }) => question === "register" && trouble === "silent" && dead === 1,
      )?.after,
      500,
    );
  });
});

describe("explain: advice", () => {
  const codes = async (settings: Record<string, string | number>): Promise<string[]> =>
    (await account(settings)).advice.map(({ code }) => code);

  test("defaults: shared registrations, no probing, each call waits", async () => {
    const { advice } = await account();
    const text = (code: string): string => {
      const found = advice.find((each) => each.code === code);
      return `${found?.finding ?? ""} ${found?.change ?? ""}`;
    };
    assert.match(text("shared-registrations"), /register_on_enable 0 assumes shared registrations/);
    assert.match(
      text("no-probing"),
      /found out by the next refresh, after up to 50 min 7 s.*sip\.probe_max_lost = 2.*after at most/,
    );
    assert.match(text("each-request-waits"), /each call waits 7\.5 s.*wait not at all/);
    assert.match(text("long-budget"), /waits 7\.5 s.*invite_retry_counts = 1 it waits 1\.5 s/);
    assert.match(text("route-by-address"), /sip\.example\.com into Record-Route/);
  });

  test("what is set is not asked for", async () => {
    const settings = {
      "sip_server.1.register_on_enable": 1,
      "sip_server.1.failback_mode": 1,
      "sip_server.1.failback_subscribe.enable": 1,
      "sip_server.1.only_signal_with_registered": 1,
      "sip_server.1.invite_retry_counts": 1,
      "sip.probe_max_lost": 2,
    };
    assert.deepEqual(await codes(settings), ["registered-only", "route-by-address"]);
  });

  test("one target", async () => {
    const { advice } = await account({ "sip_server.1.address": "192.0.2.1" }, []);
    assert.deepEqual(
      advice.map(({ code }) => code),
      ["one-target"],
    );
    assert.match(advice[0]?.finding ?? "", /gives up after 32 s/);
  });
});

/** The tags of a page: each is closed where it was opened, those aside that stand alone. */
const unbalanced = (page: string): string[] => {
  const open: string[] = [];
  for (const [, slash, name = ""] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
    if (slash === "") {
      if (name !== "meta") open.push(name);
    } else if (open.at(-1) === name) open.pop();
    else return [...open, `/${name}`];
  }
  return open;
};

describe("explain: text and page", () => {
  test("80 columns, and every number is there", async () => {
    const findings = await explained({
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
      ...FALLBACK,
    });
    const lines = textLines(sheetOf(findings));
    assert.deepEqual(
      lines.filter((line) => line.length > 80),
      [],
    );
    const text = lines.join("\n");
    assert.match(text, /2\/3 +15 s +15 s +15 s +15 s +no 32 s +no 39\.5 s/);
    assert.match(text, /3\/3 +no 47 s/);
    assert.match(text, /the primary +192\.0\.2\.2:5060 +at once +1 min 4 s +1 min 8 s +B4/);
    assert.match(text, /2 targets +192\.0\.2\.9:5060 +at once +2 min +2 min +G2/);
    assert.match(text, /silent +7\.5 s +50 min 8 s +the refresh/);
  });

  test("the page holds what the text holds, closes its tags, and asks for nothing", async () => {
    const sheet = sheetOf(await explained({ label: "<b>&\"'" }));
    const page = htmlPage(sheet);
    assert.deepEqual(unbalanced(page), []);
    assert.match(page, /^<!doctype html>\n<html lang="en">/);
    assert.match(page, /<td>7\.5 s<\/td>/);
    assert.match(page, /<td class="no">no 39\.5 s<\/td>/);
    assert.match(page, /prefers-color-scheme: dark/);
    assert.match(page, /@media print/);
    assert.match(page, /\(&lt;b&gt;&amp;&quot;&#39;\)/);
    assert.doesNotMatch(page, /<script|src=|href=|url\(|<b>/);
    const cells = sheet.chapters.flatMap(({ sections }) =>
      sections.flatMap(({ tables }) => tables.flatMap(({ rows }) => rows.flat())),
    );
    assert.ok(cells.every((cell) => page.includes(`>${cell}</td>`)));
  });

  test("what would steer a terminal is replaced", async () => {
    const records = addresses(["A"]).map((record) => ({ ...record, name: "sip.example.com" }));
    const findings = await explained({}, records);
    const text = textLines(sheetOf({ ...findings, files: ["\x1b[2J.cfg"], names: "\x1b]0;x\x07" })).join(
      "\n",
    );
    assert.ok(!text.includes("\x1b"));
    assert.match(text, /What \?\[2J\.cfg does/);
  });

  test("warnings stand where their account is", async () => {
    const findings = await explained();
    const warning = (key: string): (typeof findings.diagnostics)[number] => ({
      t: 0,
      account: 0,
      event: "config",
      level: "warning",
      code: "duplicate-key",
      key,
      detail: "",
      file: "phone.cfg",
      line: 3,
      column: 1,
      message: `${key} is twice there.`,
      hint: "Remove one.",
    });
    const sheet = sheetOf({
      ...findings,
      diagnostics: [warning("account.1.label"), warning("sip.timer_t1")],
    });
    const found = sheet.chapters.map(({ title, sections }) => [title, sections.at(-1)?.items.at(-1)?.[0]]);
    assert.deepEqual(found, [
      ["Account 1", "phone.cfg:3: account.1.label is twice there."],
      ["The file", "phone.cfg:3: sip.timer_t1 is twice there."],
    ]);
  });
});

describe("explain: names that lead nowhere", () => {
  const files = [{ name: "phone.cfg", octets: Buffer.from(configuration()) }];

  test("a name that is not there", async () => {
    const findings = await explain({
      files,
      names: fixedSource("nothing", serverRecords("a.example=192.0.2.1")),
    });
    assert.equal(findings.explanation, EXPLANATION_VERSION);
    assert.equal(isGood(findings), false);
    assert.deepEqual(findings.accounts[0]?.targets, []);
    assert.deepEqual(findings.unfound, [
      { name: "sip.example.com", type: "A", trouble: "name-not-found", detail: "" },
    ]);
    const text = textLines(sheetOf(findings)).join("\n");
    assert.match(text, /The name sip\.example\.com does not exist \(A\)\./);
    assert.match(text, /sip\.example\.com leads nowhere/);
  });

  test("DNS that does not answer: said so, and static records serve (L8)", async () => {
    const failing: NameSource = {
      name: "a test",
      find: () => Promise.resolve({ records: [], trouble: "failed", detail: "no answer" }),
    };
    const nothing = await explain({ files, names: failing });
    assert.equal(isGood(nothing), false);
    assert.match(
      textLines(sheetOf(nothing)).join("\n"),
      /DNS did not answer for sip\.example\.com \(A\): no answer\./,
    );
    const fixed = {
      "account.1.dns_cache_a.1.name": "sip.example.com",
      "account.1.dns_cache_a.1.ip": "192.0.2.44",
    };
    const served = await explain({
      files: [{ name: "phone.cfg", octets: Buffer.from(configuration(fixed)) }],
      names: failing,
    });
    assert.deepEqual(
      served.accounts[0]?.targets.map(({ target }) => target),
      ["udp:192.0.2.44:5060"],
    );
  });

  test("live: a port where nobody answers", async () => {
    const found = await liveSource(["127.0.0.1:1"]).find("sip.example.com", "A");
    assert.equal(found.trouble, "failed");
    assert.notEqual(found.detail, "");
  });

  test("no account", async () => {
    const findings = await explain({
      files: [{ name: "empty.cfg", octets: Buffer.from("#!version:1.0.0.1\n") }],
      names: fixedSource("nothing", []),
    });
    assert.equal(isGood(findings), false);
    assert.match(textLines(sheetOf(findings)).join("\n"), /No account is enabled/);
  });
});

describe("explain: a zone file", () => {
  const refused = (text: string): string => {
    try {
      zoneRecords("zone.yaml", text);
    } catch (error) {
      assert.ok(error instanceof RecordsError);
      return error.message;
    }
    return "";
  };

  test("every type of record", () => {
    const text = [
      "records:",
      "  - {name: A.example., type: A, data: 192.0.2.1}",
      "  - {name: a.example, type: AAAA, ttl: 5, data: '2001:db8::1'}",
      "  - {name: b.example, type: CNAME, data: a.example.}",
      "  - {name: _sip._udp.example, type: SRV, priority: 1, target: a.example}",
      "  - {name: example, type: NAPTR, services: SIP+D2U, replacement: _sip._udp.example}",
    ].join("\n");
    assert.deepEqual(zoneRecords("zone.yaml", text), [
      { name: "a.example", type: "A", ttl: 300, data: "192.0.2.1" },
      { name: "a.example", type: "AAAA", ttl: 5, data: "2001:db8::1" },
      { name: "b.example", type: "CNAME", ttl: 300, data: "a.example" },
      {
        name: "_sip._udp.example",
        type: "SRV",
        ttl: 300,
        data: { priority: 1, weight: 0, port: 5060, target: "a.example" },
      },
      {
        name: "example",
        type: "NAPTR",
        ttl: 300,
        data: {
          order: 10,
          preference: 10,
          flags: "s",
          services: "SIP+D2U",
          regexp: "",
          replacement: "_sip._udp.example",
        },
      },
    ]);
  });

  test("what is wrong, with its place", () => {
    assert.match(
      refused("- {name: a, type: A, data: 1.2.3}"),
      /^zone\.yaml:1:28: 1\.2\.3 is not an IPv4 address/,
    );
    assert.match(
      refused("- name: a\n  type: MX\n"),
      /^zone\.yaml:2:9: The type is one of A, AAAA, CNAME, SRV, NAPTR/,
    );
    assert.match(
      refused("- name: a\n  type: A\n  adress: 192.0.2.1\n"),
      /^zone\.yaml:3:3: A record of type A has only/,
    );
    assert.match(
      refused("- {name: a, type: A, ttl: -1, data: 192.0.2.1}"),
      /^zone\.yaml:1:27: ttl is to be a whole number/,
    );
    assert.match(refused("- {type: A, data: 192.0.2.1}"), /^zone\.yaml:1:3: name is to be a text/);
    assert.match(refused("- [1]"), /^zone\.yaml:1:3: A record is written as/);
    assert.match(refused("- {name: a"), /^zone\.yaml:1:\d+: /);
    assert.match(refused("records: []"), /^zone\.yaml:1:10: The zone holds no record/);
    assert.match(refused("text"), /^zone\.yaml:1:1: A zone file is a list/);
    assert.match(refused(""), /^zone\.yaml:1:1: A zone file is a list/);
  });

  test("a name and its addresses", () => {
    assert.deepEqual(
      serverRecords("a.example=192.0.2.1,2001:db8::1").map(({ type }) => type),
      ["A", "AAAA"],
    );
    for (const text of ["", "a.example", "a.example=", "=192.0.2.1", "a.example=b", "a.example=192.0.2.1,"])
      assert.throws(() => serverRecords(text), RecordsError, text);
  });
});
