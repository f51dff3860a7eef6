import { Authenticator, Exchange, Registrar, Zone, answering } from "../simulated/index.js";
import type {
  Arrival,
  CalleeStep,
  RegistrarMode,
  TlsOffer,
  Transport,
  ZoneMode,
} from "../simulated/index.js";
import type { Account } from "./accounts.js";
import { PlayedServer } from "./played-server.js";
import { isLinkState } from "./scenario.js";
import type {
  Action,
  Authentication,
  DnsState,
  LinkQuality,
  LinkState,
  Scenario,
  ServerDefinition,
  ServerState,
} from "./scenario.js";
import type { Stage } from "./stage.js";
import type { ScenarioRecord } from "./trace.js";
import { dnsWords, linkWords, serverWords } from "./words.js";
import type { StateWords } from "./words.js";

/** Whose credentials servers know, and how they are spoken to. */
export type SiteAccount = Pick<Account, "authUser" | "password" | "domain" | "transports">;

/** Actions of servers, DNS and lines, not of the user. */
export type SiteAction = Extract<
  Action,
  { kind: "server-state" | "server-auth" | "server-lifetime" | "dns-state" | "dns-records" | "link" }
>;

const siteActions: ReadonlySet<Action["kind"]> = new Set<SiteAction["kind"]>([
  "server-state",
  "server-auth",
  "server-lifetime",
  "dns-state",
  "dns-records",
  "link",
]);

/** Whether an action is one of servers, DNS or lines. */
export const isSiteAction = (action: Action): action is SiteAction => siteActions.has(action.kind);

const UP = { state: "up" } as const;

/** The realm of servers that have none of their own. */
const REALM = "sip-failover";

const modeOf = (state: ServerState): RegistrarMode => {
  switch (state.state) {
    case "silent":
    case "stopped":
      return state.state;
    case "refusing":
      return "refused";
    case "answers":
      return {
        status: state.status,
        headers: state.retryAfter === undefined ? [] : [["Retry-After", String(state.retryAfter)]],
      };
    default:
      return "up";
  }
};

const zoneModes: Readonly<Record<DnsState["state"], ZoneMode>> = {
  up: "up",
  slow: "up",
  silent: "silent",
  closed: "closed",
  refused: "REFUSED",
  servfail: "SERVFAIL",
  nxdomain: "NXDOMAIN",
};

/** The servers, DNS and lines of a scenario, on a stage. Phones are none of its business. */
export class Site {
  readonly exchange = new Exchange();
  readonly servers: readonly PlayedServer[];
  readonly zone: Zone;
  readonly #stage: Stage;
  readonly #scenario: Scenario;
  readonly #accounts: readonly SiteAccount[];
  readonly #tell: (record: ScenarioRecord) => void;
  #dns: DnsState = UP;
  /** What the states that are to end have come of, by what they are of. */
  readonly #since = new Map<string, object>();

