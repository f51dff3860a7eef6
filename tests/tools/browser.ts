/** Headless Chromium for tests of pages. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { after } from "node:test";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const executable = (process.env["PATH"] ?? "")
  .split(delimiter)
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

/** Why pages cannot be tested here; `false` where they can. */
export const noBrowser: string | false =
  executable === undefined ? "chromium not installed; npm run setup:servers" : false;

/** Nothing but the page is asked for, and a container may have no user namespaces. */
const switches = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A page, and everything that went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors, refused requests, violations of the page's policy. */
  readonly problems: readonly string[];
  /** Addresses that were asked for, the page's own first. */
  readonly requests: readonly string[];
}

/** A browser for the tests of a file; it is gone when they are over. */
export class TestBrowser {
  #browser: Promise<Browser> | undefined;

  constructor() {
    after(async () => {
      await (await this.#browser)?.close();
    });
  }

  /** Opens an address. */
  async open(address: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
    assert.ok(executable);
    this.#browser ??= chromium.launch({ executablePath: executable, args: switches });
    const context = await (
      await this.#browser
    ).newContext({
      viewport: { width: 1200, height: 900 },
      timezoneId: "Europe/Berlin",
      locale: "en-GB",
      ...options,
    });
    const page = await context.newPage();
    const problems: string[] = [];
    const requests: string[] = [];
    page.on("pageerror", ({ message }) => problems.push(message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
    });
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(address);
    return { page, problems, requests };
  }

  /** Opens a page of ours, and waits until it has come to life. */
  async ready(address: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
    const open = await this.open(address, options);
    await open.page.waitForSelector("html.ready");
    await settled(open.page);
    return open;
  }
}

/** A page has come up without an error, asked for nothing but itself, and names nothing elsewhere. */
export const standsAlone = async ({ page, problems, requests }: OpenPage, address: string): Promise<void> => {
  await page.waitForTimeout(300);
  assert.deepEqual(problems, []);
  assert.deepEqual(requests, [address]);
  assert.ok(!/\b(?:src|href)=["']?(?:https?:)?\/\//.test(readFileSync(new URL(address), "utf8")));
};

/** The middle of the first element that a selector names, in pixels of the viewport. Waits until there is one. */
export const middleOf = async (page: Page, selector: string): Promise<{ x: number; y: number }> => {
  // In one step: a picture that is drawn anew has other elements.
  const look = `(() => {
    const box = document.querySelector(${JSON.stringify(selector)})?.getBoundingClientRect();
    return box && { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  })()`;
  await until(page, `document.querySelector(${JSON.stringify(selector)}) !== null`);
  const middle = await page.evaluate<{ x: number; y: number } | undefined>(look);
  assert.ok(middle, `${selector} is gone`);
  return middle;
};

/** Waits until what is to be drawn is drawn. */
export const settled = async (page: Page): Promise<void> => {
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
};

/** Waits until an expression in the page is true; the page's own policy may forbid to evaluate it there. */
export const until = async (page: Page, expression: string, limit = 10_000): Promise<void> => {
  const start = Date.now();
  while (!(await page.evaluate<boolean>(`Boolean(${expression})`))) {
    if (Date.now() - start > limit) throw new Error(`it never came: ${expression}`);
    await page.waitForTimeout(20);
  }
};
