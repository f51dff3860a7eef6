/** Fallback between the two outbound proxies of an account (G3), with calls and subscriptions. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parameterised } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { FAR, SDP, callLines, calls, requestsOf, sentLines } from "./call-helpers.js";
import { DOMAIN, Site, decisions, inTurn, registered, registers, resends, sent } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { LAMPS, QUIET, subscribes } from "./subscription-helpers.js";

/** Proxy 1 is A, proxy 2 is D. */
const PROXIES: Settings = {
  ...QUIET,
  "sip_server.1.address": "registrar.example.net",
  outbound_proxy_enable: 1,
  "outbound_proxy.1.address": DOMAIN,
  "outbound_proxy.2.address": "192.0.2.4",
  outbound_proxy_fallback_interval: 60,
};

const ONE = "<sip:sip.example.com:5060;lr>";
const TWO = "<sip:192.0.2.4:5060;lr>";

const call = (phone: SimulatedPhone): number => phone.call(FAR, { type: "application/sdp", body: SDP });

const onlyA = (): Site => new Site({ list: ["A"] });

describe("G3: the way to proxy 2 and back", () => {
  test("G3: proxy 1 dead: proxy 2 at once, by its own Route; the trial of proxy 1 an interval later, and back", () => {
    const site = onlyA();
    site.a.silent();
    const phone = site.phone(PROXIES);
    site.s
      .at(20_000, () => {
        site.a.up();
      })
      .run(200_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 D", "67500 A"]);
    assert.deepEqual(decisions(phone), ["7500 fallback A D G3", "67500 fallback D A G3"]);
    const routes = sent(phone).map(({ target, message }) => [target, ...message.elements("route")]);
    for (const [target, ...route] of routes) assert.deepEqual(route, [target === "D" ? TWO : ONE]);
    for (const { message } of sent(phone)) {
      assert.equal(message.uri, "sip:registrar.example.net");
      assert.equal(message.to, "sip:1000@registrar.example.net");
    }
  });

  test("G3: the domain of slot 2 is that of its own server, where it has one", () => {
    const site = onlyA();
    site.a.refuse();
    const phone = site.phone({ ...PROXIES, "sip_server.2.address": "backup.example.net" });
    site.s.run(10_000);
    assert.deepEqual(
      sent(phone).map(({ target, message }) => `${target} ${message.uri}`),
      ["A sip:registrar.example.net", "D sip:backup.example.net"],
    );
    assert.deepEqual(site.s.zone.queries("backup.example.net"), []);
  });

  test("G3: with proxies fallback.redundancy_type and fallback.timeout do not apply: successive, and by the interval", () => {
    const site = onlyA();
    const phone = site.phone({ ...PROXIES, "fallback.redundancy_type": 0, "fallback.timeout": 10 });
    site.s
      .at(30_000, () => {
        site.a.refuse();
      })
      .run(3_100_000);
    assert.deepEqual(registers(phone), ["0 A", "3000000 A", "3000000 D", "3060000 A"]);
  });

  for (const [interval, period] of [
    [60, 60],
    [90, 90],
    [undefined, 3600],
  ] as const) {
    test(`G3: outbound_proxy_fallback_interval ${String(interval)}: a trial every ${String(period)} s, each a period after the last`, () => {
      const site = onlyA();
      site.a.refuse();
      // %NULL% is the default.
      const phone = site.phone({ ...PROXIES, outbound_proxy_fallback_interval: interval ?? "%NULL%" });
      site.s.run(period * 2000 + 1000);
      const toA = registers(phone).filter((line) => line.endsWith(" A"));
      assert.deepEqual(toA, ["0 A", `${String(period)}000 A`, `${String(period * 2)}000 A`]);
    });
  }

  test("G3: interval 0: no trials; proxy 2 serves on, refreshed, until it fails itself", () => {
    const site = onlyA();
    site.a.refuse();
    const phone = site.phone({ ...PROXIES, outbound_proxy_fallback_interval: 0 });
    site.s
      .at(10_000, () => {
        site.a.up();
      })
      .at(8_000_000, () => {
        site.d.refuse();
      })
      .run(9_500_000);
    assert.deepEqual(registers(phone), [
      ...["0 A", "0 D", "3000000 D", "6000000 D"],
      ...["9000000 D", "9000000 A"],
    ]);
    assert.deepEqual(decisions(phone), ["0 fallback A D G3", "9000000 fallback D A G3"]);
  });

  test("G3: proxy 2 dead too: R5's wait, then proxy 1 and proxy 2 again", () => {
    const site = onlyA();
    site.a.refuse();
    site.d.refuse();
    const phone = site.phone(PROXIES);
    site.s
      .at(40_000, () => {
        site.d.up();
      })
      .run(70_000);
    assert.deepEqual(registers(phone), [...["0 A", "0 D", "30000 A", "30000 D", "60000 A", "60000 D"]]);
    assert.deepEqual(decisions(phone), [
      "0 failed no-target-left",
      "30000 failed no-target-left",
      "60000 fallback A D G3",
    ]);
    assert.deepEqual(registered(phone), ["1.2 D"]);
  });

  test("G3: proxy 2 dies while it serves: proxy 1 is asked at once, through all its list", () => {
    const site = new Site();
    site.a.refuse();
    site.b.refuse();
    site.d.maxExpires = 60;
    const phone = site.phone({ ...PROXIES, outbound_proxy_fallback_interval: 600 });
    site.s
      .at(40_000, () => {
        site.d.silent();
        site.b.up();
      })
      .run(100_000);
    // The refresh of 60 s has slot 1 left to it, and so the short budget (F2).
    assert.deepEqual(registers(phone, 1), ["30000 D", ...resends(60_000, "D"), "67500 A", "67500 B"]);
    assert.deepEqual(decisions(phone).at(-1), "67500 fallback D B G3");
  });

  test("G3: a trial goes through proxy 1's list with the short budget, and changes nothing where it fails", () => {
    const site = new Site();
    site.a.refuse();
    site.b.refuse();
    const phone = site.phone(PROXIES);
    site.s
      .at(10_000, () => {
        site.a.silent();
        site.b.answer(403);
      })
      .run(125_000);
    assert.deepEqual(registers(phone, 1), [
      ...resends(60_000, "A"),
      "67500 B",
      "120000 A",
      "120500 A",
      "121500 A",
      "123500 A",
    ]);
    assert.deepEqual(registered(phone), ["1.2 D"]);
  });
});

describe("G3: calls and subscriptions", () => {
  test("G3: a call while proxy 2 serves goes by it, and stays with it when proxy 1 is back; new ones go by proxy 1", () => {
    const site = onlyA();
    site.a.refuse();
    const phone = site.phone(PROXIES);
    let first = 0;
    site.s
      .at(10_000, () => {
        first = call(phone);
        site.a.up();
      })
      .at(70_000, () => {
        phone.requestInCall(first, "INFO", { type: "text/plain", body: "still here" });
        call(phone);
      })
      .at(80_000, () => {
        phone.hangUp(first);
      })
      .run(100_000);
    assert.deepEqual(registers(phone), ["0 A", "0 D", "60000 A"]);
    assert.deepEqual(sentLines(phone, "INVITE", "INFO", "BYE"), [
      "10000 INVITE D",
      "70000 INFO D",
      "70000 INVITE A",
      "80000 BYE D",
    ]);
    const [invite, info, second, bye] = requestsOf(phone, "INVITE", "INFO", "BYE").map(
      ({ message }) => message,
    );
    assert.deepEqual(invite?.elements("route"), [TWO]);
    assert.equal(info?.elements("route").at(-1), "<sip:192.0.2.4:5060;lr>");
    assert.deepEqual(second?.elements("route"), [ONE]);
    assert.equal(bye?.elements("route").at(-1), "<sip:192.0.2.4:5060;lr>");
    assert.deepEqual(calls(phone, first).slice(-2), ["80000 ending", "80000 ended"]);
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("F10: proxy 1 dies unnoticed: the call goes on to proxy 2 after proxy 1's budget", () => {
    const site = onlyA();
    const phone = site.phone(PROXIES);
    site.s
      .at(5000, () => {
        site.a.silent();
      })
      .at(10_000, () => call(phone))
      .run(40_000);
    assert.deepEqual(callLines(phone, 10_000).slice(0, 5), [
      "10000 INVITE A",
      "10500 INVITE A",
      "11500 INVITE A",
      "13500 INVITE A",
      "17500 INVITE D",
    ]);
    const last = requestsOf(phone, "INVITE").at(-1)?.message;
    assert.deepEqual(last?.elements("route"), [TWO]);
    assert.equal(parameterised(last.header("from") ?? "").value, "sip:1000@registrar.example.net");
    assert.ok(calls(phone).some((line) => line.endsWith(" established")));
  });

  for (const follows of [0, 1]) {
    test(`S2: failback_subscribe.enable ${String(follows)}: the subscription begins by proxy 2, and when proxy 1 is back …`, () => {
      const site = onlyA();
      site.a.refuse();
      const phone = site.phone({
        ...PROXIES,
        ...LAMPS,
        "outbound_proxy.1.failback_mode": 3,
        "outbound_proxy.1.failback_subscribe.enable": follows,
      });
      site.s
        .at(10_000, () => {
          site.a.up();
        })
        .run(170_000);
      assert.deepEqual(registers(phone), ["0 A", "0 D", "60000 A"]);
      assert.deepEqual(
        subscribes(phone),
        follows === 1
          ? [
              "0 D dialog new 200",
              "60000 A dialog new 200",
              "60000 D dialog end",
              "160000 A dialog again 200",
            ]
          : ["0 D dialog new 200", "100000 D dialog again 200"],
      );
    });
  }

  test("S2: proxy 2's own key decides about the way to proxy 2", () => {
    const site = onlyA();
    const phone = site.phone({
      ...PROXIES,
      ...LAMPS,
      "sip_server.1.expires": 60,
      "sip_server.2.expires": 60,
      "outbound_proxy.1.failback_mode": 3,
      "outbound_proxy.1.failback_subscribe.enable": 0,
      "outbound_proxy.2.failback_mode": 3,
      "outbound_proxy.2.failback_subscribe.enable": 1,
    });
    site.s
      .at(20_000, () => {
        site.a.mode = inTurn([{ status: 503 }], "silent");
      })
      .run(50_000);
    assert.deepEqual(registers(phone, 1), ["30000 A", "30000 D"]);
    assert.deepEqual(subscribes(phone, 1, 30_001), ["30000 D dialog new 200", "30000 A dialog end"]);
  });
});
