import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEndpoint } from "../../host/abi/address.js";
import type { Endpoint } from "../../host/abi/address.js";
import { enumerations } from "../../host/abi/contract.js";
import type { ActionHandler, TlsFiles } from "../../host/abi/core.js";
import { Engine } from "../../host/abi/engine.js";
import type { Clock, DrivenCore, SocketEvents, Sockets } from "../../host/abi/engine.js";

const A = parseEndpoint("192.0.2.1:5060");
const B = parseEndpoint("192.0.2.2:5060");
const octets = (text: string): Uint8Array => Buffer.from(text);

type Action = (handler: ActionHandler) => void;

/** A core that notes its inputs and does the actions that a test has prepared. */
class ScriptedCore implements DrivenCore {
  readonly inputSize = 4;
  readonly inputs: string[] = [];
  readonly actions: Action[] = [];
  deadline = Infinity;
  answer = 0;
  nextFlow = 100;

  start(now: number): number {
    return this.#note(now, "start");
  }
  stop(now: number): number {
    return this.#note(now, "stop");
  }
  setBusy(now: number, calls: number): number {
    return this.#note(now, `busy ${String(calls)}`);
  }
  flowOpened(now: number, flow: number, local: Endpoint): number {
    return this.#note(now, `opened ${String(flow)} ${String(local.port)}`);
  }
  flowFailed(now: number, flow: number, reason: number): number {
    return this.#note(now, `failed ${String(flow)} ${String(reason)}`);
  }
  flowBytes(now: number, flow: number, data: Uint8Array): number {
    return this.#note(now, `bytes ${String(flow)} ${Buffer.from(data).toString()}`);
  }
  flowIncoming(now: number, listener: number, source: Endpoint): number {
    this.#note(now, `incoming ${String(listener)} ${source.address}`);
    return this.nextFlow === 0 ? 0 : this.nextFlow++;
  }
  callPlace(now: number, account: number, uri: string): number {
    return this.#note(now, `call ${String(account)} ${uri}`);
  }
  callRespond(now: number, call: number, status: number): number {
    return this.#note(now, `respond ${String(call)} ${String(status)}`);
  }
  callHangUp(now: number, call: number): number {
    return this.#note(now, `hang up ${String(call)}`);
  }
  callRequest(now: number, call: number, method: number): number {
    return this.#note(now, `request ${String(call)} ${String(method)}`);
  }
  requestSend(now: number, account: number, method: number, uri: string): number {
    return this.#note(now, `send ${String(account)} ${String(method)} ${uri}`);
  }
  subscribe(now: number, account: number, eventPackage: number, uri: string, expires: number): number {
    return this.#note(now, `subscribe ${String(account)} ${String(eventPackage)} ${uri} ${String(expires)}`);
  }
  drain(_: number, handler: ActionHandler): void {
    for (let next = this.actions.shift(); next !== undefined; next = this.actions.shift()) next(handler);
    this.inputs.push("drained");
  }
  nextDeadline(): number {
    return this.deadline;
  }
  #note(now: number, input: string): number {
    this.inputs.push(`${String(now)} ${input}`);
    return this.answer;
  }
}

class ScriptedClock implements Clock {
  time = 0;
  alarms: number[] = [];
  ring: () => void = () => undefined;

  now(): number {
    return this.time;
  }
  alarm(at: number, ring: () => void): void {
    this.alarms.push(at);
    this.ring = ring;
  }
}

/** Sockets that note what they are asked for, and open flows within the call. */
class ScriptedSockets implements Sockets {
  readonly asked: string[] = [];
  constructor(private readonly events: SocketEvents) {}

  open(flow: number, remote: Endpoint, localPort: number): void {
    this.asked.push(`open ${String(flow)} ${remote.address} ${String(localPort)}`);
    this.events.opened(flow, { ...remote, port: 7 });
  }
  listen(flow: number): void {
    this.asked.push(`listen ${String(flow)}`);
  }
  send(flow: number, data: Uint8Array): void {
    this.asked.push(`send ${String(flow)} ${Buffer.from(data).toString()}`);
  }
  sendFrom(listener: number, remote: Endpoint, data: Uint8Array): void {
    this.asked.push(`sendFrom ${String(listener)} ${remote.address} ${Buffer.from(data).toString()}`);
  }
  close(flow: number): void {
    this.asked.push(`close ${String(flow)}`);
  }
  closeAll(): void {
    this.asked.push("closeAll");
  }
  tls({ verify, trustAnchors }: TlsFiles): void {
    this.asked.push(`tls ${String(verify)} ${trustAnchors}`);
  }
}

