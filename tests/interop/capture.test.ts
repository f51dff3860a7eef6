import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { removeFolder, temporaryFolder } from "./programs.js";
import { Site } from "./site.js";

const FIELDS = [
  "ip.src",
  "ip.dst",
  "udp.dstport",
  "sip.Method",
  "sip.Status-Code",
  "dns.qry.name",
  "ip.checksum.status",
  "udp.checksum.status",
];
/** What tshark calls a checksum that is right. */
const GOOD = "1";

type Frame = Readonly<Record<string, string>>;

/** The frames of a capture that pass a filter, by tshark, which does not know the DNS server's port by itself. */
const framesOf = async (file: string, dnsPort: number, filter: string): Promise<Frame[]> => {
  const settings = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];
  const words = ["-n", "-r", file, ...settings, "-d", `udp.port==${String(dnsPort)},dns`, "-Y", filter];
  const fields = ["-T", "fields", "-E", "separator=|", ...FIELDS.flatMap((field) => ["-e", field])];
  const { stdout } = await promisify(execFile)("tshark", [...words, ...fields]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const values = line.split("|");
      return Object.fromEntries(FIELDS.map((field, index) => [field, values[index] ?? ""]));
    });
};

test("--pcap: tshark reads the REGISTERs, their answers and the DNS, all checksums right, while it runs", async (t) => {
  const folder = temporaryFolder();
  t.after(() => {
    removeFolder(folder);
  });
  const site = await Site.open(t, { closed: ["primary"], servers: { digest: true } });
  const file = join(folder, "phone.pcap");
  const phone = site.command({}, ["--json", "--pcap", file]);
  await phone.records.waitFor("registered");

  const running = await framesOf(file, site.dns.port, "sip");
  assert.deepEqual(
    running.map((frame) => `${frame["sip.Method"] ?? ""}${frame["sip.Status-Code"] ?? ""}`),
    ["REGISTER", "REGISTER", "401", "REGISTER", "200"],
  );
  const sent = running.filter((frame) => frame["sip.Method"] === "REGISTER");
  const { primary, secondary } = site;
  assert.deepEqual(
    sent.map((frame) => frame["ip.dst"]),
    [primary.address, secondary.address, secondary.address],
  );
  assert.ok(sent.every((frame) => frame["udp.dstport"] === "5060"));
  assert.ok(
    running
      .filter((frame) => frame["sip.Method"] === "")
      .every((frame) => frame["ip.src"] === secondary.address),
  );

  assert.equal((await phone.interrupt()).status, 0);
  const everything = await framesOf(file, site.dns.port, "frame");
  assert.ok(everything.length > running.length, "the un-REGISTER and its answer");
  for (const frame of everything) {
    assert.equal(frame["ip.checksum.status"], GOOD, JSON.stringify(frame));
    assert.equal(frame["udp.checksum.status"], GOOD, JSON.stringify(frame));
  }
  const names = new Set((await framesOf(file, site.dns.port, "dns")).map((frame) => frame["dns.qry.name"]));
  assert.deepEqual([...names].sort(), ["_sip._udp.example.test", "pri.example.test", "sec.example.test"]);
});
