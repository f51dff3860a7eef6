import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { after, describe, it } from "node:test";
import { Live } from "../../host/live/live.js";
import { lacksIpv6 } from "../hosts/ipv6.js";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long to listen to an answer that does not end: milliseconds. */
  readonly patience?: number;
}

const acts: string[] = [];
const opened: Live[] = [];

const open = async (address = "127.0.0.1"): Promise<{ live: Live; url: URL }> => {
  const live = await Live.open({
    address,
    port: 0,
    title: "phone.cfg",
    accounts: new Map([[1, "bob & <b>"]]),
    phone: {
      status: () => [],
      place: (account, to) => {
        acts.push(`call ${String(account)} ${to}`);
        return to === "nobody" ? Promise.reject(new Error("Nobody is there.")) : Promise.resolve();
      },
      answer: (call) => Promise.resolve(acts.push(`answer ${String(call)}`)),
      hangUp: (call) => Promise.resolve(acts.push(`hang-up ${String(call)}`)),
    },
  });
  opened.push(live);
  return { live, url: new URL(live.url) };
};

after(async () => {
  for (const live of opened) await live.close();
});

const ask = (
  url: URL,
  { method = "GET", path = "/", headers = {}, body, patience }: Asked = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const options = { host: url.hostname.replaceAll(/[[\]]/g, ""), port: url.port, method, path, headers };
    const request = httpRequest(options, (response) => {
      let text = "";
      const end = (): void => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        request.destroy();
      };
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", end);
      if (patience !== undefined) setTimeout(end, patience);
    });
    request.on("error", reject);
    request.end(body);
  });

/** The token in a page. */
const tokenIn = ({ body }: Answer): string => /id="live">\{"token":"([^"]+)"\}/.exec(body)?.[1] ?? "";

const json = { "content-type": "application/json" };

describe("the live page on loopback", async () => {
  const { live, url } = await open();
  const host = url.host;
  const page = await ask(url);
  const token = tokenIn(page);
  const call = { method: "POST", path: "/call", body: `{"account":1,"to":"1002"}` };

  it("is there for everybody on this machine, with a token for its buttons", () => {
    assert.match(live.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    assert.equal(page.status, 200);
    assert.match(token, /^[\w-]{32}$/);
    assert.match(page.body, /bob &amp; &lt;b&gt;/);
  });

  it("is shown, read and framed by no other page", () => {
    const { headers } = page;
    assert.equal(headers["x-frame-options"], "DENY");
    assert.equal(headers["cross-origin-resource-policy"], "same-origin");
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["access-control-allow-origin"], undefined);
    assert.match(
      page.body,
      /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^']+'; /,
    );
  });

  it("is not there by another name: DNS rebinding", async () => {
    for (const name of [
      `evil.example:${url.port}`,
      `127.0.0.1.evil.example:${url.port}`,
      "127.0.0.1",
      `127.0.0.1:1`,
      "[",
    ]) {
      for (const path of ["/", "/events"]) {
        const { status, body } = await ask(url, { path, headers: { host: name }, patience: 200 });
        assert.deepEqual([name, status], [name, 403]);
        assert.ok(!body.includes(token));
      }
      const { status } = await ask(url, { ...call, headers: { ...json, "x-token": token, host: name } });
      assert.deepEqual([name, status], [name, 403]);
    }
    for (const name of ["localhost", "127.0.0.1", "[::1]"])
      assert.equal((await ask(url, { headers: { host: `${name}:${url.port}` } })).status, 200, name);
    assert.deepEqual(acts, []);
  });

  for (const [name, headers] of [
    ["without the token", json],
    ["with a wrong token", { ...json, "x-token": "x".repeat(32) }],
    ["of another origin", { ...json, "x-token": token, origin: "https://evil.example" }],
    ["of another port", { ...json, "x-token": token, origin: "http://127.0.0.1:1" }],
    ["of an origin that hides", { ...json, "x-token": token, origin: "null" }],
    ["of another site", { ...json, "x-token": token, "sec-fetch-site": "cross-site" }],
    ["of another port of this site", { ...json, "x-token": token, "sec-fetch-site": "same-site" }],
    ["as a form sends it", { "content-type": "text/plain", "x-token": token }],
  ] as const) {
    it(`does nothing for a request ${name}`, async () => {
      const { status } = await ask(url, { ...call, headers });
      assert.ok(status === 403 || status === 400, String(status));
      assert.deepEqual(acts, []);
    });
  }

  it("does nothing for a GET, and tells another method so", async () => {
    assert.equal((await ask(url, { path: "/call", headers: { ...json, "x-token": token } })).status, 404);
    assert.equal((await ask(url, { method: "OPTIONS", path: "/call" })).status, 405);
    assert.deepEqual(acts, []);
  });

  it("does what its buttons ask for", async () => {
    const headers = { ...json, "x-token": token, origin: `http://${host}`, "sec-fetch-site": "same-origin" };
    assert.equal((await ask(url, { ...call, headers })).status, 204);
    assert.equal(
      (await ask(url, { method: "POST", path: "/answer", headers, body: `{"call":513}` })).status,
      204,
    );
    assert.equal(
      (await ask(url, { method: "POST", path: "/hang-up", headers, body: `{"call":513}` })).status,
      204,
    );
    assert.deepEqual(acts.splice(0), ["call 1 1002", "answer 513", "hang-up 513"]);
  });

  it("says why something cannot be done, and what makes no sense", async () => {
    const headers = { ...json, "x-token": token };
    const refused = await ask(url, {
      method: "POST",
      path: "/call",
      headers,
      body: `{"account":1,"to":"nobody"}`,
    });
    assert.deepEqual([refused.status, refused.body], [409, "Nobody is there.\n"]);
    for (const body of ["", "{", "[]", `"x"`]) {
      assert.equal((await ask(url, { method: "POST", path: "/call", headers, body })).status, 400, body);
    }
    assert.equal((await ask(url, { method: "POST", path: "/constructor", headers, body: "{}" })).status, 404);
    const long = await ask(url, {
      method: "POST",
      path: "/call",
      headers,
      body: `{"to":"${"x".repeat(10_000)}"}`,
    });
    assert.equal(long.status, 400);
    assert.deepEqual(acts.splice(0), ["call 1 nobody"]);
  });

  it("tells everything so far, then what follows", async () => {
    const record = (t: number): Parameters<Live["record"]>[0] => ({
      t,
      account: 0,
      event: "listening",
      transport: "udp",
      port: 5060,
    });
    live.record(record(1), new Date());
    const listening = ask(url, { path: "/events", patience: 500 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    live.record(record(70), new Date());
    const { body, headers } = await listening;
    assert.equal(headers["content-type"], "text/event-stream");
    const told = body.split("\n\n").map((text) => /^event: (\w+)\ndata: (.*)$/s.exec(text));
    const names = told.flatMap((match) => match?.[1] ?? []);
    assert.deepEqual(names, ["trace", "status", "records", "status"]);
    assert.deepEqual(JSON.parse(told.find((match) => match?.[1] === "records")?.[2] ?? ""), [record(70)]);
    const trace = told.find((match) => match?.[1] === "trace")?.[2] ?? "";
    assert.deepEqual((JSON.parse(trace) as { times: number[] }).times, [1]);
  });

  it("turns browsers away when there are too many", async () => {
    const all = Array.from({ length: 20 }, () => ask(url, { path: "/events", patience: 300 }));
    const statuses = (await Promise.all(all)).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 200).length, 16);
    assert.equal(statuses.filter((status) => status === 503).length, 4);
  });
});

