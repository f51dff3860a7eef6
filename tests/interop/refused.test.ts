/** A closed port is left within milliseconds: nothing else may run beside these tests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lacksIpv6 } from "../hosts/ipv6.js";
import { targetsOf } from "./expect.js";
import { ipv6Phone } from "./phone.js";
import type { PhoneSettings } from "./phone.js";
import { Site } from "./site.js";

/** The most milliseconds from a refused REGISTER to the next one. */
const AT_ONCE = 50;

/**
 * Runs the command with the primary's port closed and the secondary up: milliseconds between their first REGISTERs.
 * A busy machine makes any process wait now and then, but not each of three.
 */
const refusedGap = async (site: Site, settings: PhoneSettings, expected: string): Promise<number> => {
  let shortest = Infinity;
  for (let tries = 0; tries < 3 && shortest > AT_ONCE; tries++) {
    const phone = site.command(settings);
    const { records } = phone;
    const registered = await records.waitFor("registered");
    assert.equal(registered.target, site.secondary.target);
    assert.equal(records.of("target-failed")[0]?.cause, "refused");
    assert.equal(targetsOf(records.registers(), site.names), expected, records.text);
    const [first, second] = records.registers();
    if (first !== undefined && second !== undefined) shortest = Math.min(shortest, second.t - first.t);
    assert.deepEqual(await site.secondary.users(), ["user1"]);
    await phone.stop();
  }
  return shortest;
};

for (const digest of [false, true]) {
  test(`primary's port closed from the start${digest ? ", digest" : ""}: at the secondary within 50 ms`, async (t) => {
    const site = await Site.open(t, { closed: ["primary"], servers: { digest } });
    const gap = await refusedGap(site, {}, digest ? "primary secondary secondary" : "primary secondary");
    assert.ok(gap <= AT_ONCE, `${String(gap)} ms`);
  });
}

test(
  "IPv6, primary's port closed from the start: at the secondary within 50 ms",
  { skip: lacksIpv6 },
  async (t) => {
    const site = await Site.open(t, { ipv6: true, closed: ["primary"], servers: { digest: true } });
    const gap = await refusedGap(site, { phone: ipv6Phone }, "primary secondary secondary");
    assert.ok(gap <= AT_ONCE, `${String(gap)} ms`);
  },
);
