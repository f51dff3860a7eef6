import * as D from "../../../assembly/contract/constants";
import { span } from "../../../assembly/bytes/span";
import { lint } from "../../../assembly/config/lint";
import { beginFile, endFile, feedText } from "../../../assembly/config/reader";
import { accountSetting, accountText } from "../../../assembly/config/settings";
import { KEY_ENABLE, KEY_LABEL, KEY_PASSWORD } from "../../../assembly/config/table";
import {
  HEADER,
  count,
  drain,
  errors,
  feedOctets,
  finish,
  readFile,
  readOctets,
  reset,
  stringOf,
  summaries,
  told,
} from "./fixture";

const ADDRESS = "account.1.sip_server.1.address";
const RETRY = "account.1.sip_server.1.retry_counts";

/** Feeds octets from a place on once: how many were consumed. */
function feedOnce(octets: ArrayBuffer, from: i32, length: i32): i32 {
  return feedText(span(changetype<usize>(octets) + from, length));
}

const MIXED =
  HEADER +
  `account.1.enable = 1\r\n\n# comment\n${ADDRESS} = sip.example.com\r\n${RETRY} = 21\nno line\n` +
  `account.1.label = Zoë ☎\naccount.1.password = s3cret\naccount.1.sip_server.1.failback_mod = 1\n` +
  `account.1.enable =\naccount.1.enable = 1\ninclude:config <x>\naccount.1.user_name = ${"u".repeat(120)}`;

describe("chunks", () => {
  it("of any size give the same settings and diagnostics", () => {
    const octets = String.UTF8.encode(MIXED);
    reset();
    readOctets(0, octets, octets.byteLength);
    finish();
    const whole = summaries();
    expect(told.length).toBeGreaterThan(6);
    for (let size = 1; size < octets.byteLength; size++) {
      reset();
      readOctets(0, octets, size);
      finish();
      expect(summaries()).toBe(whole);
      expect(stringOf(accountText(1, KEY_LABEL))).toBe("Zoë ☎");
      expect(stringOf(accountText(1, KEY_PASSWORD))).toBe("s3cret");
      expect(accountSetting(1, KEY_ENABLE)).toBe(1);
    }
  });

  it("cut at every octet give the same", () => {
    const octets = String.UTF8.encode(MIXED);
    reset();
    readOctets(0, octets, octets.byteLength);
    const whole = summaries();
    for (let cut = 0; cut <= octets.byteLength; cut++) {
      reset();
      beginFile(0);
      feedOctets(octets.slice(0, cut), 9999);
      feedOctets(octets.slice(cut), 9999);
      while (!endFile()) drain();
      drain();
      expect(summaries()).toBe(whole);
    }
  });

  it("may be empty", () => {
    reset();
    beginFile(0);
    expect(feedText(0)).toBe(0);
    feedOctets(String.UTF8.encode(MIXED), 50);
    expect(feedText(0)).toBe(0);
  });
});

describe("diagnostics that find no room", () => {
  it("stop the reader until there is, and none is lost", () => {
    reset();
    const lines = 500;
    const octets = String.UTF8.encode(HEADER + `${RETRY} = 21\n`.repeat(lines));
    beginFile(0);
    let at = 0;
    let stops = 0;
    while (at < octets.byteLength) {
      const consumed = feedOnce(octets, at, octets.byteLength - at);
      expect(consumed).toBeGreaterThan(0);
      at += consumed;
      if (at < octets.byteLength) {
        stops++;
        expect(feedOnce(octets, at, octets.byteLength - at)).toBe(0, "still full");
      }
      drain();
    }
    expect(endFile()).toBe(true);
    drain();
    expect(stops).toBeGreaterThan(3);
    expect(count(D.DIAGNOSTIC_OUT_OF_RANGE)).toBe(lines);
    expect(count(D.DIAGNOSTIC_DUPLICATE_KEY)).toBe(lines - 1);
    expect(errors()).toBe(lines);
    for (let i = 0; i < told.length; i++) expect(told[i].line).toBe(2 + (i + 1) / 2);
  });

  it("stop the last line too", () => {
    reset();
    beginFile(0);
    const octets = String.UTF8.encode(HEADER + `${RETRY} = 21\n`.repeat(500));
    expect(feedOnce(octets, 0, octets.byteLength)).toBeLessThan(octets.byteLength);
    expect(endFile()).toBe(false);
    expect(endFile()).toBe(false);
    drain();
    expect(endFile()).toBe(true);
    expect(endFile()).toBe(true);
  });

  it("stop the lint too", () => {
    reset();
    let text = "";
    for (let account = 1; account <= 16; account++) {
      for (let slot = 1; slot <= 2; slot++) {
        const head = `account.${account}.outbound_proxy.${slot}.`;
        text += `${head}address = a.example\n${head}port = 0\n${head}retry_counts = 1\n${head}failback_mode = 1\n`;
        text += `${head}invite_retry_counts = 1\n${head}only_signal_with_registered = 1\n`;
        text += `${head}failback_timeout = 60\n${head}failback_subscribe.enable = 1\n`;
      }
    }
    readFile(0, text);
    expect(told.length).toBe(0);
    const left = lint();
    expect(left).toBeGreaterThan(0);
    expect(lint()).toBe(left, "still full");
    drain();
    expect(told.length).toBeGreaterThan(0);
    expect(lint()).toBeLessThan(left);
    finish();
    expect(count(D.DIAGNOSTIC_OUTBOUND_PROXY_DISABLED)).toBe(256);
    expect(count(D.DIAGNOSTIC_NO_ACCOUNT_ENABLED)).toBe(1);
    expect(told.length).toBe(257);
    expect(lint()).toBe(0);
  });
});