  /**
   * @param accounts whose credentials the servers know
   * @param tell takes a record whenever something has another state
   */
  constructor(
    stage: Stage,
    scenario: Scenario,
    accounts: readonly SiteAccount[],
    tell: (record: ScenarioRecord) => void,
  ) {
    this.#stage = stage;
    this.#scenario = scenario;
    this.#accounts = accounts;
    this.#tell = tell;
    this.exchange.callee = (arrival) => this.#calleeOf(arrival);
    const spoken = new Set(accounts.flatMap(({ transports }) => transports));
    const transports: ReadonlySet<Transport> = spoken.size === 0 ? new Set<Transport>(["udp"]) : spoken;
    this.servers = scenario.servers.map((definition) => this.#open(definition, transports));
    this.zone = new Zone(scenario.dns.records);
    this.zone.log = false;
    this.zone.negativeTtl = scenario.dns.negativeTtl;
    this.zone.delay = scenario.dns.answerAfter;
    for (const end of scenario.dns.ends) stage.serve(this.zone, end);
  }

  /** Brings everything into the state in which it is to be at the beginning, and tells of it. */
  begin(): void {
    for (const server of this.servers) this.#setServer(server, server.definition.state, undefined);
    const { state } = this.#scenario.dns;
    if (state.state !== "up") this.#setDns(state, undefined);
  }

  /** Names of the servers by target. */
  get names(): Record<string, string> {
    return Object.fromEntries(
      this.servers.flatMap((server) => server.everyTarget.map((target) => [target, server.name])),
    );
  }

  /**
   * Does an action.
   *
   * @param length after which it is over, in milliseconds; `undefined`: it stays
   * @param addresses of the phones whose line it is, for `link`
   */
  apply(action: SiteAction, length: number | undefined, addresses: readonly string[] = []): void {
    switch (action.kind) {
      case "server-state":
        for (const server of this.#named(action.servers)) this.#setServer(server, action.to, length);
        break;
      case "server-auth":
        for (const server of this.#named(action.servers)) {
          server.registrar.authenticator = this.#authenticator(server.name, action.auth);
          this.#tellServer(
            server,
            action.auth === false ? "asks for no credentials" : "asks for credentials",
          );
        }
        break;
      case "server-lifetime":
        for (const server of this.#named(action.servers)) {
          server.registrar.maxExpires = action.lifetime;
          this.#tellServer(server, `grants ${String(action.lifetime)} s`);
        }
        break;
      case "dns-state":
        this.#setDns(action.to, length);
        break;
      case "dns-records":
        this.#changeRecords(action);
        break;
      case "link":
        this.#setLink(action.to, length, addresses);
    }
  }

  /** Gives a phone's line what the scenario says of lines. */
  connect(addresses: readonly string[]): void {
    for (const address of addresses) this.#qualify(address, this.#scenario.network);
  }

  #open(definition: ServerDefinition, transports: ReadonlySet<Transport>): PlayedServer {
    const { name, ends, lifetime, shortestLifetime, answerAfter, link, recordRoute } = definition;
    const tls = this.#offerOf(definition);
    const registrar = new Registrar(name, {
      maxExpires: lifetime,
      minExpires: shortestLifetime,
      delay: answerAfter,
      recordRoute,
      log: false,
      exchange: this.exchange,
      onlyOwnUsers: !this.#scenario.sharesRegistrations,
      ...(tls === undefined ? {} : { tls }),
    });
    registrar.authenticator = this.#authenticator(name, definition.auth);
    for (const end of ends) {
      this.#stage.serve(registrar, end);
      this.#qualify(end.address, link);
    }
    return new PlayedServer(definition, registrar, transports);
  }

