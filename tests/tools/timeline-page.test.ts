import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import type { BrowserContextOptions, Page } from "playwright-core";
import { htmlDocument } from "../../host/timeline/html.js";
import { Model } from "../../host/timeline/model.js";
import { testFolder } from "../hosts/cli-harness.js";
import { TestBrowser, middleOf, noBrowser, settled, standsAlone, until } from "./browser.js";
import type { OpenPage } from "./browser.js";
import { A, B, outageRecords, reading, registered, request, response, traceText } from "./traces.js";

const folder = testFolder();
const browser = new TestBrowser();

const writePage = async (name: string, lines: readonly object[]): Promise<string> => {
  const { trace } = await reading(traceText(lines), 1 << 16);
  const path = join(folder, `${name}.html`);
  writeFileSync(path, htmlDocument(new Model(trace)));
  return pathToFileURL(path).href;
};

const header = { trace: 1, title: "An outage", start: Date.UTC(2026, 10, 23, 8), accounts: { 1: "bob" } };
const records = outageRecords();
const address = await writePage("outage", [header, ...records]);

const opened = (options?: BrowserContextOptions, of = address): Promise<OpenPage> =>
  browser.ready(of, options);

/** The labels of the axis, from left to right. */
const axisOf = async (page: Page): Promise<string[]> => [
  ...new Set(await page.locator("#chart .axis text").allTextContents()),
];

const chosen = (page: Page): Promise<string> => page.locator("#details").innerText();

/** What is wider than the window. */
const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`[...document.querySelectorAll("body *")]
    .filter((element) => !element.closest("svg") && element.getBoundingClientRect().right > innerWidth + 1)
    .map((element) => element.outerHTML.slice(0, 80))`);

/** The name by which a screen reader knows what has the focus. */
const focusedName = (page: Page): Promise<string> =>
  page.evaluate<string>(
    `document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.trim()`,
  );

/** The colours of the page, its lanes and their names. */
const coloursOf = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`[
    getComputedStyle(document.documentElement).backgroundColor,
    ...[...document.querySelectorAll("#chart .lane, #chart .name")].map((element) => getComputedStyle(element).fill),
  ]`);

describe("the page of a trace", { skip: noBrowser }, () => {
  it("loads without an error, and asks for nothing but itself", async () => {
    await standsAlone(await opened(), address);
  });

  it("shows what the trace holds", async () => {
    const { page } = await opened();
    assert.equal(await page.title(), "An outage");
    assert.match(
      await page.locator("#summary").innerText(),
      /9 min 45 s · .* events · 1 account · 2 targets · 1 failover · 1 failback/,
    );
    const names = await page.locator("#chart .name").allTextContents();
    assert.deepEqual(names, ["Decisions", "Reachable", "Calls", A, B, "DNS", "Phone"]);
    const flags = await page.locator("#chart .flag text").allTextContents();
    for (const flag of ["failover to 192.0.2.2 · F2", "failback to 192.0.2.1 · B4", "192.0.2.1 silent · F2"])
      assert.ok(flags.includes(flag), `${flag} is not among ${flags.join(", ")}`);
    assert.equal(await page.locator("#chart .outage").count(), 1);
    for (const sign of ["request", "unanswered", "accepted", "failed"])
      assert.ok((await page.locator(`#chart .sign.${sign}`).count()) > 0, sign);
    assert.equal(await page.locator("#chart .bar.registered").count(), 3);
    assert.ok((await page.locator("#chart .bar.established").count()) > 0);
  });

  it("lists the decisions, or everything", async () => {
    const { page } = await opened();
    const decisions = await page.locator("#list tbody tr").allInnerTexts();
    assert.ok(decisions.some((line) => line.includes(`failover: from ${A} to ${B} (F2)`)));
    await page.selectOption("#listed", "everything");
    const shown = await page.locator("#list tbody tr").count();
    assert.equal(shown, Math.min(100, records.length));
    assert.match(
      await page.locator(".count").innerText(),
      new RegExp(`of ${String(records.length)} in view|^${String(records.length)} in view`),
    );
  });

  it("tells what is pointed at", async () => {
    const { page } = await opened();
    const { x, y } = await middleOf(page, "#chart .sign.failed");
    await page.mouse.move(x, y);
    const tip = await page.locator(".tip").innerText();
    assert.match(tip, /account 1 bob/);
    assert.match(tip, /has failed: silent \(F2\)/);
    await page.mouse.move(2, 2);
    assert.equal(await page.locator(".tip").isVisible(), false);
  });

  it("tells of a flag that is clicked, with every field of its record", async () => {
    const { page } = await opened();
    await page.locator("#chart .flag.moved text").first().click({ force: true });
    await page.waitForSelector("#details:not([hidden])");
    assert.match(await chosen(page), /failover: from udp:192\.0\.2\.1:5060 to udp:192\.0\.2\.2:5060 \(F2\)/);
    assert.match(await chosen(page), /rule\s+F2/);
    assert.equal(await page.locator("#chart .ring").getAttribute("visibility"), "visible");
  });

  it("writes times by the clock when asked to", async () => {
    const { page } = await opened();
    assert.deepEqual((await axisOf(page)).slice(0, 3), ["0", "1 min", "2 min"]);
    await page.selectOption("#times", "clock");
    await until(page, `document.querySelector("#chart .axis text").textContent === "09:00"`);
    assert.deepEqual((await axisOf(page)).slice(0, 3), ["09:00", "09:01", "09:02"]);
  });
});

