import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ConfigurationRecord } from "../../host/abi/record.js";
import { nearestKey, withNearestKeys } from "../../host/node/nearest.js";

const known = [
  "account.X.enable",
  "account.X.sip_server.Y.failback_mode",
  "account.X.sip_server.Y.failback_timeout",
  "account.X.fallback.timeout",
  "dns_cache_a.N.ip",
  "sip.timer_t1",
];

describe("the nearest key", () => {
  for (const [key, nearest] of [
    ["account.3.sip_server.2.failback_mod", "account.3.sip_server.2.failback_mode"],
    ["account.1.sip_server.1.failback_timout", "account.1.sip_server.1.failback_timeout"],
    ["Account.1.Enable", "account.1.enable"],
    ["dns_cache_a.12.pi", "dns_cache_a.12.ip"],
    ["sip.timer_t3", "sip.timer_t1"],
    ["sip_server.1.failback_mode", undefined],
    ["phone_setting.lock", undefined],
    ["x", undefined],
  ] as const) {
    it(`of ${key} is ${nearest ?? "none"}`, () => {
      assert.equal(nearestKey(key, known), nearest);
    });
  }
});

describe("hints of unknown keys", () => {
  const record = (code: string, key: string): ConfigurationRecord => ({
    t: 0,
    account: 0,
    event: "config",
    level: "warning",
    code,
    key,
    detail: "",
    file: "a.cfg",
    line: 2,
    column: 1,
    message: "m",
    hint: "h",
  });

  it("name the nearest key; notes without one are left out", () => {
    const records = [
      record("unknown-key", "account.1.enabel"),
      record("unknown-key", "account.1.sip_server.1.colour"),
      record("unknown-key-elsewhere", "sip.timer_t9"),
      record("unknown-key-elsewhere", "phone_setting.lock"),
      record("out-of-range", "account.1.enabel"),
    ];
    assert.deepEqual(
      withNearestKeys(records, known).map(({ key, hint }) => [key, hint]),
      [
        ["account.1.enabel", "Did you mean account.1.enable?"],
        ["account.1.sip_server.1.colour", "h"],
        ["sip.timer_t9", "Did you mean sip.timer_t1?"],
        ["account.1.enabel", "h"],
      ],
    );
  });
});
