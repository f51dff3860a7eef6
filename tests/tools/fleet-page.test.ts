import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import type { BrowserContextOptions, Page } from "playwright-core";
import { htmlDocument } from "../../host/fleet/html.js";
import { testFolder } from "../hosts/cli-harness.js";
import { TestBrowser, middleOf, noBrowser, settled, standsAlone } from "./browser.js";
import type { OpenPage } from "./browser.js";
import { jobOf, outage, playReport } from "./fleets.js";

const folder = testFolder();
const browser = new TestBrowser();
const capacity = ", capacity: { registrations: 4, queue: 1s }";
const report = playReport(jobOf(outage(capacity, capacity), 24, { spread: 2000 }));

const writePage = (name: string, title = report.title): string => {
  const path = join(folder, name);
  writeFileSync(path, htmlDocument({ ...report, title }));
  return pathToFileURL(path).href;
};
const address = writePage("fleet.html");

const opened = (options?: BrowserContextOptions, of = address): Promise<OpenPage> =>
  browser.ready(of, options);

/** The labels of the axis of time, from left to right. */
const axisOf = async (page: Page): Promise<string[]> => [
  ...new Set(
    await page.locator('#chart > svg > g > text.level-text[text-anchor="middle"]').allTextContents(),
  ),
];

const readingOf = (page: Page): Promise<string> => page.locator("#reading").innerText();

describe("the page of a fleet", { skip: noBrowser }, () => {
  it("loads without an error, and asks for nothing but itself", async () => {
    await standsAlone(await opened(), address);
  });

  it("shows service, servers, outages, capacities and storms", async () => {
    const { page } = await opened();
    assert.equal(await page.title(), "A short outage");
    const names = await page.locator("#chart text.name").allTextContents();
    assert.deepEqual(names, [
      "Phones without service",
      "primary: REGISTERs a second",
      "primary: longest wait",
      "secondary: REGISTERs a second",
      "secondary: longest wait",
      "Moves a second",
    ]);
    // In the panels of all phones, and in those of the primary.
    assert.equal(await page.locator("#chart rect.outage").count(), 4);
    assert.deepEqual(await page.locator("#chart .limit-text").allTextContents(), [
      "capacity 4/s",
      "capacity 4/s",
    ]);
    assert.equal(await page.locator(".figures li").count(), 4);
    const cells = await page.locator("table").first().innerText();
    assert.match(cells, /primary, 00:03:00 to 00:06:00\s+failover\s+secondary/);
  });

  it("is read with the mouse and the keyboard", async () => {
    const { page } = await opened();
    const { x, y } = await middleOf(page, "#chart > svg");
    await page.mouse.move(x, y);
    assert.match(
      await readingOf(page),
      /^00:0[45]:\d\d +without service \d+ +primary: REGISTERs a second [\d.]+, turned away [\d.]+/,
    );
    const before = await readingOf(page);
    await page.focus("#chart");
    await page.keyboard.press("ArrowRight");
    const after = await readingOf(page);
    assert.notEqual(after.slice(0, 8), before.slice(0, 8));
    await page.keyboard.press("ArrowLeft");
    assert.equal(await readingOf(page), before);
  });

  it("zooms and moves by buttons, keys and the wheel, and shows everything again", async () => {
    const { page } = await opened();
    const whole = await axisOf(page);
    assert.ok(whole.includes("5 min"), whole.join());
    const changed = async (action: () => Promise<unknown>): Promise<string[]> => {
      const before = await axisOf(page);
      await action();
      await settled(page);
      const now = await axisOf(page);
      assert.notDeepEqual(now, before);
      return now;
    };
    await changed(async () => {
      for (let step = 0; step < 4; step++) await page.click("#zoom-in");
    });
    await page.focus("#chart");
    await changed(() => page.keyboard.press("Shift+ArrowRight"));
    assert.deepEqual(await changed(() => page.click("#zoom-all")), whole);
    const { x, y } = await middleOf(page, "#chart > svg");
    await page.mouse.move(x, y);
    await changed(async () => {
      await page.keyboard.down("Control");
      await page.mouse.wheel(0, -600);
      await page.keyboard.up("Control");
      await page.waitForTimeout(200);
    });
    await page.focus("#chart");
    assert.deepEqual(await changed(() => page.keyboard.press("0")), whole);
  });

  it("is light and dark, fits a phone, and has the picture without a script", async () => {
    const backgroundOf = (page: Page): Promise<string> =>
      page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor");
    const { page: light } = await opened({ colorScheme: "light" });
    const { page: dark, problems } = await opened({
      colorScheme: "dark",
      viewport: { width: 360, height: 700 },
    });
    assert.notEqual(await backgroundOf(light), await backgroundOf(dark));
    assert.deepEqual(problems, []);
    assert.ok(await dark.evaluate<boolean>("document.documentElement.scrollWidth <= innerWidth"));
    const { page: still } = await browser.open(address, { javaScriptEnabled: false });
    assert.equal(await still.locator("#chart text.name").count(), 6);
  });

  it("is paper without buttons", async () => {
    const { page } = await opened();
    await page.emulateMedia({ media: "print" });
    for (const hidden of [".tools", "#keys", "#reading"])
      assert.ok(!(await page.locator(hidden).isVisible()), hidden);
    assert.ok((await page.pdf({ preferCSSPageSize: true })).length > 10_000);
  });

  it("takes titles as text", async () => {
    const { page, problems } = await opened(
      {},
      writePage("odd.html", `</title><script>alert("x")</script> & "more"`),
    );
    assert.equal(await page.title(), `</title><script>alert("x")</script> & "more"`);
    assert.deepEqual(problems, []);
  });
});
