import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LATE } from "./expect.js";
import type { Kamailio } from "./kamailio.js";
import { Sipp } from "./sipp.js";
import { Site } from "./site.js";

/** A subscription that a phone's configuration asks for, and what the notifier says. */
const subscriptions = [
  {
    what: "message waiting",
    scenario: "mailbox",
    keys: { subscribe_mwi: 1 },
    package: "message-summary",
    body: /^Messages-Waiting: yes/m,
  },
  {
    what: "busy lamps",
    scenario: "lamps",
    keys: { "blf.blf_list_uri": "sip:lamps@example.test" },
    package: "dialog",
    body: /<state>confirmed<\/state>/,
  },
] as const;

/** A closed port is found out by the next probe. */
const probing = { "sip.probe_max_lost": 2, "sip.probe_interval": 2 };

describe("NOTIFYs of SIPp through Kamailio", { concurrency: true }, () => {
  for (const { what, scenario, keys, package: wanted, body } of subscriptions) {
    for (const recordRoute of ["address", "name"] as const) {
      test(`S2, K3: ${what}, Record-Route by ${recordRoute}: SUBSCRIBE and NOTIFY again where the phone has gone, and has come back to`, async (t) => {
        const notifier = await Sipp.start(t, scenario, { calls: 9 });
        const servers = { far: notifier.endpoint, notifier: notifier.endpoint, recordRoute };
        const site = await Site.open(t, { ttl: 8, servers });
        const { primary, secondary } = site;
        const { records } = await site.phone({
          account: { ...keys, "sip_server.1.failback_mode": 1, "sip_server.1.failback_subscribe.enable": 1 },
          phone: probing,
        });
        /** Waits for a server to have the registration and the subscription, and for what it has to say at once. */
        const servedBy = async (server: Kamailio, after: number): Promise<void> => {
          const registered = await records.waitFor("registered", ({ target }) => target === server.target, {
            within: 15_000,
            after,
          });
          const within = { after: records.all.indexOf(registered) };
          const notify = await records.waitFor("notify", ({ state }) => state.startsWith("active"), within);
          assert.equal(notify.package, wanted);
          assert.match(notify.body, body);
          assert.ok(notify.t - registered.t < LATE, records.text);
          const subscribed = await records.waitFor("subscribed", undefined, within);
          assert.equal(subscribed.target, server.target);
          assert.equal(subscribed.expires, 3600);
        };
        await servedBy(primary, 0);
        await notifier.has("200");
        await primary.kill();
        const killed = performance.now();
        const known = records.count;
        await servedBy(secondary, known);
        const [moved] = records.of("failover", undefined, known);
        assert.ok(
          moved && records.timeOf(moved) - killed < 2000 + LATE,
          `by the next probe\n${records.text}`,
        );

        await primary.restart();
        const later = records.count;
        await servedBy(primary, later);
        assert.equal(records.of("failback", undefined, later)[0]?.to, primary.target, records.text);
        // The last NOTIFY of the dialog that is left, which its end asks for, is answered and nobody's news.
        await records.waitFor(
          "answered",
          ({ method, source }) => method === "NOTIFY" && source === secondary.target,
          { after: later },
        );
        const dialogs = notifier.received("SUBSCRIBE").map(({ text }) => /^Call-ID: (.*)$/m.exec(text)?.[1]);
        assert.deepEqual(
          [new Set(dialogs).size, dialogs.length],
          [3, 4],
          "a new dialog each, the second ended",
        );
      });
    }
  }
});
