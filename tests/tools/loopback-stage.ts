/** A scenario on real sockets: its servers and DNS on loopback, a phone on Node, and the clock of the wall. */
import { readFileSync } from "node:fs";
import { Phone } from "../../host/node/index.js";
import { RealServer } from "../../host/node/servers.js";
import { accountsOf } from "../../host/scenario/accounts.js";
import { planOf } from "../../host/scenario/plan.js";
import type { Scenario } from "../../host/scenario/scenario.js";
import { Site, isSiteAction } from "../../host/scenario/site.js";
import type { Stage } from "../../host/scenario/stage.js";
import type { TraceRecord } from "../../host/scenario/trace.js";
import { User, isUserStep } from "../../host/scenario/user.js";
import type { PlayedPhone } from "../../host/scenario/user.js";
import { endpointText } from "../../host/simulated/index.js";
import type { Endpoint, Service } from "../../host/simulated/index.js";

/** Real sockets and the clock of the wall as a stage. Lines cannot be disturbed on it. */
export class LoopbackStage implements Stage {
  readonly #opening: Promise<RealServer>[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #origin = performance.now();

  get now(): number {
    return Math.floor(performance.now() - this.#origin);
  }

  at(t: number, action: () => void): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        action();
      },
      Math.max(0, t - this.now),
    );
    this.#timers.add(timer);
  }

  serve(service: Service, { address, port }: Endpoint): void {
    this.#opening.push(RealServer.open(service, { address, port, now: () => this.now }));
  }

  link(): undefined {
    return undefined;
  }

  /** Waits until every port is open, and begins to count. */
  async ready(): Promise<void> {
    await Promise.all(this.#opening);
    this.#origin = performance.now();
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    const opened = await Promise.allSettled(this.#opening);
    const servers = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    await Promise.all(servers.map((server) => server.close()));
  }
}

const playedPhone = (phone: Phone): PlayedPhone => {
  const refused = (told: (answer: number) => void) => (): void => {
    told(-1);
  };
  return {
    call: (account, uri, content, told) => {
      phone.call(uri, { account, ...content }).then(told, refused(told));
    },
    respond: (call, status, content, told) => {
      phone.respond(call, status, content).then(() => {
        told(0);
      }, refused(told));
    },
    hangUp: (call, told) => {
      phone.hangUp(call).then(() => {
        told(0);
      }, refused(told));
    },
    subscribe: (account, name, uri, expires, told) => {
      phone.subscribe(name, { account, uri, expires }).then(told, refused(told));
    },
  };
};

/** Plays a scenario in real time, with a phone that has a configuration: everything that was told, in order. */
export const playOnLoopback = async (scenario: Scenario, path: string): Promise<TraceRecord[]> => {
  const octets = readFileSync(path);
  const accounts = accountsOf([{ name: path, octets }]);
  const trace: TraceRecord[] = [];
  const tell = (record: TraceRecord): void => {
    trace.push(record);
  };
  const stage = new LoopbackStage();
  const phone = new Phone({
    text: octets.toString("utf8"),
    dns: scenario.dns.ends.map((end) => endpointText(end).replace(/^udp:/, "")),
  });
  try {
    const site = new Site(stage, scenario, accounts, tell);
    const user = new User(stage, site, playedPhone(phone), accounts, tell);
    phone.on("record", (record) => {
      user.record(record);
      tell(record);
    });
    await stage.ready();
    site.begin();
    const numbers = accounts.map(({ number }) => number);
    for (const step of planOf(scenario, numbers)) {
      stage.at(step.t, () => {
        if (isUserStep(step)) user.act(step);
        else if (isSiteAction(step.action)) site.apply(step.action, step.length);
      });
    }
    await phone.start();
    await new Promise<void>((resolve) => {
      stage.at(scenario.duration, resolve);
    });
    return [...trace];
  } finally {
    await phone.stop();
    await stage.close();
  }
};
