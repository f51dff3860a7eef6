/** A phone with 16 accounts and the bad times it goes through: the same for each seed. */
import { Random, Simulation } from "../../host/simulated/index.js";
import type {
  RegistrarMode,
  SimulatedPhone,
  SimulatedPhoneOptions,
  ZoneMode,
  Registrar,
} from "../../host/simulated/index.js";
import { configuration } from "./helpers.js";
import type { Settings } from "./helpers.js";

export const ACCOUNTS = 16;
export const PASSWORD = "pa55-w0rd-nobody-may-see";

/** What accounts are like: the account with number n is like `n % variants.length`. */
const variants: readonly Settings[] = [
  { "sip_server.1.failback_mode": 0 },
  { "sip_server.1.failback_mode": 1, "nat.udp_update_enable": 2 },
  { "sip_server.1.failback_mode": 2, "nat.udp_update_enable": 3 },
  { "sip_server.1.failback_mode": 3, "sip_server.1.failback_timeout": 600 },
  { "sip_server.1.failback_mode": 0, "sip_server.1.port": 5060 },
  {
    "sip_server.1.failback_mode": 3,
    "sip_server.1.failback_timeout": 60,
    "sip_server.2.address": "spare.example.com",
    "fallback.redundancy_type": 1,
  },
  { "sip_server.1.failback_mode": 1, "sip_server.2.address": "192.0.2.4" },
  { "sip_server.1.failback_mode": 2, "sip_server.1.retry_counts": 1, dns_cache_type: 2 },
];

/** The configuration of all accounts; `more` are further keys of an account. */
export const file = (more: (account: number) => Settings = () => ({})): string => {
  const all: Record<string, string | number> = { "sip.failback_surge_prevention": 5 };
  for (let account = 1; account <= ACCOUNTS; account++) {
    const keys: Settings = {
      enable: 1,
      user_name: 1000 + account,
      password: PASSWORD,
      "sip_server.1.address": "sip.example.com",
      "sip_server.1.port": 0,
      "sip_server.1.expires": 600,
      "sip_server.2.expires": 600,
      reg_failed_retry_max_time: account % 2 === 0 ? 60 : 0,
      ...variants[account % variants.length],
      ...more(account),
    };
    for (const [key, value] of Object.entries(keys))
      all[key.startsWith("sip.") ? key : `account.${String(account)}.${key}`] = value;
  }
  return configuration(all);
};

const users = Object.fromEntries(
  Array.from({ length: ACCOUNTS }, (_, index) => [String(1001 + index), PASSWORD]),
);

/** Four servers, A and B with digest, names with short TTLs, and a phone. */
export class Installation {
  readonly s: Simulation;
  readonly servers: Registrar[];
  readonly phone: SimulatedPhone;
  #names = 0;

  constructor(options: SimulatedPhoneOptions = {}, log = false, configured = file()) {
    this.s = new Simulation(5);
    this.servers = ["1", "2", "3", "4"].map((host, index) =>
      this.s.registrar(`192.0.2.${host}`, {
        log,
        delay: 3,
        ...(index < 2 ? { digest: { users, nonceUses: 50 } } : {}),
      }),
    );
    this.fillZone();
    this.s.network.latency = 10;
    this.phone = this.s.phone(configured, options);
  }

  /** The records as they should be; the hosts have other names than the last time. */
  fillZone(): void {
    const [a, b] = ["a", "b"].map((name) => `${name}${String(++this.#names)}.hosts.example.com`) as [
      string,
      string,
    ];
    const { zone } = this.s;
    zone.log = false;
    zone.records = [];
    zone
      .srv("_sip._udp.sip.example.com", { priority: 1, target: a }, 120)
      .srv("_sip._udp.sip.example.com", { priority: 2, target: b }, 120)
      .address(a, "192.0.2.1", 60)
      .address(b, "192.0.2.2", 60)
      .address("sip.example.com", ["192.0.2.1", "192.0.2.2"], 45)
      .address("spare.example.com", ["192.0.2.3", "192.0.2.4"], 300);
  }

