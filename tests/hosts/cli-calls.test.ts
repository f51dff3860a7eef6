import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { answering } from "../../host/simulated/index.js";
import type { OutgoingCall, SipMessage } from "../../host/simulated/index.js";
import { recordsOf, run, start, testFolder, writeFile } from "./cli-harness.js";
import type { Finished, Running } from "./cli-harness.js";
import { openSite, sdpLines } from "./cli-site.js";
import type { CliSite } from "./cli-site.js";

const folder = testFolder();
let site: CliSite;
before(async () => {
  site = await openSite(folder);
});
after(() => site.close());

const processes: ChildProcess[] = [];
afterEach(() => {
  for (const each of processes.splice(0)) each.kill("SIGKILL");
});
beforeEach(() => {
  site.reset();
});

/** Requests of a method that reached the server, each once. */
const requests = (method: string): SipMessage[] =>
  site.registrar.requests(method).map(({ request }) => request);

interface CallingPhone extends Running {
  /** Stops it in good order. */
  readonly stop: () => Promise<Finished>;
}

const phoneOf = (...words: string[]): CallingPhone => {
  const running = start(["run", ...words]);
  processes.push(running.process);
  const stop = (): Promise<Finished> => {
    running.process.kill("SIGTERM");
    return running.finished;
  };
  return { ...running, stop };
};

/** Runs a phone until its output matches. */
const runUntil = async (pattern: RegExp, ...words: string[]): Promise<Finished> => {
  const phone = phoneOf(site.phone(), ...words);
  await phone.says(pattern);
  return phone.stop();
};

const ENDED = /end of the call with/;

/** What its stop writes to the other stream. */
const STOPPING = "Stopping: bindings are being removed. Ctrl-C again ends at once.\n";

