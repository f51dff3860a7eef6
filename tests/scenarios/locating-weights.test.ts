import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Simulation } from "../../host/simulated/index.js";
import type { Registrar, SimulatedPhone } from "../../host/simulated/index.js";

const HOUR = 3_600_000;

const configuration = (mode: number): string => `#!version:1.0.0.1
account.1.enable = 1
account.1.user_name = bob
account.1.sip_server.1.address = example.com
account.1.sip_server.1.port = 0
account.1.sip_server.1.expires = 120
account.1.sip_server.1.failback_mode = ${String(mode)}
account.1.sip_server.1.failback_timeout = 60
`;

interface Pair {
  readonly s: Simulation;
  readonly phone: SimulatedPhone;
  /** The server that the phone has drawn, and the other one. */
  readonly drawn: Registrar;
  readonly other: Registrar;
}

/** Two servers with equal shares, of which a phone has drawn one. */
const pair = (mode: number, seed: number): Pair => {
  const s = new Simulation();
  const a = s.registrar("192.0.2.1");
  const b = s.registrar("192.0.2.2");
  for (const name of ["a", "b"]) {
    s.zone.srv("_sip._udp.example.com", { target: `${name}.example.com`, priority: 10, weight: 50 }, 30);
  }
  s.zone.address("a.example.com", "192.0.2.1", 30).address("b.example.com", "192.0.2.2", 30);
  const phone = s.phone(configuration(mode), { seed });
  s.run(1000);
  const drewA = a.requests("REGISTER").length > 0;
  return { s, phone, drawn: drewA ? a : b, other: drewA ? b : a };
};

describe("L5: a phone keeps its draw while DNS says the same", () => {
  for (const mode of [1, 2, 3]) {
    test(`mode ${String(mode)}: no TTL, refresh or time moves it from a server that works to its equal`, () => {
      for (let seed = 1; seed <= 8; seed++) {
        const { s, phone, drawn, other } = pair(mode, seed);
        s.run(HOUR);
        assert.equal(other.requests("REGISTER").length, 0);
        assert.equal(drawn.bound(s.now).length, 1);
        assert.deepEqual(phone.events("failback"), []);
      }
    });

    test(`mode ${String(mode)}: it returns to the one it drew, once that is back`, () => {
      const { s, phone, drawn, other } = pair(mode, 3);
      drawn.silent();
      s.run(300_000);
      assert.equal(other.bound(s.now).length, 1);
      drawn.up();
      s.run(300_000);
      assert.equal(drawn.bound(s.now).length, 1);
      assert.equal(phone.events("failback").length, 1);
    });
  }

  test("phones draw differently", () => {
    const drawn = new Set(Array.from({ length: 12 }, (_, seed) => pair(1, seed + 1).drawn.name));
    assert.equal(drawn.size, 2);
  });
});
