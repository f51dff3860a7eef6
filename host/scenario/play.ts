import { endpointText } from "../abi/address.js";
import { Core, Simulation, desktopModule } from "../simulated/index.js";
import type { ConfigurationFile, Gate, SimulatedPhone, SocketTap } from "../simulated/index.js";
import { accountsOf } from "./accounts.js";
import type { Account } from "./accounts.js";
import { planOf } from "./plan.js";
import { ScenarioError } from "./problem.js";
import type { Problem } from "./problem.js";
import { PHONE_ADDRESSES } from "./scenario.js";
import type { Scenario } from "./scenario.js";
import { Site, isSiteAction } from "./site.js";
import { SimulatedStage } from "./stage.js";
import { Statistics } from "./summary.js";
import type { Summary } from "./summary.js";
import { TRACE_VERSION } from "./trace.js";
import type { ScenarioRecord, TraceHeader, TraceRecord } from "./trace.js";
import { User, isUserStep } from "./user.js";
import type { PlayedPhone } from "./user.js";

export interface PlayOptions {
  /** The phone's configuration. */
  readonly files: readonly ConfigurationFile[];
  /** Instead of the scenario's seed. */
  readonly seed?: number | undefined;
  /** Start in spite of errors in the configuration. */
  readonly lenient?: boolean | undefined;
  /** Takes each record, of the phone and of what truly was, in order. */
  readonly tell?: ((record: TraceRecord) => void) | undefined;
  /** Puts something between the phone and the network, such as a capture. */
  readonly tap?: SocketTap | undefined;
  /** One phone of many: what it has of its own. */
  readonly member?: Member | undefined;
}

/** A phone among others. */
export interface Member {
  readonly addresses: { readonly 4: string; readonly 6: string };
  /** When it starts. Milliseconds. */
  readonly startAt: number;
  /** Times without service count from here. Milliseconds. */
  readonly countFrom: number;
  /** A core that nobody needs any more; it forgets what it knew. */
  readonly core: Core;
  /** Hears of each request that comes to a server. */
  readonly heard: (server: string, method: string, t: number) => void;
  /** What stands before a server. */
  readonly gateOf: (server: string) => Gate | undefined;
}

/** Pieces in which a scenario is played. */
const SLICES = 200;

/** Accounts that the scenario names and the phone does not have. */
export const missingAccounts = (scenario: Scenario, accounts: readonly Account[]): Problem[] => {
  const known = new Set(accounts.map(({ number }) => number));
  const named = [
    ...scenario.events.map(({ action, place }) => ({
      place,
      numbers: "account" in action ? [action.account] : [],
    })),
    ...scenario.random.map(({ place, accounts: numbers = [] }) => ({ place, numbers })),
  ];
  return named.flatMap(({ place, numbers }) =>
    numbers
      .filter((number) => !known.has(number))
      .map((number) => ({
        file: scenario.file,
        ...place,
        message: `account ${String(number)} is not enabled in the configuration`,
      })),
  );
};

const phoneOf = (phone: SimulatedPhone): PlayedPhone => ({
  call: (account, uri, content, told) => {
    told(phone.call(uri, { account, ...content }));
  },
  respond: (call, status, content, told) => {
    told(phone.respond(call, status, content));
  },
  hangUp: (call, told) => {
    told(phone.hangUp(call));
  },
  subscribe: (account, name, uri, expires, told) => {
    told(phone.subscribe(name, { account, uri, expires }));
  },
});

/**
 * A scenario with a phone in simulated time, to be played once. With the same seed it takes the same course each time.
 */
export class Play {
  readonly phone: SimulatedPhone;
  readonly accounts: readonly Account[];
  readonly seed: number;
  readonly #scenario: Scenario;
  readonly #simulation: Simulation;
  readonly #site: Site;
  readonly #user: User;
  readonly #statistics: Statistics;
  readonly #addresses: Member["addresses"];
  readonly #tell: (record: TraceRecord) => void;

