import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Call } from "../../host/cli/calls.js";
import { Console } from "../../host/cli/console.js";
import type { FileAccount } from "../../host/cli/names.js";
import { plain } from "../../host/cli/paint.js";
import { runProgram } from "../../host/cli/program.js";
import type { Terminal } from "../../host/cli/terminal.js";
import { answering } from "../../host/simulated/index.js";
import { testFolder } from "./cli-harness.js";
import { openSite, sdpLines } from "./cli-site.js";
import type { CliSite } from "./cli-site.js";
import { Paper } from "./paper.js";

const account: FileAccount = { name: "bob", isEnabled: true, domain: "pbx.example" };
const far = (number: number, state: Call["state"], name = "al"): Call => ({
  call: 512 + number,
  number,
  account: 1,
  peer: `<sip:${name}@example.com>;tag=1`,
  state,
  isHeld: false,
});

/** A console with these calls in hand; `done` is what it has been made to do, `written` what it has answered. */
const consoleWith = (...all: Call[]) => {
  const done: string[] = [];
  const written: string[] = [];
  const note =
    (what: string) =>
    (...values: unknown[]): Promise<never> => {
      done.push([what, ...values].join(" "));
      return Promise.resolve(what === "hold" ? true : undefined) as Promise<never>;
    };
  const typed = new Console({
    calls: { all, place: note("place"), answer: note("answer"), hangUp: note("hangUp"), hold: note("hold") },
    accounts: new Map([
      [1, account],
      [2, { ...account, domain: "other.example" }],
      [3, { ...account, isEnabled: false }],
    ]),
    write: (line) => written.push(line),
    status: () => ["1 bob: on udp:192.0.2.1:5060"],
    quit: () => done.push("quit"),
  });
  return { typed, done, written };
};

describe("what is typed", () => {
  const ringing = far(1, "incoming");
  const talking = far(2, "established", "carol");
  const cases: readonly (readonly [
    line: string,
    calls: Call[],
    done: string[],
    written: (string | RegExp)[],
  ])[] = [
    ["call 1002", [], ["place 1 sip:1002@pbx.example"], []],
    ["  call   sip:al@example.com   2 ", [], ["place 2 sip:al@example.com"], []],
    ["call 1002 2", [], ["place 2 sip:1002@other.example"], []],
    ["call 1002 3", [], [], ["Account 3 is not enabled."]],
    ["call 1002 x", [], [], ["Account x is not enabled."]],
    ["call <al>", [], [], ["Write whom to call as sip:bob@example.com, bob@example.com, or 1002."]],
    ["call", [], [], ["Write it as: call URI [ACCOUNT]"]],
    ["answer", [ringing, talking], ["answer 513"], []],
    ["answer 1", [ringing], ["answer 513"], []],
    ["answer", [talking], [], ["There is no call that is incoming."]],
    ["answer 2", [talking], [], ["Call 2 (sip:carol@example.com) is established: that cannot be done now."]],
    ["answer 7", [ringing], [], ["There is no call 7."]],
    ["hangup", [talking], ["hangUp 514"], []],
    ["hangup", [], [], ["There is no call."]],
    [
      "hangup",
      [ringing, talking],
      [],
      ["There are several calls, say which: 1 (sip:al@example.com), 2 (sip:carol@example.com)."],
    ],
    ["hangup 2", [ringing, talking], ["hangUp 514"], []],
    ["hold", [ringing, talking], ["hold 514"], ["Call 2 (sip:carol@example.com) is on hold."]],
    ["hold 1 2", [talking], [], ["Write it as: hold [N]"]],
    ["status", [], [], ["1 bob: on udp:192.0.2.1:5060"]],
    ["quit", [], ["quit"], []],
    ["hagnup", [talking], [], ['"hagnup" is no command. Did you mean "hangup"?']],
    ["transmogrify", [], [], ['"transmogrify" is no command. "help" lists them.']],
    ["", [], [], []],
    ["   ", [], [], []],
  ];
  for (const [line, calls, done, written] of cases) {
    it(`"${line}" with ${String(calls.length)} calls: ${[...done, ...written].join("; ") || "nothing"}`, async () => {
      const seen = consoleWith(...calls);
      await seen.typed.enter(line);
      assert.deepEqual(seen.done, done);
      assert.deepEqual(seen.written, written);
    });
  }

  it('"help" has a line for each command', async () => {
    const { typed, written } = consoleWith();
    await typed.enter("help");
    assert.deepEqual(
      written.map((line) => line.split(" ")[0]),
      ["call", "answer", "hangup", "hold", "status", "help", "quit"],
    );
  });

  it("that fails is answered by a sentence", async () => {
    const { typed, written } = consoleWith(talking);
    const failing = new Console({
      calls: {
        all: [talking],
        place: () => Promise.resolve(1),
        answer: () => Promise.resolve(),
        hangUp: () => Promise.reject(new Error("The call cannot be ended.")),
        hold: () => Promise.resolve(true),
      },
      accounts: new Map(),
      write: (line) => written.push(line),
      status: () => [],
      quit: () => undefined,
    });
    await failing.enter("hangup");
    await failing.enter("call 1002");
    await typed.enter("hangup 9");
    assert.deepEqual(written, ["The call cannot be ended.", "No account is enabled.", "There is no call 9."]);
  });

  it("is completed: commands, the numbers of calls that fit, and whom was called before", async () => {
    const { typed } = consoleWith(ringing, talking);
    assert.deepEqual(typed.complete("h"), [["hangup ", "hold ", "help "], "h"]);
    assert.deepEqual(typed.complete("an"), [["answer "], "an"]);
    assert.deepEqual(typed.complete("x"), [[], "x"]);
    assert.deepEqual(typed.complete("answer "), [["1 "], ""]);
    assert.deepEqual(typed.complete("hold "), [["2 "], ""]);
    assert.deepEqual(typed.complete("hangup "), [["1 ", "2 "], ""]);
    assert.deepEqual(typed.complete("hangup 2"), [["2 "], "2"]);
    assert.deepEqual(typed.complete("call "), [[], ""]);
    await typed.enter("call 1002");
    await typed.enter("call sip:al@example.com");
    await typed.enter("call 1002");
    assert.deepEqual(typed.complete("call "), [["1002 ", "sip:al@example.com "], ""]);
    assert.deepEqual(typed.complete("call s"), [["sip:al@example.com "], "s"]);
    assert.deepEqual(typed.complete("call 1002 "), [[], ""]);
  });
});