interface Parts {
  readonly core: ScriptedCore;
  readonly clock: ScriptedClock;
  readonly engine: Engine;
  /** What the sockets were asked for. */
  readonly asked: string[];
  readonly told: string[];
}

const set = (): Parts => {
  const core = new ScriptedCore();
  const clock = new ScriptedClock();
  const asked: string[] = [];
  const told: string[] = [];
  const engine = new Engine(core, clock, (events) => Object.assign(new ScriptedSockets(events), { asked }), {
    event: (data, now) => told.push(`${String(now)} ${String(data[0])}`),
    stopped: () => told.push("stopped"),
  });
  return { core, clock, engine, asked, told };
};

describe("an engine", () => {
  it("gives each input with the time, drains after it, and sets the alarm", () => {
    const { core, clock, engine } = set();
    clock.time = 5;
    core.deadline = 50;
    engine.start();
    clock.time = 50;
    core.deadline = Infinity;
    clock.ring();
    assert.deepEqual(core.inputs, ["5 start", "drained", "drained"]);
    assert.deepEqual(clock.alarms, [50, Infinity]);
  });

  it("never gives a time before the one that it gave last", () => {
    const { core, clock, engine } = set();
    clock.time = 9;
    engine.start();
    clock.time = 3;
    engine.setBusy(1);
    assert.deepEqual(
      core.inputs.filter((input) => input !== "drained"),
      ["9 start", "9 busy 1"],
    );
  });

  it("lets what happens within an action wait for its turn, in order", () => {
    const { core, engine, asked } = set();
    core.actions.push(
      (handler) => {
        handler.open(1, A, 0, "");
        engine.setBusy(2);
      },
      (handler) => {
        handler.send(1, octets("x"));
      },
    );
    engine.start();
    assert.deepEqual(core.inputs, ["0 start", "drained", "0 opened 1 7", "drained", "0 busy 2", "drained"]);
    assert.deepEqual(asked, ["open 1 192.0.2.1 0", "send 1 x"]);
  });

  it("gives streams in pieces of the input area, datagrams whole", () => {
    const { core, engine } = set();
    engine.stream(1, octets("abcdefghij"));
    engine.datagram(1, octets("abcdefghij"));
    assert.deepEqual(
      core.inputs.filter((input) => input !== "drained"),
      ["0 bytes 1 abcd", "0 bytes 1 efgh", "0 bytes 1 ij", "0 bytes 1 abcdefghij"],
    );
  });

  it("gives failures by their numbers", () => {
    const { core, engine } = set();
    engine.failed(1, "unreachable");
    assert.equal(core.inputs[0], `0 failed 1 ${String(enumerations.flowFailure.values.unreachable)}`);
  });

  it("answers strangers from the listening port", () => {
    const { core, engine, asked } = set();
    engine.incoming(9, A, octets("hi"));
    core.actions.push((handler) => {
      handler.send(100, octets("answer"));
      handler.close(100);
      handler.send(100, octets("late"));
    });
    engine.setBusy(0);
    assert.deepEqual(core.inputs.slice(0, 2), ["0 incoming 9 192.0.2.1", "0 bytes 100 hi"]);
    assert.deepEqual(asked, ["sendFrom 9 192.0.2.1 answer", "send 100 late"]);
  });

  it("keeps one flow a stranger while it is open, and takes a new one when it is stale", () => {
    const { core, engine } = set();
    engine.incoming(9, A, octets("1"));
    engine.incoming(9, A, octets("2"));
    engine.incoming(9, B, octets("3"));
    core.answer = enumerations.error.values["stale-flow"];
    engine.incoming(9, A, octets("4"));
    assert.deepEqual(
      core.inputs.filter((input) => input !== "drained"),
      [
        "0 incoming 9 192.0.2.1",
        "0 bytes 100 1",
        "0 bytes 100 2",
        "0 incoming 9 192.0.2.2",
        "0 bytes 101 3",
        "0 bytes 100 4",
        "0 incoming 9 192.0.2.1",
        "0 bytes 102 4",
      ],
    );
  });

  it("drops what the core takes no flow for", () => {
    const { core, engine } = set();
    core.nextFlow = 0;
    engine.incoming(9, A, octets("1"));
    assert.deepEqual(core.inputs, ["0 incoming 9 192.0.2.1", "drained"]);
  });

  it("has the core number the connection of a stranger, whose octets follow as of any flow", () => {
    const { core, engine, asked } = set();
    const taken: number[] = [];
    engine.accepted(9, { ...A, transport: "tcp" }, (flow) => taken.push(flow));
    engine.stream(100, octets("hi"));
    core.actions.push((handler) => {
      handler.send(100, octets("answer"));
      handler.close(100);
    });
    engine.setBusy(0);
    assert.deepEqual(taken, [100]);
    assert.deepEqual(
      core.inputs.filter((input) => input !== "drained"),
      ["0 incoming 9 192.0.2.1", "0 bytes 100 hi", "0 busy 0"],
    );
    assert.deepEqual(asked, ["send 100 answer", "close 100"]);
  });

  it("says 0 where the core wants no connection", () => {
    const { core, engine } = set();
    const taken: number[] = [];
    core.nextFlow = 0;
    engine.accepted(9, A, (flow) => taken.push(flow));
    assert.deepEqual(taken, [0]);
  });

  it("takes a connection that comes while it works when its turn has come", () => {
    const { core, engine } = set();
    const taken: number[] = [];
    core.actions.push(() => {
      engine.accepted(9, A, (flow) => taken.push(flow));
      assert.deepEqual(taken, []);
    });
    engine.start();
    assert.deepEqual(taken, [100]);
  });

  it("hands the files of TLS on", () => {
    const { core, engine, asked } = set();
    core.actions.push((handler) => {
      handler.tls({ verify: true, trustAnchors: "ca.pem", certificate: "", key: "" });
    });
    engine.start();
    assert.deepEqual(asked, ["tls true ca.pem"]);
  });

  it("hands the application's requests to the core at once, and says what each was answered", () => {
    const { core, engine } = set();
    const told: number[] = [];
    const tell = (answer: number): void => {
      told.push(answer);
    };
    const method = enumerations.method.values;
    core.answer = 7;
    engine.placeCall(1, "sip:bob@example.com", { body: "v=0" }, tell);
    engine.respond(7, 180, {}, tell);
    engine.requestInCall(7, "INFO", {}, tell);
    engine.hangUp(7, tell);
    engine.sendRequest(2, "MESSAGE", "sip:al@example.com", {}, tell);
    core.answer = enumerations.error.values["bad-argument"];
    engine.subscribe(3, "dialog", "", 60, tell);
    assert.deepEqual(told, [7, 7, 7, 7, 7, -6]);
    assert.deepEqual(
      core.inputs.filter((input) => input !== "drained"),
      [
        "0 call 1 sip:bob@example.com",
        "0 respond 7 180",
        `0 request 7 ${String(method.INFO)}`,
        "0 hang up 7",
        `0 send 2 ${String(method.MESSAGE)} sip:al@example.com`,
        `0 subscribe 3 ${String(enumerations.package.values.dialog)}  60`,
      ],
    );
  });

  it("lets a request from within an event wait for its turn, and drops it when the engine ends", () => {
    const { core, engine } = set();
    const told: number[] = [];
    core.actions.push(() => {
      engine.hangUp(1, (answer) => told.push(answer));
      assert.deepEqual(told, []);
    });
    engine.start();
    assert.deepEqual(told, [0]);
    core.actions.push(() => {
      engine.hangUp(2, (answer) => told.push(answer));
      engine.end();
    });
    engine.setBusy(1);
    engine.hangUp(3, (answer) => told.push(answer));
    assert.deepEqual(told, [0]);
    assert.ok(!core.inputs.includes("0 hang up 2"));
  });

  it("ends with the core's stop: everything closed, no alarm, and nothing goes in any more", () => {
    const { core, clock, engine, asked, told } = set();
    core.actions.push(
      (handler) => {
        handler.stopped();
      },
      (handler) => {
        handler.event(Uint8Array.of(12));
      },
    );
    engine.stop();
    engine.setBusy(1);
    clock.ring();
    assert.deepEqual(told, ["0 12", "stopped"]);
    assert.deepEqual(asked, ["closeAll"]);
    assert.deepEqual(clock.alarms, [Infinity]);
    assert.deepEqual(core.inputs, ["0 stop", "drained"]);
  });

  it("ends at once where its owner ends it from within an event", () => {
    const { core, engine, asked, told } = set();
    core.actions.push((handler) => {
      handler.event(Uint8Array.of(1));
      engine.end();
      engine.setBusy(1);
    });
    engine.start();
    assert.deepEqual(core.inputs, ["0 start", "drained"]);
    assert.deepEqual(asked, ["closeAll"]);
    assert.deepEqual(told, ["0 1"]);
  });

  it("goes on at once after a listener has thrown", () => {
    const { core, clock, engine } = set();
    clock.time = 4;
    core.actions.push(() => {
      throw new Error("of the listener");
    });
    assert.throws(() => {
      engine.start();
    }, /of the listener/);
    assert.deepEqual(clock.alarms, [4]);
    clock.ring();
    assert.deepEqual(core.inputs, ["4 start", "drained"]);
  });
});
