import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, it } from "node:test";
import { run, start, testFolder } from "../hosts/cli-harness.js";
import type { Running } from "../hosts/cli-harness.js";
import { openSite } from "../hosts/cli-site.js";
import { TestBrowser, noBrowser, until } from "./browser.js";

const folder = testFolder();
const site = await openSite(folder);
const browser = new TestBrowser();
after(() => site.close());

/** Waits for something that takes a while. */
const soon = async <T>(look: () => T | undefined): Promise<T> => {
  const begun = Date.now();
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() - begun > 10_000) throw new Error("it never came");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** A phone with a live page: the command, and the page's address. */
const startLive = async (
  words: readonly string[] = ["--live"],
  ...lines: string[]
): Promise<{ running: Running; url: string }> => {
  const running = start(["run", site.phone(...lines), "--json", ...words]);
  let err = "";
  running.process.stderr?.on("data", (text: string) => (err += text));
  const url = await soon(() => /Live picture: (\S+)/.exec(err)?.[1]);
  return { running, url };
};

const stop = async ({ process, finished }: Running): Promise<number | null> => {
  process.kill("SIGINT");
  return (await finished).status;
};

describe("run --live", { skip: noBrowser }, () => {
  it("shows the phone as it goes, and that it has stopped", async () => {
    const { running, url } = await startLive();
    const { page, problems } = await browser.open(url);
    await page.waitForSelector("html.ready");
    await until(page, `document.querySelector("#standing").textContent.includes("on ${site.target}")`);
    assert.match(await page.locator("#standing").innerText(), /1 bob: on udp:127\.0\.0\.1:\d+ since/);
    await until(page, `document.querySelector("#chart .bar.registered") !== null`);
    const names = await page.locator("#chart .name").allTextContents();
    assert.ok(names.includes(site.target), names.join(", "));
    const width = (): Promise<number> =>
      page.evaluate<number>(`document.querySelector("#chart .bar.registered").getBoundingClientRect().width`);
    const before = await width();
    await page.waitForTimeout(1500);
    assert.ok((await width()) > before, "its registration grows with time");
    assert.equal(await stop(running), 0);
    await until(page, `!document.querySelector("#lost").hidden`);
    assert.equal(await page.locator("#lost").innerText(), "The phone has stopped.");
    assert.deepEqual(problems, []);
  });

  it("places a call, shows it and ends it", async () => {
    site.reset();
    const { running, url } = await startLive();
    const { page, problems } = await browser.open(url);
    await running.says(/"registered"/);
    await page.fill("#to", "1002");
    await page.click("#place button[type=submit]");
    await running.says(/"state":"established"/);
    await until(
      page,
      `document.querySelector("#calls").textContent.includes("in a call with sip:1002@127.0.0.1")`,
    );
    await until(page, `document.querySelector("#chart .bar.established") !== null`);
    await page.click("#calls button");
    await running.says(/"state":"ended".*"reason":"local"/);
    await until(page, `document.querySelector("#calls").textContent === ""`);
    assert.deepEqual(problems, []);
    await stop(running);
  });

  it("takes a call that comes in, which waits for that", async () => {
    site.reset();
    const { running, url } = await startLive();
    const { page } = await browser.open(url);
    await running.says(/"registered"/);
    const call = site.exchange.invite(site.registrar, { to: "1001", body: "" });
    await until(page, `document.querySelector("#calls").textContent.includes("call from")`);
    await page.click("#calls button:has-text('Answer')");
    await site.until(() => call.status === 200);
    await until(page, `document.querySelector("#calls").textContent.includes("in a call with")`);
    await stop(running);
  });

  it("says why a call cannot be placed", async () => {
    const { running, url } = await startLive();
    const { page } = await browser.open(url);
    await page.fill("#to", "a b@c d");
    await page.click("#place button[type=submit]");
    await until(page, `!document.querySelector("#refused").hidden`);
    assert.match(await page.locator("#refused").innerText(), /Write whom to call/);
    await stop(running);
  });

  it("lets whoever looks elsewhere stay there, until asked to follow", async () => {
    const { running, url } = await startLive();
    const { page } = await browser.open(url);
    await running.says(/"registered"/);
    await until(page, `document.querySelector("#chart .bar.registered") !== null`);
    const pressed = (): Promise<string | null> => page.locator("#follow").getAttribute("aria-pressed");
    assert.equal(await pressed(), "true");
    for (let turn = 0; turn < 4; turn++) await page.click("#zoom-in");
    await until(page, `document.querySelector("#follow").getAttribute("aria-pressed") === "false"`);
    await page.waitForTimeout(200);
    const first = await page.locator("#chart .axis text").first().textContent();
    await page.waitForTimeout(1500);
    assert.equal(await page.locator("#chart .axis text").first().textContent(), first);
    await page.click("#follow");
    assert.equal(await pressed(), "true");
    await stop(running);
  });

  it("shows another browser, that comes later, everything so far", async () => {
    const { running, url } = await startLive();
    await running.says(/"registered"/);
    const { page } = await browser.open(url);
    await until(page, `document.querySelector("#chart .bar.registered") !== null`);
    await stop(running);
  });

  it("elsewhere than on loopback opens with the token in its address, which does not stay there", async () => {
    const { running, url } = await startLive(["--live", "--live-address", "0.0.0.0"]);
    const { page, problems } = await browser.open(url.replace("0.0.0.0", "127.0.0.1"));
    await page.waitForSelector("html.ready");
    assert.ok(!page.url().includes("token"));
    await running.says(/"registered"/);
    await page.fill("#to", "1002");
    await page.click("#place button[type=submit]");
    await running.says(/"state":"calling"/);
    assert.deepEqual(problems, []);
    await stop(running);
  });
});

describe("run and its ports", () => {
  it("has none for browsers unless asked", async () => {
    const running = start(["run", site.phone(), "--json"]);
    await running.says(/"registered"/);
    running.process.kill("SIGINT");
    const { err } = await running.finished;
    assert.ok(!err.includes("http"), err);
  });

  it("ends with a sentence where the port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const { status, err } = await run(["run", site.phone(), `--live=${String(port)}`]);
    other.close();
    assert.equal(status, 1);
    assert.match(
      err,
      new RegExp(`no port: 127\\.0\\.0\\.1, port ${String(port)}: something else listens there`),
    );
  });

  for (const words of [["--live=70000"], ["--live=x"], ["--live", "phone.cfg"]]) {
    it(`does not understand ${words.join(" ")}`, async () => {
      const { status, err } = await run(["run", ...words, "phone.cfg"]);
      assert.equal(status, 2);
      assert.match(err, /Write a port/);
    });
  }
});
