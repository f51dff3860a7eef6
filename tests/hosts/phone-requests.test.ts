import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, describe, it, mock } from "node:test";
import { enumerations, events } from "../../host/abi/contract.js";
import { Core } from "../../host/abi/core.js";
import type { ActionHandler, Content } from "../../host/abi/core.js";
import { CoreError, Phone } from "../../host/node/index.js";
import { refusal } from "../../host/node/refusals.js";

const configuration = [
  "#!version:1.0.0.1",
  "sip.listen_port = 0",
  "account.1.enable = 1",
  "account.1.user_name = 1000",
  "account.1.sip_server.1.address = 127.0.0.1",
  "account.1.sip_server.1.port = 9",
  "",
].join("\n");

const closing: (() => unknown)[] = [];
afterEach(async () => {
  mock.restoreAll();
  for (const close of closing.splice(0)) await close();
});

const phoneOf = (): Phone => {
  const phone = new Phone({ text: configuration, dns: [] });
  closing.push(() => phone.stop());
  return phone;
};

const started = async (): Promise<Phone> => {
  const phone = phoneOf();
  await phone.start();
  return phone;
};

/** Has the core ask for something before anything else. */
const firstOfAll = (action: (handler: ActionHandler) => void): void => {
  const drain = (Core.prototype as { drain: Core["drain"] }).drain;
  let isDone = false;
  mock.method(Core.prototype, "drain", function (this: Core, now: number, handler: ActionHandler) {
    const { isStarted = false } = this as { isStarted?: boolean };
    if (isStarted && !isDone) {
      isDone = true;
      action(handler);
    }
    drain.call(this, now, handler);
  });
  const start = (Core.prototype as { start: Core["start"] }).start;
  mock.method(Core.prototype, "start", function (this: Core, now: number) {
    Object.assign(this, { isStarted: true });
    return start.call(this, now);
  });
};

describe("the application's requests of a phone", () => {
  it("go to the core with what belongs to them, and resolve to its numbers", async () => {
    const asked: unknown[][] = [];
    const note =
      (name: string) =>
      (...values: unknown[]): number => {
        asked.push([name, ...values.slice(1)]);
        return 7;
      };
    for (const name of [
      "callPlace",
      "callRespond",
      "callHangUp",
      "callRequest",
      "requestSend",
      "subscribe",
    ] as const) {
      mock.method(Core.prototype, name, note(name));
    }
    const phone = await started();
    const offer: Content = { type: "application/sdp", body: "v=0\r\n" };
    assert.equal(await phone.call("sip:bob@example.com", offer), 7);
    assert.equal(await phone.call("sip:bob@example.com", { account: 2, headers: "Subject: x\r\n" }), 7);
    await phone.respond(7, 180);
    await phone.requestInCall(7, "REFER", { headers: "Refer-To: <sip:carol@example.com>\r\n" });
    await phone.hangUp(7);
    assert.equal(await phone.sendRequest("MESSAGE", "sip:bob@example.com", { body: "hello" }), 7);
    assert.equal(await phone.subscribe("presence"), 7);
    assert.equal(await phone.subscribe("dialog", { account: 3, uri: "sip:hall@example.com", expires: 0 }), 7);
    const method = enumerations.method.values;
    const eventPackage = enumerations.package.values;
    assert.deepEqual(asked, [
      ["callPlace", 1, "sip:bob@example.com", offer],
      ["callPlace", 2, "sip:bob@example.com", { headers: "Subject: x\r\n" }],
      ["callRespond", 7, 180, {}],
      ["callRequest", 7, method.REFER, { headers: "Refer-To: <sip:carol@example.com>\r\n" }],
      ["callHangUp", 7],
      ["requestSend", 1, method.MESSAGE, "sip:bob@example.com", { body: "hello" }],
      ["subscribe", 1, eventPackage.presence, "", 3600],
      ["subscribe", 3, eventPackage.dialog, "sip:hall@example.com", 0],
    ]);
  });

  it("reject with a sentence where the core refuses them", async () => {
    const phone = await started();
    mock.method(Core.prototype, "callHangUp", () => enumerations.error.values["stale-call"]);
    await assert.rejects(
      phone.hangUp(12_345),
      (error: unknown) =>
        error instanceof CoreError &&
        error.message === "The call cannot be ended: there is no such call any more (stale-call).",
    );
    for (const [name, number] of Object.entries(enumerations.error.values)) {
      assert.match(
        refusal("It cannot be done", number).message,
        new RegExp(`^It cannot be done: .+ \\(${name}\\)\\.$`),
      );
    }
    assert.equal(refusal("It cannot be done", -99).message, "It cannot be done (-99).");
  });

  it("are refused where they are too long for the core, from within an event too", async () => {
    const phone = phoneOf();
    const body = "x".repeat(100_000);
    const within = new Promise<Error | undefined>((resolve) => {
      phone.on("listening", () => {
        phone.call("sip:bob@example.com", { body }).then(
          () => {
            resolve(undefined);
          },
          (error: unknown) => {
            resolve(error as Error);
          },
        );
      });
    });
    await phone.start();
    assert.equal((await within)?.message, "The call cannot be placed: it is too long (too-long).");
    await assert.rejects(phone.sendRequest("MESSAGE", "sip:bob@example.com", { body }), /too-long/);
  });

  it("are refused before the phone has been started and after it has stopped", async () => {
    const phone = phoneOf();
    const message = "The subscription cannot be made: the phone is not running.";
    await assert.rejects(phone.subscribe("dialog"), { name: "CoreError", message });
    await phone.start();
    await phone.stop();
    await assert.rejects(phone.subscribe("dialog"), { name: "CoreError", message });
  });

  it("that wait for their turn are refused when the phone stops before it", async () => {
    const phone = await started();
    let problem: Promise<string> | undefined;
    const drain = (Core.prototype as { drain: Core["drain"] }).drain;
    mock.method(Core.prototype, "drain", function (this: Core, now: number, handler: ActionHandler) {
      problem ??= phone.hangUp(1).then(
        () => "done",
        (error: unknown) => (error as Error).message,
      );
      handler.stopped();
      drain.call(this, now, handler);
    });
    phone.setBusy(1);
    assert.equal(await problem, "The phone has stopped before it could be asked.");
  });
});