const folder = testFolder();
let site: CliSite;
before(async () => {
  site = await openSite(folder);
});
after(() => site.close());
beforeEach(() => {
  site.reset();
});

/** What is left running ends when its input does. */
const inputs: PassThrough[] = [];
afterEach(() => {
  for (const input of inputs.splice(0)) input.end();
});

/** A run with somebody at a terminal. */
const sitting = (isLive: boolean, ...words: string[]) => {
  const input = new PassThrough();
  const out = new Paper(100);
  const err = new Paper(100);
  const terminal: Terminal = {
    input,
    out,
    err: isLive ? out : err,
    paint: plain,
    errorPaint: plain,
    isLive,
    isUnicode: false,
  };
  const status = runProgram(["run", site.phone(), ...words], terminal);
  inputs.push(input);
  const shown = (): string => (isLive ? out.lines : [...out.lines, ...err.lines]).join("\n");
  return {
    input,
    out,
    err,
    status,
    /** Keys one after the other: what comes in one piece has been pasted, and is not completed. */
    type: async (...keys: string[]) => {
      for (const key of keys) {
        input.write(key);
        await new Promise(setImmediate);
      }
    },
    sees: (pattern: RegExp) =>
      site.until(
        () => pattern.test(shown()),
        () => `${String(pattern)} in\n${shown()}`,
      ),
  };
};