  #offerOf({ tls, ends }: ServerDefinition): TlsOffer | undefined {
    if (tls === false) return undefined;
    if (tls === "untrusted") return "untrusted";
    if (tls !== true) return { names: tls };
    const names = this.#scenario.dns.records.map(({ name }) => name);
    const domains = this.#accounts.map(({ domain }) => domain);
    return { names: [...new Set([...names, ...domains, ...ends.map(({ address }) => address)])] };
  }

  #authenticator(name: string, auth: Authentication): Authenticator | undefined {
    if (auth === false) return undefined;
    if (auth !== true) return new Authenticator(name, { realm: REALM, ...auth });
    const users = this.#accounts.map(({ authUser, password }) => [authUser, password] as const);
    return new Authenticator(name, { realm: REALM, users: Object.fromEntries(users) });
  }

  #named(names: readonly string[]): PlayedServer[] {
    return this.servers.filter(({ name }) => names.includes(name));
  }

  #setServer(server: PlayedServer, to: ServerState, length: number | undefined): void {
    const { registrar, definition } = server;
    server.state = to;
    registrar.mode = modeOf(to);
    registrar.delay = to.state === "slow" ? to.delay : definition.answerAfter;
    for (const { address } of definition.ends) this.#changeLink(address, this.#lineOf(address));
    this.#tellServer(server, undefined, length);
    this.#endLater(server.name, length, () => {
      this.#setServer(server, UP, undefined);
    });
  }

  /** The line of an address is as bad as the worst of the servers there makes it. */
  #lineOf(address: string): Pick<LinkQuality, "loss"> & { readonly state: "up" | "unreachable" } {
    const here = this.servers.filter(({ definition: { ends } }) =>
      ends.some((end) => end.address === address),
    );
    const losses = here.map(({ state, definition: { link } }) =>
      state.state === "lossy" ? state.loss : link.loss,
    );
    const isGone = here.some(({ state }) => state.state === "unreachable");
    return { loss: Math.max(...losses), state: isGone ? "unreachable" : "up" };
  }

  #setDns(to: DnsState, length: number | undefined): void {
    this.#dns = to;
    this.zone.mode = zoneModes[to.state];
    this.zone.delay = to.state === "slow" ? to.delay : this.#scenario.dns.answerAfter;
    this.#tellDns(dnsWords(to, length));
    this.#endLater("", length, () => {
      this.#setDns(UP, undefined);
    });
  }

  #setLink(to: LinkState, length: number | undefined, addresses: readonly string[]): void {
    for (const address of addresses) {
      if (isLinkState(to)) {
        this.#qualify(address, this.#scenario.network);
        this.#changeLink(address, { state: to.state });
      } else this.#qualify(address, { ...this.#scenario.network, ...to });
    }
    this.#tell({ t: this.#stage.now, account: 0, event: "link", ...linkWords(to, length) });
    this.#endLater(`line ${addresses.join(" ")}`, length, () => {
      this.#setLink(UP, undefined, addresses);
    });
  }

  /** Each name and type that is among the new records has these, and no others. */
  #changeRecords({ records, remove }: Extract<SiteAction, { kind: "dns-records" }>): void {
    for (const name of remove) this.zone.remove(name);
    for (const { name, type } of records) this.zone.remove(name, type);
    this.zone.add(...records);
    const changed = [...new Set([...remove, ...records.map(({ name }) => name)])];
    this.#tellDns({ state: this.#dns.state, detail: `new records of ${changed.join(", ")}` });
  }

  #endLater(subject: string, length: number | undefined, end: () => void): void {
    const token = {};
    this.#since.set(subject, token);
    if (length === undefined) return;
    this.#stage.at(this.#stage.now + length, () => {
      if (this.#since.get(subject) === token) end();
    });
  }

  #qualify(address: string, quality: LinkQuality): void {
    this.#changeLink(address, { ...quality, state: "up" });
  }

  #changeLink(
    address: string,
    changes: Partial<LinkQuality & { state: "up" | "down" | "unreachable" }>,
  ): void {
    const link = this.#stage.link(address);
    if (link !== undefined) Object.assign(link, changes);
    else if (Object.values(changes).some((value) => value !== 0 && value !== "up")) {
      throw new Error("Lines can be disturbed on the simulated network only.");
    }
  }

  #tellServer(server: PlayedServer, remark: string | undefined, length?: number): void {
    const words = serverWords(server.state, length);
    const { name, targets } = server;
    const detail = remark === undefined ? {} : { detail: remark };
    const record = { t: this.#stage.now, account: 0, event: "server", server: name, targets } as const;
    this.#tell({ ...record, ...words, ...detail });
  }

  #tellDns(words: StateWords): void {
    this.#tell({ t: this.#stage.now, account: 0, event: "server", server: "dns", targets: [], ...words });
  }

  #calleeOf({ message }: Arrival): readonly CalleeStep[] {
    const user = /^sips?:([^@;]+)@/i.exec(message.uri)?.[1] ?? "";
    const { farEnds } = this.#scenario;
    const farEnd = farEnds.get(user) ?? farEnds.get("*") ?? { ring: 0, answer: 3000, status: 200 };
    return farEnd === "silent" ? [] : answering(farEnd);
  }
}