describe("zoom", { skip: noBrowser }, () => {
  it("comes closer by button, by Ctrl and the wheel around the pointer, and goes back", async () => {
    const { page, problems } = await opened();
    const whole = await axisOf(page);
    await page.click("#zoom-in");
    await until(page, `document.querySelector("#chart .axis text").textContent !== "0"`);
    await page.click("#zoom-all");
    await until(page, `document.querySelector("#chart .axis text").textContent === "0"`);
    assert.deepEqual(await axisOf(page), whole);
    const flag = await middleOf(page, "#chart .pole.moved");
    await page.mouse.move(flag.x, flag.y);
    await page.keyboard.down("Control");
    for (let turn = 0; turn < 6; turn++) await page.mouse.wheel(0, -25);
    await page.keyboard.up("Control");
    await until(page, `document.querySelector("#chart .axis text").textContent !== "0"`);
    await settled(page);
    const closer = await middleOf(page, "#chart .pole.moved");
    // A wheel tells its place in whole pixels, which have become eight.
    assert.ok(
      Math.abs(closer.x - flag.x) <= 8,
      `what the pointer was at stays there: ${String(closer.x - flag.x)}`,
    );
    assert.deepEqual(problems, []);
  });

  it("leaves the wheel alone to the page", async () => {
    const { page } = await opened({ viewport: { width: 1000, height: 400 } });
    const before = await axisOf(page);
    const { x, y } = await middleOf(page, "#chart .axis");
    await page.mouse.move(x, Math.min(y, 380));
    await page.mouse.wheel(0, 200);
    await until(page, "scrollY > 0");
    assert.deepEqual(await axisOf(page), before);
  });

  it("moves when it is dragged, and not beyond what there is", async () => {
    const { page } = await opened();
    await page.click("#zoom-in");
    await page.click("#zoom-in");
    await settled(page);
    const { x, y } = await middleOf(page, "#chart .lane.dns");
    const drag = async (way: number): Promise<void> => {
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + way, y, { steps: 5 });
      await page.mouse.up();
      await page.waitForTimeout(100);
    };
    const before = await axisOf(page);
    await drag(200);
    assert.notDeepEqual(await axisOf(page), before);
    for (let turn = 0; turn < 6; turn++) await drag(500);
    assert.equal((await axisOf(page))[0], "0");
  });

  it("follows what is dragged in the overview", async () => {
    const { page } = await opened();
    await page.click("#zoom-in");
    await page.click("#zoom-in");
    await page.click("#zoom-in");
    await settled(page);
    const before = await axisOf(page);
    const { x, y } = await middleOf(page, "#overview .selection");
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 200, y, { steps: 4 });
    await page.mouse.up();
    await page.waitForTimeout(100);
    assert.notDeepEqual(await axisOf(page), before);
  });

  it("shows single milliseconds, with the line from a request to its answer", async () => {
    const near = await writePage("near", [
      request(0, A),
      response(8, A),
      registered(8, A),
      response(60_000, A),
    ]);
    const { page } = await opened({}, near);
    await page.focus("#chart");
    await page.keyboard.press("Home");
    for (let turn = 0; turn < 30; turn++) await page.keyboard.press("+");
    await until(page, `document.querySelector("#chart .exchange") !== null`);
    assert.match((await axisOf(page)).join(" "), /0\.00\d s/);
  });
});

describe("the keyboard", { skip: noBrowser }, () => {
  it("goes through the decisions, the events of a row, and the rows, and says where it is", async () => {
    const { page } = await opened();
    await page.focus("#chart");
    await page.keyboard.press("d");
    await page.waitForSelector("#details:not([hidden])");
    const first = await chosen(page);
    await page.keyboard.press("d");
    await until(page, `document.querySelector("#details").innerText !== ${JSON.stringify(first)}`);
    assert.match(first, /Decisions/);
    await page.keyboard.press("Shift+D");
    await until(page, `document.querySelector("#details").innerText === ${JSON.stringify(first)}`);
    for (let turn = 0; turn < 3; turn++) await page.keyboard.press("ArrowDown");
    await until(page, `document.querySelector("#details .where").textContent.includes(${JSON.stringify(A)})`);
    await page.keyboard.press("Home");
    await until(page, `document.querySelector("#details .sentence").textContent.startsWith("REGISTER to")`);
    await page.keyboard.press("ArrowRight");
    await until(page, `document.querySelector("#details .sentence").textContent.startsWith("200 from")`);
    await page.keyboard.press("Escape");
    await until(page, `document.querySelector("#details").hidden`);
    assert.equal(await page.locator("#details").getAttribute("aria-live"), "polite");
  });

  it("reaches everything by Tab, each with a name", async () => {
    const { page } = await opened();
    const seen: string[] = [];
    for (let turn = 0; turn < 12; turn++) {
      await page.keyboard.press("Tab");
      seen.push(await focusedName(page));
    }
    for (const name of ["Zoom in", "Zoom out", "Everything", "Next decision", "Times", "What the list holds"])
      assert.ok(seen.includes(name), `${name} is not among ${seen.join(", ")}`);
    assert.ok(seen.some((name) => name.startsWith("Timeline")));
    assert.ok(!seen.includes(""));
  });

  it("goes to what a line of the list tells of", async () => {
    const { page } = await opened();
    await page.locator("#list tbody button").first().focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector("#details:not([hidden])");
  });
});