  /**
   * @throws ConfigurationError where the configuration has errors, unless `lenient`
   * @throws ScenarioError where the scenario names accounts that the phone does not have
   */
  constructor(scenario: Scenario, options: PlayOptions) {
    const {
      files,
      seed = scenario.seed,
      lenient = false,
      tell = (): void => undefined,
      tap,
      member,
    } = options;
    this.#scenario = scenario;
    this.#addresses = member?.addresses ?? PHONE_ADDRESSES;
    this.#tell = tell;
    this.seed = seed;
    this.accounts = accountsOf(files);
    const missing = missingAccounts(scenario, this.accounts);
    if (missing.length > 0) throw new ScenarioError(missing);
    this.#simulation = new Simulation(seed);
    const stage = new SimulatedStage(this.#simulation);
    this.#statistics = new Statistics(this.accounts, member?.countFrom);
    this.#site = new Site(stage, scenario, this.accounts, (record) => {
      this.#scenarioRecord(record);
    });
    for (const { name, registrar } of this.#site.servers) {
      registrar.heard = (method, t) => {
        this.#statistics.heard(name, method);
        member?.heard(name, method, t);
      };
      registrar.gate = member?.gateOf(name);
    }
    this.phone = this.#simulation.phone(files, {
      addresses: this.#addresses,
      dns: scenario.dns.ends.map((end) => endpointText(end).replace(/^udp:/, "")),
      seed: seed + 1,
      lenient,
      keepRecords: false,
      keepWire: false,
      core: member?.core ?? new Core(desktopModule()),
      tap,
      ...(member === undefined ? {} : { startAt: member.startAt }),
    });
    this.#user = new User(stage, this.#site, phoneOf(this.phone), this.accounts, tell);
    this.phone.on((record) => {
      this.#statistics.record(record);
      this.#user.record(record);
      tell(record);
    });
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#simulation.now;
  }

  /** The first line of its trace. */
  header(version: string): TraceHeader {
    const { title } = this.#scenario;
    return {
      trace: TRACE_VERSION,
      version,
      host: "simulated",
      ...(title === "" ? {} : { title }),
      seed: this.seed,
      accounts: Object.fromEntries(this.accounts.map(({ number, label }) => [String(number), label])),
      servers: this.#site.names,
    };
  }

  /** Plays it to its end. */
  run(): Summary {
    const course = this.course();
    for (;;) {
      const step = course.next();
      if (step.done === true) return step.value;
    }
  }

  /** Plays it piece by piece: how much is done, from 0 to 1, and in the end what came of it. */
  *course(): Generator<number, Summary, undefined> {
    const { duration } = this.#scenario;
    this.begin();
    for (let slice = 1; slice <= SLICES; slice++) {
      this.runUntil(Math.floor((duration * slice) / SLICES));
      yield slice / SLICES;
    }
    return this.summary();
  }

  /** When something happens next, in milliseconds. */
  get next(): number {
    return this.#simulation.scheduler.next;
  }

  /** Lets time pass up to an instant, once it has begun. */
  runUntil(t: number): void {
    this.#simulation.runUntil(t);
  }

  /** What came of it, in the end. */
  summary(): Summary {
    const servers = this.#site.servers.map(({ name }) => name);
    return this.#statistics.summary({ ...this.#scenario, seed: this.seed }, servers, this.#user);
  }

  /** Puts everything in its place. */
  begin(): void {
    const addresses = Object.values(this.#addresses);
    this.#site.connect(addresses);
    this.#site.begin();
    const accounts = this.accounts.map(({ number }) => number);
    for (const step of planOf(this.#scenario, accounts, this.seed)) {
      this.#simulation.at(step.t, () => {
        if (isUserStep(step)) this.#user.act(step);
        else if (isSiteAction(step.action)) this.#site.apply(step.action, step.length, addresses);
      });
    }
  }

  /** What the summary has to know of what truly was. */
  #scenarioRecord(record: ScenarioRecord): void {
    const { meter } = this.#statistics;
    if (record.event === "link")
      meter.line(record.t, record.state !== "down" && record.state !== "unreachable");
    else if (record.event === "server") {
      const server = this.#site.servers.find(({ name }) => name === record.server);
      if (server !== undefined) meter.targets(record.t, server.everyTarget, server.isOfUse);
    }
    this.#tell(record);
  }
}