describe("run --call", () => {
  it("calls as soon as the account is registered, and hangs up after --for", async () => {
    site.exchange.callee = answering({ ring: 20, answer: 20 });
    const { status, out, err } = await runUntil(ENDED, "--call", "1002", "--for", "0.5");
    assert.equal(err, STOPPING);
    assert.equal(status, 0);
    const [invite, ...more] = requests("INVITE");
    assert.equal(more.length, 0);
    assert.equal(invite?.uri, "sip:1002@127.0.0.1");
    assert.equal(invite.header("content-type"), "application/sdp");
    assert.deepEqual(sdpLines(invite, "c=", "m=", "a=send"), [
      "c=IN IP4 127.0.0.1",
      "m=audio 11780 RTP/AVP 0 8",
      "a=sendrecv",
    ]);
    assert.match(out, /\[1\] calling sip:1002@127\.0\.0\.1\n/);
    assert.match(out, /\[1\] in a call with sip:1002@127\.0\.0\.1 by udp:127\.0\.0\.1:\d+\n/);
    assert.match(out, /\[1\] end of the call with sip:1002@127\.0\.0\.1: hung up here\n/);
    const [bye] = site.registrar.requests("BYE");
    const [ack] = site.registrar.requests("ACK");
    assert.ok(bye && ack);
    assert.ok(bye.t - ack.t >= 490 && bye.t - ack.t < 5000, String(bye.t - ack.t));
    assert.deepEqual(site.exchange.complaints, []);
  });

  it("calls at --at, each --call with what follows it; writes records with --json", async () => {
    const first = ["--call", "1002", "--at", "0.6", "--for", "0.2"];
    const second = ["--call", "sip:al@example.com", "--for", "0.1", "--at", "0.3"];
    const { status, out } = await runUntil(/("ended"[^]*){2}/, ...first, ...second, "--json");
    assert.equal(status, 0);
    assert.deepEqual(
      requests("INVITE").map(({ uri }) => uri),
      ["sip:al@example.com", "sip:1002@127.0.0.1"],
    );
    const calls = recordsOf(out).filter(({ event }) => event === "call");
    const begun = calls.filter(({ state }) => state === "calling").map(({ t }) => Number(t));
    const [early = 0, late = 0] = begun;
    assert.ok(early >= 295 && late >= 595, String(begun));
    assert.deepEqual(
      calls
        .filter(({ state, peer }) => String(state).startsWith("e") && String(peer).includes("al@"))
        .map(({ state, reason }) => `${String(state)} ${String(reason)}`),
      ["established none", "ending none", "ended local"],
    );
  });

  it("calls at its time from an account that has no registration", async () => {
    site.registrar.answer(403);
    const { status, err } = await runUntil(ENDED, "--call", "1002", "--at", "0.1");
    site.registrar.up();
    assert.equal(status, 1);
    assert.ok(
      err.endsWith(
        "Never registered: account 1.\nThe call to sip:1002@127.0.0.1 was never established: rejected, answer 403.\n",
      ),
      err,
    );
    assert.equal(requests("INVITE").length, 1);
  });

  it("exits with 1 when a call is refused", async () => {
    site.exchange.callee = answering({ status: 486 });
    const { status, err } = await runUntil(ENDED, "--call", "1002");
    assert.equal(status, 1);
    assert.match(err, /\nThe call to sip:1002@127\.0\.0\.1 was never established: rejected, answer 486\.\n$/);
  });

  it("exits with 1 when a call is not answered before the end, and cancels it", async () => {
    site.exchange.callee = [{ status: 100 }, { status: 180 }];
    const { status, err } = await runUntil(/ringing at/, "--call", "1002");
    assert.equal(status, 1);
    assert.match(err, /never established: nobody answered it\.\n$/);
    assert.equal(requests("CANCEL").length, 1);
  });

  it("exits with 1 when a call's time never came, and when its account never was registered", async () => {
    const late = await runUntil(/registered with/, "--call", "1002", "--at", "600");
    assert.equal(late.status, 1);
    assert.match(late.err, /never established: its time had not come\.\n$/);
    site.registrar.silent();
    const unregistered = await runUntil(/REGISTER to/, "--call", "1002");
    site.registrar.up();
    assert.equal(unregistered.status, 1);
    assert.match(unregistered.err, /never established: its account was not registered\.\n$/);
  });

  it("calls from another account, and says so where that is not enabled", async () => {
    const path = site.phone(
      "account.2.enable = 1",
      "account.2.user_name = 1003",
      "account.2.sip_server.1.address = 127.0.0.1",
      `account.2.sip_server.1.port = ${site.target.replace(/.*:/, "")}`,
    );
    const phone = phoneOf(path, "--call", "1002", "--from", "2", "--for", "0.1");
    await phone.says(ENDED);
    assert.equal((await phone.stop()).status, 0);
    assert.match(requests("INVITE")[0]?.header("from") ?? "", /<sip:1003@127\.0\.0\.1>/);
    const refused = await run(["run", path, "--call", "1002", "--from", "3"]);
    assert.equal(refused.status, 1);
    assert.equal(refused.err, "sip-failover: Account 3 is not enabled: it cannot call 1002.\n");
  });

  it("sends the description of --sdp", async () => {
    const text = "v=0\no=me 5 6 IN IP4 192.0.2.9\ns=-\nt=0 0\nm=audio 7000 RTP/AVP 3\n";
    const path = writeFile(folder, "own.sdp", text);
    const { status } = await runUntil(ENDED, "--call", "1002", "--for", "0.1", "--sdp", path);
    assert.equal(status, 0);
    assert.equal(requests("INVITE")[0]?.body, text.replaceAll("\n", "\r\n"));
    const missing = await run(["run", site.phone(), "--sdp", "no-such.sdp"]);
    assert.equal(missing.status, 1);
    assert.match(missing.err, /^sip-failover: no-such\.sdp cannot be read: /);
  });

  it("says what the core does not take", async () => {
    const text = `v=0\nm=audio 7000 RTP/AVP 3\na=x:${"x".repeat(9000)}\n`;
    const words = ["--call", "1002", "--sdp", writeFile(folder, "long.sdp", text), "--duration", "0.5"];
    const { status, err } = await run(["run", site.phone(), ...words]);
    assert.equal(status, 1);
    assert.match(err, /The call cannot be placed: it is too long \(too-long\)\.\n/);
    assert.match(err, /never established: it could not be placed\.\n$/);
  });
});

/** A phone that runs and has registered. */
const registered = async (...words: string[]): Promise<CallingPhone> => {
  const phone = phoneOf(site.phone(), ...words);
  await phone.says(/registered with/);
  return phone;
};

const invite = (options: { body?: string; headers?: [string, string][] } = {}): OutgoingCall =>
  site.exchange.invite(site.registrar, { to: "1001", ...options });