describe("wherever it is read", { skip: noBrowser }, () => {
  it("is light or dark as its reader has it, and changes with that", async () => {
    const { page } = await opened({ colorScheme: "light" });
    const light = await coloursOf(page);
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await coloursOf(page);
    assert.equal(light[0], "rgb(255, 255, 255)");
    assert.ok(light.every((colour, index) => colour !== dark[index]));
    await page.emulateMedia({ colorScheme: "dark", media: "print" });
    assert.deepEqual(await coloursOf(page), light, "paper is light");
  });

  it("fits a phone, where a tap tells what is there", async () => {
    const { page, problems } = await opened({
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    assert.deepEqual(await overflowing(page), []);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 390);
    assert.deepEqual(await page.locator("#chart .name").allTextContents(), [
      "Decisions",
      "Reachable",
      "Calls",
      A,
      B,
      "DNS",
      "Phone",
    ]);
    await page.locator("#chart .flag.moved text").first().tap({ force: true });
    await page.waitForSelector("#details:not([hidden])");
    assert.match(await chosen(page), /failover/);
    assert.deepEqual(problems, []);
  });

  it("fits a sheet of paper, with its list and without its buttons", async () => {
    const { page } = await opened();
    const paper = await page.pdf({ preferCSSPageSize: true });
    assert.ok(paper.subarray(0, 5).toString() === "%PDF-");
    const pages = [...paper.toString("latin1").matchAll(/\/Type\s*\/Page\b/g)].length;
    assert.ok(pages >= 1 && pages <= 3, `${String(pages)} pages`);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".tools").isVisible(), false);
    assert.equal(await page.locator("#list table").isVisible(), true);
  });

  it("shows a still picture where scripts do not run", async () => {
    const { page } = await browser.open(address, { javaScriptEnabled: false });
    assert.ok((await page.locator("#chart .bar.registered").count()) > 0);
    assert.match(await page.locator("#summary").innerText(), /1 failover/);
  });
});

describe("a trace that is out of the ordinary", { skip: noBrowser }, () => {
  it("of a million events is shown, and answers to zoom within a moment", async () => {
    const lines: object[] = [];
    for (let round = 0; lines.length < 1_000_000; round++) {
      for (const record of records) lines.push({ ...record, t: record.t + round * 600_000 });
    }
    const million = await writePage("million", lines.slice(0, 1_000_000));
    const { page, problems } = await opened({}, million);
    assert.match(await page.locator("#summary").innerText(), /1.000.000 events/);
    assert.ok((await page.locator("#chart .flag").count()) >= 3);
    const before = await axisOf(page);
    const took = await page.evaluate<number>(`(async () => {
      const start = performance.now();
      document.getElementById("zoom-in").click();
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return performance.now() - start;
    })()`);
    assert.notDeepEqual(await axisOf(page), before);
    assert.ok(took < 1000, `${String(took)} ms`);
    assert.ok((await page.locator("#chart svg *").count()) < 20_000);
    assert.deepEqual(problems, []);
  });

  it("that is cut off says so", async () => {
    const { trace } = await reading(traceText(records.slice(0, 20)).slice(0, -10));
    const path = join(folder, "cut.html");
    writeFileSync(path, htmlDocument(new Model(trace)));
    const { page, problems } = await opened({}, pathToFileURL(path).href);
    assert.match(await page.locator(".remark").innerText(), /cut off in line 20/);
    assert.deepEqual(problems, []);
  });

  it("with one event alone is no blank page", async () => {
    const one = await writePage("one", [{ t: 5, account: 0, event: "pool-full", pool: "calls" }]);
    const { page, problems } = await opened({}, one);
    assert.match(await page.locator("#chart").innerText(), /pool full: calls/);
    assert.deepEqual(problems, []);
  });

  it("with texts that look like markup shows them as they are", async () => {
    const nasty = "</script><img src=x onerror=alert(1)>";
    const odd = await writePage("odd", [
      { trace: 1, title: nasty },
      request(0, A),
      { t: 5, account: 0, event: nasty, [nasty]: nasty },
    ]);
    const { page, problems } = await opened({}, odd);
    assert.equal(await page.title(), nasty);
    assert.equal(await page.locator("img").count(), 0);
    assert.deepEqual(problems, []);
  });
});