describe("the console on a screen", () => {
  it("places, holds and ends a call by what is typed, below the status", async () => {
    const { out, type, sees, status } = sitting(true);
    await sees(/1 bob: on udp:[^]*\n> $/);
    await type("ca", "\t", "1002");
    await sees(/\n> call 1002$/);
    assert.deepEqual(out.cursor, { row: out.lines.length - 1, column: 11 });
    await type("\r");
    await sees(/\n> call 1002\n[^]*\[1\] in a call with[^]*\n1 bob: \[1\] in a call with [^\n]*\n> $/);
    await type("hold\r");
    await sees(/Call 1 \(sip:1002@127\.0\.0\.1\) is on hold\./);
    await type("status\r");
    await sees(/> status\n1 bob: on udp:[^\n]*\n1 bob: \[1\] in a call with/);
    await type("hangup\r");
    await sees(/\[1\] end of the call with/);
    await type("quit\r");
    assert.equal(await status, 0);
    const [offer, held] = site.registrar.requests("INVITE").map(({ request }) => request);
    assert.deepEqual(sdpLines(offer, "a=send"), ["a=sendrecv"]);
    assert.deepEqual(sdpLines(held, "a=send"), ["a=sendonly"]);
    assert.equal(out.lines.at(-1), "");
    assert.match(out.lines.join("\n"), /no longer registered with [^\n]*\n$/);
    assert.deepEqual(site.exchange.complaints, []);
  });

  it("lets a call that comes in ring until it is taken", async () => {
    const { type, sees, status } = sitting(true);
    await sees(/registered with/);
    const call = site.exchange.invite(site.registrar, { to: "1001" });
    await sees(/\[1\] call from Far/);
    await site.until(() => call.statuses.join() === "100,180");
    await type("answer\r");
    await site.until(() => call.status === 200);
    await sees(/\[1\] in a call with Far/);
    await type("quit\r");
    assert.equal(await status, 0);
  });

  it("refuses a call that is hung up before it is taken", async () => {
    const { type, sees, status } = sitting(true);
    await sees(/registered with/);
    const call = site.exchange.invite(site.registrar, { to: "1001" });
    await sees(/\[1\] call from Far/);
    await type("hangup\r");
    await site.until(() => call.status === 603);
    await type("quit\r");
    await status;
  });

  it("edits the line, completes it, and shows what it may become", async () => {
    const { out, type, sees, status } = sitting(true);
    await sees(/\n> $/);
    await type("h", "\t");
    await sees(/\nhangup {2}hold {2}help\n[^]*\n> h$/);
    await type("elq", "\x7f", "p", "\x1b[D", "\x1b[D");
    await sees(/\n> help$/);
    await site.until(() => out.cursor.column === 4);
    await type("\r");
    await sees(/\n> help\ncall URI \[ACCOUNT\] {2}calls /);
    await type("\x1b[A");
    await sees(/\n> help$/);
    await type("\x15", "nonsense\r");
    await sees(/\n> nonsense\n"nonsense" is no command\. "help" lists them\.\n/);
    await type("quit\r");
    assert.equal(await status, 0);
  });

  for (const [key, name] of [
    ["\x03", "Ctrl-C"],
    ["\x04", "Ctrl-D"],
  ] as const) {
    it(`stops in good order with ${name}`, async () => {
      site.exchange.callee = answering();
      const { type, sees, status } = sitting(true);
      await sees(/registered with/);
      await type(key);
      assert.equal(await status, 0);
      await sees(/no longer registered with/);
      assert.deepEqual(site.registrar.bound(Infinity), []);
    });
  }
});

describe("the console without a screen", () => {
  it("takes lines all the same, and answers beside the results", async () => {
    const { out, err, type, sees, status } = sitting(false);
    await sees(/registered with/);
    await type("call 1002\nstatus\nnonsense\n");
    await sees(/in a call with/);
    await type("quit\n");
    assert.equal(await status, 0);
    assert.match(err.lines.join("\n"), /^1 bob: on udp:[^]*\n"nonsense" is no command/);
    assert.doesNotMatch(out.lines.join("\n"), /nonsense/);
  });

  it("knows calls by the numbers of their records with --json", async () => {
    const { out, err, type, sees, status } = sitting(false, "--json");
    await sees(/"registered"/);
    await type("call 1002\n");
    await sees(/"established"/);
    const [, number = ""] = /"event":"call","call":(\d+)/.exec(out.lines.join("\n")) ?? [];
    await type(`hangup ${number}\n`);
    await sees(/"ended"/);
    await type("hangup\nquit\n");
    assert.equal(await status, 0);
    assert.equal(err.lines.join("\n"), "There is no call.\n");
    for (const line of out.lines.filter((each) => each !== "")) JSON.parse(line);
  });

  it("ends when nothing more can come", async () => {
    const { input, sees, status } = sitting(false);
    await sees(/registered with/);
    input.end();
    assert.equal(await status, 0);
  });
});
