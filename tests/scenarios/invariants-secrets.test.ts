import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConfigurationError, diagnosticText } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { Installation, PASSWORD } from "./endurance.js";
import { Site, configuration, sent } from "./helpers.js";

/** Everything that a phone has told: records, diagnostics, its status. */
const told = (phone: SimulatedPhone): string =>
  JSON.stringify([phone.records, phone.diagnostics, phone.diagnostics.map(diagnosticText), phone.status()]);

/** The values of a parameter in the credentials that a phone has sent. */
const offered = (phone: SimulatedPhone, parameter: string): string[] =>
  sent(phone).flatMap(({ message }) => {
    const credentials = message.header("authorization") ?? message.header("proxy-authorization") ?? "";
    const value = new RegExp(`[ ,]${parameter}="([^"]*)"`).exec(credentials)?.[1];
    return value === undefined ? [] : [value];
  });

/** Asserts that neither a password nor a response to a challenge, nor what they are made of, was told. */
const assertSilentAbout = (phone: SimulatedPhone, passwords: readonly string[]): void => {
  const text = told(phone);
  for (const secret of [...passwords, ...offered(phone, "response"), ...offered(phone, "cnonce")])
    assert.ok(!text.includes(secret), secret);
  const wire = Buffer.concat(phone.wire.map(({ octets }) => octets)).toString("latin1");
  for (const password of passwords) assert.ok(!wire.includes(password), "the password itself is on the wire");
};

const SECRET = "hunter2-and-more";

describe("passwords appear nowhere", () => {
  for (const algorithm of ["MD5", "SHA-256", "SHA-512-256", "MD5-sess"] as const) {
    test(`in a course with digest ${algorithm}, outages and an orderly stop`, () => {
      const site = new Site({ digest: { users: { "1000": SECRET }, algorithms: [algorithm], nonceUses: 3 } });
      const phone = site.phone({
        password: SECRET,
        "sip_server.1.expires": 60,
        "sip_server.1.failback_mode": 1,
      });
      site.s.at(100_000, () => {
        site.a.refuse();
      });
      site.s.at(200_000, () => {
        site.a.up();
      });
      site.s.run(400_000);
      phone.stop();
      site.s.run(5000);
      assert.ok(offered(phone, "response").length > 5);
      assertSilentAbout(phone, [SECRET]);
    });
  }

  test("where they are refused", () => {
    const site = new Site({ digest: { users: { "1000": "another one" }, status: 407 } });
    const phone = site.phone({ password: SECRET });
    site.s.run(100_000);
    assert.ok(offered(phone, "response").length > 0);
    assert.equal(phone.events("failed")[0]?.reason, "wrong-credentials");
    assertSilentAbout(phone, [SECRET]);
  });

  test("in six hours with 16 accounts and outages of all kinds", () => {
    const installation = new Installation({ seed: 12 });
    installation.plan(31, 60, 60_000, 5 * 3_600_000);
    installation.s.runUntil(6 * 3_600_000);
    assert.ok(offered(installation.phone, "response").length > 1000);
    const text = told(installation.phone);
    assert.ok(!text.includes(PASSWORD));
    const responses = new Set(offered(installation.phone, "response"));
    assert.deepEqual(
      (text.match(/[0-9a-f]{32,}/g) ?? []).filter((word) => responses.has(word)),
      [],
    );
  });

  /** Files in which the password is at odds with something. */
  const files: Readonly<Record<string, readonly string[]>> = {
    "too long for its key": [`account.1.password = ${SECRET.repeat(20)}`],
    "assigned twice": [`account.1.password = ${SECRET}`, `account.1.password = ${SECRET}2`],
    "erased by a later line": [`account.1.password = ${SECRET}`, "account.1.password ="],
    "of a key that is misspelt": [`account.1.pasword = ${SECRET}`, `account.1.passwrd = ${SECRET}`],
    "of an account that there is not": [`account.17.password = ${SECRET}`, `account.0.password = ${SECRET}`],
    "in a line without a key": [SECRET, `= ${SECRET}`],
    "with octets that are none of UTF-8": [`account.1.password = ${SECRET}\u0001\u007f`],
    "in a line that is too long": [`account.1.password = ${SECRET}${" ".repeat(2000)}x`],
  };

  for (const [name, lines] of Object.entries(files)) {
    test(`in the diagnostics of a password ${name}`, () => {
      const site = new Site();
      const text = `${configuration({ password: SECRET })}${lines.join("\n")}\n`;
      let message = "";
      try {
        site.s.phone(text);
      } catch (error) {
        assert.ok(error instanceof ConfigurationError);
        message = `${error.message} ${JSON.stringify(error)} ${error.stack ?? ""}`;
      }
      assert.ok(!message.includes(SECRET), message);
      const phone = site.s.phone(text, { lenient: true });
      site.s.run(60_000);
      assert.ok(!told(phone).includes(SECRET), told(phone));
    });
  }
});
