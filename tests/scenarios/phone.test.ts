/** A phone as a whole: sixteen accounts, and a clock that jumps. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Scheduler, SimulatedPhone } from "../../host/simulated/index.js";
import { assertCredentialsStayHome } from "./digest-helpers.js";
import { Site, configuration, keepAlives, registered, registers, resends, sent } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";

const MODE_3 = { failback_mode: 3, failback_timeout: 60 };

/** Sixteen accounts, 1001 to 1016, each with these keys of its server 1. */
const sixteen = (server: Settings = {}, slot2 = false): Settings => {
  const settings: Record<string, string | number> = {};
  for (let account = 1; account <= 16; account++) {
    const prefix = `account.${String(account)}`;
    settings[`${prefix}.enable`] = 1;
    settings[`${prefix}.user_name`] = 1000 + account;
    settings[`${prefix}.password`] = `secret${String(account)}`;
    settings[`${prefix}.reg_failed_retry_max_time`] = 0;
    settings[`${prefix}.sip_server.1.address`] = "sip.example.com";
    for (const [key, value] of Object.entries(server)) settings[`${prefix}.sip_server.1.${key}`] = value;
    if (slot2) settings[`${prefix}.sip_server.2.address`] = "192.0.2.4";
  }
  return settings;
};

const users = Object.fromEntries(
  Array.from({ length: 16 }, (_, i) => [String(1001 + i), `secret${String(i + 1)}`]),
);

const everyone = (slot: number, target: string): string[] =>
  Array.from({ length: 16 }, (_, i) => `${String(i + 1)}.${String(slot)} ${target}`);

const sixteenTimes = (line: string): string[] => Array.from({ length: 16 }, () => line);

describe("sixteen accounts at once", () => {
  test("F3: a refused primary: all at the secondary at the same instant", () => {
    const site = new Site();
    site.a.refuse();
    const phone = site.phone(sixteen());
    site.s.run(20_000);
    assert.deepEqual(registered(phone), everyone(1, "B"));
    assert.equal(new Set(site.b.bound(20_000).map(({ aor }) => aor)).size, 16);
    assert.ok(registers(phone).every((line) => line.startsWith("0 ")));
  });

  test("F2: a silent primary: all at the secondary after 7.5 s, with digest", () => {
    const site = new Site({ digest: { users } });
    site.a.silent();
    const phone = site.phone(sixteen());
    site.s.run(20_000);
    const course = registers(phone);
    for (const line of resends(0, "A")) assert.equal(course.filter((one) => one === line).length, 16, line);
    assert.equal(course.filter((line) => line === "7500 B").length, 32);
    assert.equal(course.length, 16 * 6);
    assert.deepEqual(registered(phone), everyone(1, "B"));
    assertCredentialsStayHome(phone);
    assert.deepEqual(phone.events("pool-full"), []);
  });

  test("K3, B3: the primary's port closes and opens again: all go and come back together", () => {
    const site = new Site({ digest: { users } });
    const phone = site.phone(sixteen(MODE_3));
    site.s
      .at(31_000, () => {
        site.a.refuse();
      })
      .at(70_000, () => {
        site.a.up();
      });
    site.s.run(65_000);
    assert.deepEqual(registered(phone), everyone(1, "B"));
    assert.deepEqual(registers(phone, 60_000), [...sixteenTimes("60000 B"), ...sixteenTimes("60000 B")]);
    site.s.run(100_000);
    assert.deepEqual(registered(phone), everyone(1, "A"));
    assertCredentialsStayHome(phone);
  });

  test("R4: sixteen Call-IDs, sixteen From tags, one port", () => {
    const site = new Site();
    const phone = site.phone(sixteen());
    site.s.run(1000);
    const messages = sent(phone).map(({ message }) => message);
    for (const part of ["callId", "fromTag", "to", "branch"] as const) {
      assert.equal(new Set(messages.map((message) => message[part])).size, 16, part);
    }
    assert.equal(new Set(site.a.requests("REGISTER").map(({ source }) => source)).size, 1);
  });

  test("G1: with a second slot each there are 32 registrations, and none is forgotten over an outage", () => {
    const site = new Site({ digest: { users }, maxExpires: 120 });
    const phone = site.phone(sixteen(MODE_3, true));
    site.s
      .at(100_000, () => {
        site.a.silent();
      })
      .at(250_000, () => {
        site.d.silent();
      })
      .at(300_000, () => {
        site.a.up();
        site.d.up();
      });
    site.s.run(600_000);
    assert.deepEqual(registered(phone).sort(), [...everyone(1, "A"), ...everyone(2, "D")].sort());
    assert.deepEqual(phone.events("pool-full"), []);
    assertCredentialsStayHome(phone);
  });

  test("R7: all are taken back within 2 s, even if one of two servers is dead", () => {
    const site = new Site({ digest: { users } });
    const phone = site.phone(sixteen({}, true));
    site.s.at(20_000, () => {
      site.a.silent();
      phone.stop();
    });
    site.s.run(22_001);
    assert.ok(phone.isStopped);
    assert.deepEqual(site.d.bound(22_001), []);
  });
});