describe("what a phone says of its TLS and its other ports", () => {
  it("starts where a file of TLS cannot be used, and says so", async () => {
    firstOfAll((handler) => {
      handler.tls({ verify: true, trustAnchors: "no/such.pem", certificate: "", key: "" });
    });
    const phone = phoneOf();
    const warnings: string[] = [];
    phone.on("warning", (sentence) => warnings.push(sentence));
    await phone.start();
    assert.deepEqual(warnings, [
      "The file of sip.tls_ca, no/such.pem, cannot be read: there is no such file. Until that is mended, no server can be reached by TLS.",
    ]);
  });

  it("warns where certificates are not verified", async () => {
    firstOfAll((handler) => {
      handler.tls({ verify: false, trustAnchors: "", certificate: "", key: "" });
    });
    const phone = phoneOf();
    const warnings: string[] = [];
    phone.on("warning", (sentence) => warnings.push(sentence));
    await phone.start();
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /^Certificates are NOT verified/);
  });

  it("warns once of a TCP or TLS port that cannot be opened, and starts all the same", async () => {
    const reason = enumerations.flowFailure.values;
    const failed = (transport: number, why: number): Uint8Array =>
      Uint8Array.of(events["listen-failed"].id, 0, transport, 0xc4, 0x13, 0, 0, why);
    firstOfAll((handler) => {
      handler.event(failed(1, reason["address-in-use"]));
      handler.event(failed(1, reason["address-in-use"]));
      handler.event(failed(2, reason["tls-certificate"]));
      handler.event(Uint8Array.of(events.listening.id, 0, 1, 0xc4, 0x13, 0, 0));
      handler.event(failed(1, reason["address-in-use"]));
    });
    const phone = phoneOf();
    const warnings: string[] = [];
    phone.on("warning", (sentence) => warnings.push(sentence));
    const open = once(phone, "listening");
    await phone.start();
    await open;
    const inUse =
      "Port 5060 (TCP) is in use by another program: stop that, or set sip.listen_port to another port, or to 0 for any.";
    assert.deepEqual(warnings, [
      inUse,
      "Port 5060 (TLS) cannot be opened without a certificate: set sip.tls_cert and sip.tls_key.",
      inUse,
    ]);
  });
});