describe("calls that come in", () => {
  it("ring and are taken at once with --answer, with an answer to the offer", async () => {
    const phone = await registered("--answer");
    const call = invite();
    await site.until(() => call.status === 200);
    assert.deepEqual(call.statuses, [100, 180, 200]);
    assert.deepEqual(sdpLines(call.answers.at(-1)?.message, "c=", "m=", "a=send"), [
      "c=IN IP4 127.0.0.1",
      "m=audio 11780 RTP/AVP 0",
      "a=sendrecv",
    ]);
    await site.until(() => phone.out().includes("[1] in a call with"));
    const bye = call.bye();
    await site.until(() => bye.status === 200);
    const { out } = await phone.stop();
    assert.match(out, /\[1\] call from Far <sip:far@example\.com> by udp:/);
    assert.match(out, /\[1\] end of the call with Far <sip:far@example\.com>: hung up by the far end\n/);
    assert.doesNotMatch(out, /INVITE from the far end/);
    assert.deepEqual(site.exchange.complaints, []);
  });

  it("are taken so many seconds later, and with an offer where the INVITE has none", async () => {
    const phone = await registered("--answer=0.4");
    const call = invite({ body: "" });
    await site.until(() => call.status === 200);
    const [, ringing, answer] = call.answers;
    assert.ok(ringing && answer);
    assert.ok(answer.t - ringing.t >= 390 && answer.t - ringing.t < 5000, String(answer.t - ringing.t));
    assert.deepEqual(sdpLines(answer.message, "m="), ["m=audio 11780 RTP/AVP 0 8"]);
    await phone.stop();
  });

  it("RFC 3262, 3: are taken when the far end has acknowledged the 180 that it wants to be reliable", async () => {
    const phone = await registered("--answer");
    const call = invite({ headers: [["Require", "100rel"]] });
    await site.until(() => call.status === 200);
    assert.deepEqual(call.statuses, [100, 180, 200]);
    await phone.stop();
    assert.deepEqual(site.exchange.complaints, []);
  });

  it("are refused with 488 where the offer has nothing for a phone without media", async () => {
    const phone = await registered("--answer");
    const call = invite({
      body: "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=video 9000 RTP/AVP 96\r\n",
    });
    await site.until(() => call.status !== 0);
    assert.equal(call.status, 488);
    await phone.stop();
  });

  it("have their re-INVITEs and UPDATEs answered, and REFER refused", async () => {
    const phone = await registered("--answer");
    const call = invite();
    await site.until(() => phone.out().includes("[1] in a call with"));
    const held = call.reinvite(site.exchange.body.replace("sendrecv", "sendonly"));
    await site.until(() => held.status === 200);
    assert.deepEqual(sdpLines(held.final, "a=recv"), ["a=recvonly"]);
    assert.match(sdpLines(held.final, "o=").join(), /^o=- \d+ 2 IN IP4 127\.0\.0\.1$/);
    const update = call.update(site.exchange.body);
    await site.until(() => update.status === 200);
    assert.deepEqual(sdpLines(update.final, "a=send"), ["a=sendrecv"]);
    const refer = call.send("REFER", { headers: [["Refer-To", "<sip:carol@example.com>"]] });
    await site.until(() => refer.status !== 0);
    assert.equal(refer.status, 603);
    const { out } = await phone.stop();
    assert.match(out, /\[1\] INVITE from the far end with application\/sdp, to be answered\n/);
    assert.match(out, /\[1\] REFER from the far end: <sip:carol@example\.com>, to be answered\n/);
  });

  it("ring where nobody can take them, until the far end gives up", async () => {
    const phone = await registered();
    const call = invite();
    await site.until(() => call.statuses.length > 1);
    assert.deepEqual(call.statuses, [100, 180]);
    call.cancel();
    await site.until(() => call.status === 487);
    assert.match((await phone.stop()).out, /\[1\] end of the call with .*: cancelled, answer 487\n/);
  });

  it("show nothing of the far end that could steer a terminal", async () => {
    site.exchange.address = '"\u001b[31mred" <sip:far@example.com>';
    const phone = await registered("--answer");
    const call = invite();
    await site.until(() => call.status === 200);
    const { out } = await phone.stop();
    site.exchange.address = "sip:far@example.com";
    // eslint-disable-next-line no-control-regex -- that is what must not be there
    assert.doesNotMatch(out, /\x1b/);
    assert.match(out, /call from .*red/);
  });
});

describe("run --subscribe", () => {
  it("subscribes to message waiting, and writes the bodies of NOTIFYs", async () => {
    const phone = await registered("--subscribe");
    await phone.says(/notified of message waiting/);
    site.exchange.notifyAll("message-summary", {
      body: "Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n",
    });
    await phone.says(/\n {4}Messages-Waiting: yes\n {4}Voice-Message: 2\/8 \(0\/2\)\n/);
    assert.deepEqual(
      site.exchange.subscriptions.map(({ eventPackage, resource }) => `${eventPackage} ${resource}`),
      ["message-summary sip:1001@127.0.0.1"],
    );
    const { out } = await phone.stop();
    assert.match(out, /subscribed to message waiting at udp:127\.0\.0\.1:\d+ for 1 h\n/);
    assert.match(out, /no longer subscribed to message waiting \(stopped\)\n/);
  });

  it("subscribes to other events, to another address, and to several", async () => {
    const phone = await registered("--subscribe=dialog:sip:hall@example.com", "--subscribe", "presence");
    await phone.says(
      /notified of busy lamps[^]*notified of presence|notified of presence[^]*notified of busy lamps/,
    );
    assert.deepEqual(
      site.exchange.subscriptions.map(({ eventPackage, resource }) => `${eventPackage} ${resource}`).sort(),
      ["dialog sip:hall@example.com", "presence sip:1001@127.0.0.1"],
    );
    assert.match((await phone.stop()).out, /\n {4}<\?xml version="1\.0"\?>\n/);
  });

  it("leaves the bodies out where nobody has asked for them", async () => {
    const phone = phoneOf(site.phone("account.1.subscribe_mwi = 1"));
    await phone.says(/notified of message waiting by .*: \d+ characters\n/);
    const { out } = await phone.stop();
    assert.doesNotMatch(out, /Messages-Waiting/);
  });
});
