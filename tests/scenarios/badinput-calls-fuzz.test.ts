/** Calls and subscriptions whose messages are damaged, both ways, while the application does whatever it likes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { enumerations } from "../../host/abi/contract.js";
import { registered } from "./helpers.js";
import { ALL_OVER, roomOf } from "./recovery.js";
import type { Room } from "./recovery.js";
import { Storm } from "./storm.js";
import type { StormSetting } from "./storm.js";
import { TCP } from "./tcp-helpers.js";

const MINUTE = 60_000;

/** Of a storm, in simulated time. */
const LASTS = 20 * MINUTE;

/** A Retry-After is believed up to an hour; then a search, and the wait of R5. */
const BOUND = 65 * MINUTE;

const storms: readonly StormSetting[] = [
  { name: "UDP", site: {}, settings: {} },
  {
    name: "UDP, digest, session timers, a busy-lamp list",
    site: { digest: { users: { "1000": "secret" }, challenges: "all" } },
    settings: {
      "session_timer.enable": 1,
      "session_timer.expires": 90,
      "blf.blf_list_uri": "sip:lamps@sip.example.com",
      "sip_server.1.failback_mode": 1,
    },
  },
  {
    name: "UDP, routes by name, two slots, register first",
    site: { recordRoute: "sip:sip.example.com;lr" },
    settings: {
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
      "sip_server.1.register_on_enable": 1,
      "sip_server.2.address": "192.0.2.4",
    },
  },
  { name: "TCP", site: {}, settings: { ...TCP, "session_timer.enable": 1 } },
];

/** Lets the damage of registrations be over: a server that nobody reaches is found out by the next keep-alive (K3). */
const cut = (storm: Storm): void => {
  const { s } = storm.site;
  const links = ["192.0.2.1", "192.0.2.2", "192.0.2.4"].map((host) => s.network.link(host));
  for (const link of links) link.state = "unreachable";
  s.run(20_000);
  for (const link of links) link.state = "up";
};

/** What there is room for in a phone that has had no storm. */
const calm = (setting: StormSetting): Room => {
  const storm = new Storm(setting, 1);
  storm.rage(0);
  storm.site.s.run(MINUTE);
  return roomOf(storm.site, storm.phone);
};

const errors = new Set<number>([0, ...Object.values(enumerations.error.values)]);

describe("real calls, damaged", () => {
  for (const setting of storms) {
    for (const seed of [1, 2]) {
      test(`${setting.name} (${String(seed)}): nothing traps, every call ends, and everything is free afterwards`, () => {
        const storm = new Storm(setting, seed);
        const { s } = storm.site;
        storm.rage(LASTS);
        assert.ok(storm.made > 50, String(storm.made));
        assert.ok([...storm.answers.keys()].every((answer) => errors.has(answer)));
        const drains = storm.watch.drains;
        cut(storm);
        s.run(10 * MINUTE);
        for (const call of storm.open) storm.phone.hangUp(call);
        s.run(ALL_OVER);
        assert.deepEqual([...storm.open], []);
        while (registered(storm.phone).length === 0 && s.now < LASTS + BOUND) s.run(1000);
        // A busy loop would show here.
        assert.ok(storm.watch.drains - drains < 5000, String(storm.watch.drains - drains));
        assert.deepEqual(storm.watch.problems, []);
        assert.deepEqual(roomOf(storm.site, storm.phone), calm(setting));
      });
    }
  }

  test("the same seed takes the same course", () => {
    const course = (): string[] =>
      storms.map((setting) => {
        const storm = new Storm(setting, 7);
        storm.rage(2 * MINUTE);
        return JSON.stringify([storm.phone.records, [...storm.answers]]);
      });
    assert.deepEqual(course(), course());
  });
});