/** The scheduler of a machine that can be put to sleep: its alarms ring when it is awake again. */
class MachineScheduler extends Scheduler {
  #isAsleep = false;
  #missed: (() => void)[] = [];

  constructor(private readonly world: Scheduler) {
    super();
  }

  override get now(): number {
    return this.world.now;
  }

  override at(at: number, action: () => void): void {
    this.world.at(at, () => {
      if (this.#isAsleep) this.#missed.push(action);
      else action();
    });
  }

  sleep(): void {
    this.#isAsleep = true;
  }

  wake(): void {
    this.#isAsleep = false;
    for (const action of this.#missed.splice(0)) action();
  }
}

/** A phone that is suspended for an hour at `at`, its network with it. */
const suspended = (
  at: number,
  settings: Settings = {},
  options: SiteOptions = {},
): { site: Site; phone: SimulatedPhone } => {
  const site = new Site(options);
  const machine = new MachineScheduler(site.s.scheduler);
  const octets = new TextEncoder().encode(configuration(settings));
  const phone = new SimulatedPhone(machine, site.s.network, [{ name: "phone.cfg", octets }], {
    addresses: { 4: "198.51.100.1" },
    resolvers: ["192.0.2.53:53"],
  });
  const link = site.s.network.link("198.51.100.1");
  site.s
    .at(at, () => {
      link.state = "down";
      machine.sleep();
    })
    .at(at + 3_600_000, () => {
      link.state = "up";
      machine.wake();
    });
  return { site, phone };
};

describe("a clock that jumps: an hour of suspend", () => {
  test("R2: the binding has run out meanwhile: one REGISTER at once, and no flood of what was missed", () => {
    const { site, phone } = suspended(10_000, {}, { maxExpires: 600 });
    site.s.run(3_630_000);
    assert.deepEqual(registers(phone), ["0 A", "3610000 A"]);
    assert.ok(keepAlives(phone).filter((line) => line.startsWith("3610000")).length <= 1);
    assert.deepEqual(registered(phone), ["1.1 A"]);
    assert.equal(site.a.bound(3_630_000).length, 1);
  });

  test("R2: the binding is still good: the refresh comes in its time", () => {
    const { site, phone } = suspended(10_000, { "sip_server.1.expires": 7200 });
    site.s.run(6_700_000);
    assert.deepEqual(registers(phone), ["0 A", "6600000 A"]);
  });

  test("F2: in the middle of a search: no more than one send, then the next target", () => {
    const { site, phone } = suspended(1000);
    site.a.silent();
    site.s.run(3_650_000);
    const after = registers(phone, 1001);
    assert.ok(after.length <= 2, after.join(" "));
    assert.equal(after.at(-1), "3601000 B");
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });

  test("B1: a failback that has become due meanwhile is at once", () => {
    const { site, phone } = suspended(20_000, {
      "sip_server.1.expires": 7200,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
    });
    site.a.refuse();
    site.s.at(10_000, () => {
      site.a.up();
    });
    site.s.run(3_630_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "3620000 A"]);
  });

  test("R5: a wait that is over meanwhile ends at once", () => {
    const { site, phone } = suspended(10_000, { reg_fail_retry_interval: 1800 });
    site.a.answer(500);
    site.s.at(5000, () => {
      site.a.up();
    });
    site.s.run(3_630_000);
    assert.deepEqual(registers(phone), ["0 A", "3610000 A"]);
  });

  test("G2: a trial of slot 1 that has become due meanwhile is at once, and once", () => {
    const { site, phone } = suspended(
      10_000,
      {
        "nat.udp_update_enable": 0,
        "sip_server.2.address": "192.0.2.4",
        "sip_server.2.expires": 7200,
        "fallback.redundancy_type": 1,
      },
      { list: ["A"] },
    );
    site.a.refuse();
    site.s.run(3_735_000);
    assert.deepEqual(registers(phone), ["0 A", "0 D", "3610000 A", "3730000 A"]);
  });
});
