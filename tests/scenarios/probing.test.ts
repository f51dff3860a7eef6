import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { Site, decisions, registered, registers, sent, short } from "./helpers.js";
import type { Settings } from "./helpers.js";

const PROBING: Settings = { "sip.probe_max_lost": 2, "sip.probe_interval": 2 };
const LOST_BY = 7000;

/** When which server was sent the first send of a probe. */
const probes = (phone: SimulatedPhone, target: string): number[] => {
  const branches = new Set<string>();
  return sent(phone, "OPTIONS").flatMap(({ t, target: to, message }) => {
    const branch = /branch=([^;]+)/.exec(message.header("via") ?? "")?.[1] ?? "";
    if (to !== target || branches.has(branch)) return [];
    branches.add(branch);
    return [t];
  });
};

const states = (phone: SimulatedPhone): string[] =>
  phone.events("target-state").map(({ target, state }) => `${short(target)} ${state}`);

describe("K2: probing", () => {
  test("off by default: no OPTIONS", () => {
    const site = new Site();
    const phone = site.phone();
    site.s.run(600_000);
    assert.deepEqual(sent(phone, "OPTIONS"), []);
  });

  test("every target of the list, every sip.probe_interval, the first one within the interval", () => {
    const site = new Site({ list: ["A", "B", "C"] });
    const phone = site.phone(PROBING);
    site.s.run(60_000);
    for (const target of ["A", "B", "C"]) {
      const times = probes(phone, target);
      assert.ok(times[0] !== undefined && times[0] <= 2000);
      times.slice(1).forEach((t, index) => {
        assert.equal(t - (times[index] ?? 0), 2000);
      });
      assert.ok(times.length >= 29);
    }
    assert.deepEqual(probes(phone, "D"), []);
    assert.deepEqual(states(phone), []);
  });

  test("sip.probe_interval 0: the period of the keep-alive", () => {
    const site = new Site();
    const phone = site.phone({ "sip.probe_max_lost": 1, "nat.udp_update_time": 20 });
    site.s.run(100_000);
    const [first = NaN, second = NaN] = probes(phone, "A");
    assert.equal(second - first, 20_000);
  });

  test("one probe serves all accounts that share a target", () => {
    const site = new Site();
    const many: Settings = Object.fromEntries<string | number>(
      Array.from({ length: 15 }, (_, index) => {
        const account = `account.${String(index + 2)}`;
        return [
          [`${account}.enable`, 1],
          [`${account}.user_name`, 1001 + index],
          [`${account}.sip_server.1.address`, "sip.example.com"],
        ] as const;
      }).flat(),
    );
    const phone = site.phone({ ...PROBING, ...many });
    site.s.run(20_000);
    assert.equal(registered(phone).length, 16);
    assert.ok(probes(phone, "A").length <= 10);
    site.a.silent();
    site.s.run(LOST_BY);
    assert.equal(site.b.bound(site.s.now).length, 16);
    assert.deepEqual(states(phone), ["A down"]);
  });

  test("the probes of phones that started together are spread over the interval", () => {
    const first = Array.from({ length: 20 }, (_, seed) => {
      const site = new Site();
      const phone = site.phone(PROBING, { seed: seed + 1 });
      site.s.run(3000);
      return probes(phone, "A")[0] ?? NaN;
    });
    assert.ok(Math.max(...first) - Math.min(...first) > 1000);
    assert.ok(new Set(first).size > 15);
  });

  test("K3: a primary that falls silent is left within 7 s, without waiting for a refresh", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const site = new Site();
      const phone = site.phone(PROBING, { seed });
      site.s.run(10_000);
      site.a.silent();
      site.s.run(LOST_BY);
      assert.deepEqual(registered(phone), ["1.1 B"]);
      const down = phone.events("target-state")[0];
      assert.ok(down);
      assert.deepEqual(registers(phone, 1), [`${String(down.t)} B`]);
      assert.deepEqual(decisions(phone), [`${String(down.t)} failover A B K2`]);
      assert.equal(phone.events("target-failed")[0]?.cause, "down");
    }
  });

  test("one lost probe is no verdict", () => {
    const site = new Site();
    const phone = site.phone(PROBING);
    site.s.run(10_000);
    const last = probes(phone, "A").at(-1) ?? NaN;
    site.s.runUntil(last + 1000);
    site.a.silent();
    site.s.runUntil(last + 4500);
    site.a.up();
    site.s.run(30_000);
    assert.deepEqual(states(phone), []);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("any final answer is an answer: 404, 405, 480, 501 keep a target up", () => {
    for (const status of [404, 405, 480, 501]) {
      const site = new Site();
      site.a.mode = ({ request }) => (request.method === "OPTIONS" ? { status } : "up");
      const phone = site.phone(PROBING);
      site.s.run(60_000);
      assert.deepEqual(states(phone), []);
      assert.deepEqual(registered(phone), ["1.1 A"]);
    }
  });

  test("a search leaves out a target that is down: a refresh in mode 0 goes to B at once", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone({ ...PROBING, "sip_server.1.expires": 60 });
    site.s.run(200_000);
    assert.deepEqual(states(phone), ["A down"]);
    const later = registers(phone, 8000);
    assert.ok(later.length >= 5);
    assert.ok(later.every((line) => line.endsWith("B")));
  });

  test("a search that waits for a target moves on when its probes put it down", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone({ ...PROBING, "sip_server.1.retry_counts": 20 });
    site.s.run(LOST_BY);
    assert.deepEqual(registered(phone), ["1.1 B"]);
    assert.match(decisions(phone)[0] ?? "", /^\d+ failover A B K2$/);
  });

  test("unless nothing else is left: all down, the primary is asked all the same", () => {
    const site = new Site();
    const phone = site.phone(PROBING);
    site.s.run(10_000);
    site.a.silent();
    site.b.silent();
    site.s.run(120_000);
    assert.deepEqual(states(phone).sort(), ["A down", "B down"]);
    const tried = registers(phone, 60_000);
    assert.ok(tried.some((line) => line.endsWith("A")));
    site.b.up();
    site.s.run(120_000);
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });

  test("the only target of a list is asked, down or not", () => {
    const site = new Site({ list: ["A"] });
    site.a.silent();
    const phone = site.phone(PROBING);
    site.s.run(80_000);
    assert.equal(registers(phone, 32_000)[0], "62000 A");
    site.a.up();
    site.s.run(60_000);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("the first answer puts it up; B3: the trial that waited for that goes at once", () => {
    const site = new Site();
    const phone = site.phone({
      ...PROBING,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
    });
    site.s.run(10_000);
    site.a.silent();
    site.s.run(190_000);
    assert.deepEqual(registered(phone), ["1.1 B"]);
    // Due since 60 s after the move, but nobody is asked who is known to be down.
    assert.deepEqual(
      registers(phone, 20_000).filter((line) => line.endsWith("A")),
      [],
    );
    site.a.up();
    site.s.run(2100);
    assert.deepEqual(states(phone), ["A down", "A up"]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("before it is due, a target that is up again waits for its time", () => {
    const site = new Site();
    const phone = site.phone({
      ...PROBING,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 120,
    });
    site.s.run(10_000);
    site.a.silent();
    site.s.run(20_000);
    site.a.up();
    site.s.run(60_000);
    assert.deepEqual(states(phone), ["A down", "A up"]);
    assert.deepEqual(registered(phone), ["1.1 B"]);
    site.s.run(60_000);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("a closed port is found out by the next probe, not by the next keep-alive", () => {
    const site = new Site();
    const phone = site.phone(PROBING);
    site.s.run(10_000);
    site.a.refuse();
    site.s.run(2100);
    assert.deepEqual(registered(phone), ["1.1 B"]);
    assert.match(decisions(phone)[0] ?? "", /failover A B K3$/);
  });

  test("targets that DNS names no more are probed no more", () => {
    const site = new Site({ ttl: 30 });
    const phone = site.phone({ ...PROBING, "sip_server.1.expires": 60 });
    site.s.run(20_000);
    site.name(["A", "C"], 30);
    site.s.run(100_000);
    const until = site.s.now;
    site.s.run(20_000);
    const late = (target: string): number => probes(phone, target).filter((t) => t > until).length;
    assert.equal(late("B"), 0);
    assert.ok(late("A") >= 9);
    assert.ok(late("C") >= 9);
  });

  test("R7: an orderly stop ends the probes", () => {
    const site = new Site();
    const phone = site.phone(PROBING);
    site.s.run(10_000);
    phone.stop();
    site.s.run(2100);
    assert.ok(phone.isStopped);
    const count = sent(phone, "OPTIONS").length;
    site.s.run(60_000);
    assert.equal(sent(phone, "OPTIONS").length, count);
  });

  test("cover: of an outage of 240 s, how much a live server holds an unexpired binding", () => {
    const cover = (kind: "silent" | "refuse", fromTheStart: boolean): number => {
      const site = new Site({ maxExpires: 60 });
      if (fromTheStart) site.a[kind]();
      const phone = site.phone({ ...PROBING, "sip_server.1.expires": 60 });
      const begins = fromTheStart ? 0 : 40_000;
      site.s.run(begins);
      if (!fromTheStart) site.a[kind]();
      let covered = 0;
      for (let t = 0; t < 240_000; t += 100) {
        site.s.run(100);
        if (site.b.bound(site.s.now).length > 0) covered += 100;
      }
      assert.deepEqual(registered(phone), ["1.1 B"]);
      return covered / 240_000;
    };
    assert.ok(cover("refuse", true) >= 0.99);
    assert.ok(cover("silent", true) >= 0.96);
    assert.ok(cover("refuse", false) >= 0.98);
    assert.ok(cover("silent", false) >= 0.97);
  });
});