  /** Lets an outage of a kind begin, and end after `duration` milliseconds. */
  outage(kind: number, duration: number): void {
    const { s, servers } = this;
    const [a, b] = servers;
    const later = (action: () => void): void => {
      s.scheduler.after(duration, action);
    };
    const behave = (which: readonly (Registrar | undefined)[], mode: RegistrarMode): void => {
      for (const server of which) {
        if (server === undefined) continue;
        server.mode = mode;
        later(() => {
          server.up();
        });
      }
    };
    const resolve = (mode: ZoneMode): void => {
      s.zone.mode = mode;
      later(() => (s.zone.mode = "up"));
    };
    const link = s.network.link("198.51.100.1");
    const kinds: readonly (() => void)[] = [
      () => {
        behave([a], "silent");
      },
      () => {
        behave([b], "silent");
      },
      () => {
        behave([a, b], "silent");
      },
      () => {
        behave(servers, "silent");
      },
      () => {
        behave([a], "refused");
      },
      () => {
        behave([a, b], "refused");
      },
      () => {
        behave(servers, "refused");
      },
      () => {
        behave([a], { status: 503 });
      },
      () => {
        behave([a], { status: 503, headers: [["Retry-After", "300"]] });
      },
      () => {
        behave(servers, { status: 503 });
      },
      () => {
        behave([a], { status: 500 });
      },
      () => {
        behave([b], { status: 403 });
      },
      () => {
        resolve("silent");
      },
      () => {
        resolve("SERVFAIL");
      },
      () => {
        resolve("NXDOMAIN");
      },
      () => {
        resolve("closed");
      },
      () => {
        resolve({ fault: "truncated" });
      },
      () => {
        resolve({ fault: "pointer-loop" });
      },
      () => {
        s.zone.remove("_sip._udp.sip.example.com");
        later(() => {
          this.fillZone();
        });
      },
      () => {
        link.state = "down";
        later(() => (link.state = "up"));
      },
      () => {
        link.state = "unreachable";
        later(() => (link.state = "up"));
      },
      () => {
        link.loss = 0.4;
        link.jitter = 300;
        later(() => (link.loss = link.jitter = 0));
      },
    ];
    kinds[kind % kinds.length]?.();
  }

  /** Has `count` outages of all kinds come between two instants, of 5 s to `longest` milliseconds. */
  plan(seed: number, count: number, from: number, to: number, longest = 900_000): void {
    const random = new Random(seed);
    for (let index = 0; index < count; index++) {
      const at = from + Math.floor(random.next() * (to - from));
      const duration = 5000 + Math.floor(random.next() * (longest - 5000));
      this.s.at(at, () => {
        this.outage(index, duration);
      });
    }
  }

  /** The users that a server has a binding for. */
  users(): Set<string> {
    return new Set(
      this.servers.flatMap((server) => server.bound(this.s.now).map(({ aor }) => aor.replace(/@.*/, ""))),
    );
  }
}

/** What a host sees of a core: its open flows. Every call is checked on its way. */
export class Watch {
  readonly open = new Set<number>();
  /** What went wrong, a sentence each. */
  readonly problems: string[] = [];
  /** Times that the actions were drained, and actions. */
  drains = 0;
  actions = 0;

  constructor({ core }: SimulatedPhone) {
    const drain = core.drain.bind(core);
    core.drain = (now, handler) => {
      this.drains++;
      drain(now, {
        open: (flow, remote, port, name) => {
          this.#began(flow);
          handler.open(flow, remote, port, name);
        },
        listen: (flow, transport, port) => {
          this.#began(flow);
          handler.listen(flow, transport, port);
        },
        send: (flow, octets) => {
          this.#expectOpen(flow, "send");
          handler.send(flow, octets);
        },
        close: (flow) => {
          this.#expectOpen(flow, "close");
          this.open.delete(flow);
          handler.close(flow);
        },
        event: (octets) => {
          this.actions++;
          handler.event(octets);
        },
        stopped: () => {
          handler.stopped();
        },
        tls: (files) => {
          this.actions++;
          handler.tls(files);
        },
      });
      const deadline = core.nextDeadline();
      if (deadline <= now) this.problems.push(`at ${String(now)} the next deadline is ${String(deadline)}`);
    };
    const failed = core.flowFailed.bind(core);
    core.flowFailed = (now, flow, reason) => {
      this.open.delete(flow);
      return failed(now, flow, reason);
    };
    const incoming = core.flowIncoming.bind(core);
    core.flowIncoming = (now, listener, source) => {
      const flow = incoming(now, listener, source);
      if (flow !== 0) this.#began(flow);
      return flow;
    };
  }

  #began(flow: number): void {
    this.actions++;
    if (this.open.has(flow)) this.problems.push(`flow ${String(flow)} is opened twice`);
    this.open.add(flow);
  }

  #expectOpen(flow: number, what: string): void {
    this.actions++;
    if (!this.open.has(flow)) this.problems.push(`${what} on flow ${String(flow)}, which is not open`);
  }
}