describe("the live page elsewhere", async () => {
  const { live, url } = await open("0.0.0.0");
  const local = new URL(live.url);
  local.hostname = "127.0.0.1";
  const token = url.searchParams.get("token") ?? "";

  it("takes the token for everything", async () => {
    assert.match(token, /^[\w-]{32}$/);
    for (const path of ["/", "/events", "/?token=", `/?token=${"x".repeat(32)}`]) {
      const { status, body } = await ask(local, { path, patience: 200 });
      assert.deepEqual([path, status], [path, 403]);
      assert.ok(!body.includes(token));
    }
    const posted = { method: "POST", path: "/call", body: "{}", headers: json };
    assert.equal((await ask(local, posted)).status, 403);
  });

  it("takes it once in the address, then as a cookie that scripts and other sites do not get", async () => {
    const first = await ask(local, { path: `/?token=${token}` });
    assert.equal(first.status, 303);
    assert.equal(first.headers.location, "/");
    const [cookie = ""] = first.headers["set-cookie"] ?? [];
    assert.match(cookie, /; HttpOnly; SameSite=Strict/);
    const headers = { cookie: cookie.split(";")[0] ?? "" };
    const page = await ask(local, { headers });
    assert.equal(page.status, 200);
    const acting = { ...headers, ...json, "x-token": tokenIn(page) };
    const call = { method: "POST", path: "/call", body: `{"account":1,"to":"1002"}` };
    assert.equal((await ask(local, { ...call, headers: acting })).status, 204);
    assert.equal(
      (await ask(local, { ...call, headers: { ...headers, ...json } })).status,
      403,
      "the cookie alone",
    );
    assert.deepEqual(acts.splice(0), ["call 1 1002"]);
  });

  it("goes by addresses, and by no name that could be led here", async () => {
    const path = `/?token=${token}`;
    for (const name of ["evil.example", "localhost"])
      assert.equal(
        (await ask(local, { path, headers: { host: `${name}:${local.port}` } })).status,
        403,
        name,
      );
    for (const name of ["192.0.2.7", "[2001:db8::7]"])
      assert.equal(
        (await ask(local, { path, headers: { host: `${name}:${local.port}` } })).status,
        303,
        name,
      );
  });
});

describe("the live page on IPv6", () => {
  it("is there", { skip: lacksIpv6 }, async () => {
    const { url, live } = await open("::1");
    assert.match(live.url, /^http:\/\/\[::1\]:\d+\/$/);
    assert.equal((await ask(url)).status, 200);
  });
});
