/** Subscriptions that their notifier ends, and the last NOTIFY of those that the phone has ended. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { notifications, subscriptions } from "./call-helpers.js";
import { Site, only } from "./helpers.js";
import { QUIET, STILL, WAITING, statuses, subscribed, subscribes } from "./subscription-helpers.js";

/*
 * RFC 6665, section 4.1.3. `deactivated` and `timeout` may be followed at once: a second keeps it from being a loop. After
 * `noresource` and `rejected` nobody SHOULD come back; the phone does after the wait of any refusal, for otherwise its
 * lamps would stay dark until somebody restarts it.
 */
describe("S3: a subscription that its notifier ends", () => {
  for (const [reason, wait] of [
    ["deactivated", 1000],
    ["timeout", 1000],
    ["noresource", 30_000],
    ["rejected", 30_000],
    ["giveup", 30_000],
    ["probation", 30_000],
    ["probation;retry-after=90", 90_000],
    ["giveup;retry-after=90", 90_000],
    ["probation;retry-after=10", 30_000],
  ] as const) {
    test(`S3: terminated, ${reason}: 200, handed over; a new subscription after ${String(wait / 1000)} s`, () => {
      const { site, phone, subscription } = subscribed();
      site.s.at(5000, () => {
        site.exchange.notifier.terminate(subscription, reason);
      });
      site.s.run(100_000);
      assert.equal(subscription.notifies.at(-1)?.status, 200);
      assert.deepEqual(subscribes(phone), [
        "0 A dialog new 3600",
        `${String(5000 + wait)} A dialog new 3600`,
      ]);
      assert.equal(notifications(phone)[1], `5000 A dialog terminated;reason=${reason}`);
      assert.deepEqual(subscriptions(phone)[1], "5000 unsubscribed dialog remote 0");
      assert.equal(only(phone.events("unsubscribed")).retry, wait);
    });
  }

  test("S3: sub_fail_retry_interval is the wait after an end", () => {
    const { site, phone, subscription } = subscribed({ sub_fail_retry_interval: 7 });
    site.s.at(5000, () => {
      site.exchange.notifier.terminate(subscription, "noresource");
    });
    site.s.run(20_000);
    assert.deepEqual(subscribes(phone, 1), ["12000 A dialog new 3600"]);
  });

  test("S3: an end that overtakes the answer to its SUBSCRIBE counts all the same", () => {
    const site = new Site();
    site.exchange.notifier.notifiesFirst = true;
    const phone = site.phone({ ...QUIET, ...WAITING, subscribe_mwi_expires: 0 });
    site.s.run(1000);
    assert.deepEqual(notifications(phone), ["0 A message-summary terminated;reason=timeout"]);
    assert.deepEqual(statuses(only(site.exchange.notifier.all).notifies), [200]);
  });

  test("S3: the last NOTIFY of one that has moved on is answered 200: it is the end of its dialog (RFC 6665, 4.4.1)", () => {
    const site = new Site();
    site.a.mode = ({ t }) => (t === 0 ? { status: 503 } : "up");
    const phone = site.phone({
      ...STILL,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
      "sip_server.1.failback_subscribe.enable": 1,
    });
    site.s.run(70_000);
    assert.deepEqual(subscribes(phone, 1), ["60000 A dialog new 3600", "60000 B dialog end"]);
    const [old] = site.exchange.notifier.all;
    assert.equal(old?.notifies.at(-1)?.message.header("subscription-state"), "terminated;reason=timeout");
    assert.deepEqual(statuses(old.notifies), [200, 200]);
  });
});
