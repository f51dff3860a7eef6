import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { requireTools } from "../../scripts/command.js";
import { testFolder, writeFile } from "./cli-harness.js";
import { Daemon, endDaemons } from "./native-daemon.js";

const folder = testFolder();
afterEach(endDaemons);

/** A command that runs a program on a stage of `native-stage.ts`. */
const on = (stage: "router" | "resolvers", file = "-"): string[] => {
  requireTools("a network of its own", { unshare: "util-linux", ip: "iproute2" });
  const script = fileURLToPath(new URL("native-stage.js", import.meta.url));
  return ["unshare", "--map-root-user", "--net", "--mount", process.execPath, script, stage, file];
};

const file = (...lines: readonly string[]): string =>
  writeFile(
    folder,
    "phone.cfg",
    [
      "#!version:1.0.0.1",
      "account.1.enable = 1",
      "account.1.user_name = 1000",
      "account.1.sip_server.1.address = voice.example.com",
      ...lines,
      "",
    ].join("\n"),
  );

describe("sip-failoverd and ICMP", () => {
  it("leaves a target to which a router says there is no way within milliseconds (F3)", async () => {
    const records = ["10.9.1.1", "10.9.1.2", "10.9.0.1"].flatMap((address, index) => [
      `account.1.dns_cache_a.${String(index + 1)}.name = voice.example.com`,
      `account.1.dns_cache_a.${String(index + 1)}.ip = ${address}`,
    ]);
    const path = file("account.1.static_cache_pri = 1", "account.1.sip_server.1.port = 5070", ...records);
    const phone = new Daemon(["--duration", "1", path], on("router"));
    assert.deepEqual(await phone.finished, { status: 0, signal: null });
    const failed = phone.records("target-failed");
    assert.deepEqual(
      failed.map(({ target, cause }) => [target, cause]),
      ["10.9.1.1", "10.9.1.2", "10.9.0.1"].map((address) => [`udp:${address}:5070`, "refused"]),
    );
    assert.ok(failed.every(({ t }) => Number(t) < 200));
    assert.match(phone.words, /^There is no way to 10\.9\.1\.1: .*\nThere is no way to 10\.9\.1\.2: .*\n$/);
  });
});

describe("the DNS servers of sip-failoverd", () => {
  const asked = async (
    resolvers: string,
    words: readonly string[],
    ...lines: string[]
  ): Promise<string[]> => {
    const path = writeFile(folder, "resolv.conf", resolvers);
    const daemon = ["--duration", "0.5", ...words, file("account.1.sip_server.1.port = 0", ...lines)];
    const phone = new Daemon(daemon, on("resolvers", path));
    assert.deepEqual(await phone.finished, { status: 0, signal: null });
    return [...new Set(phone.records("dns-query").map(({ server }) => String(server)))];
  };
  const text =
    "# nameserver 127.0.0.9\nsearch example.com\n nameserver\t127.0.0.1 # one\nnameserver ::1\nnameserver x\n";

  it("are those of /etc/resolv.conf, three at most", async () => {
    assert.deepEqual(await asked(text, []), ["udp:127.0.0.1:53", "udp:[::1]:53"]);
    const four = [1, 2, 3, 4].map((number) => `nameserver 127.0.0.${String(number)}\n`).join("");
    assert.deepEqual(
      await asked(four, []),
      [1, 2, 3].map((number) => `udp:127.0.0.${String(number)}:53`),
    );
  });

  it("are those of the files, where they name some", async () => {
    assert.deepEqual(await asked(text, [], "static.network.primary_dns = 127.0.0.5"), ["udp:127.0.0.5:53"]);
  });

  it("are those of the command line before all others", async () => {
    const words = ["--dns", "127.0.0.6:5353", "--dns=[::1]:5354"];
    assert.deepEqual(await asked(text, words, "static.network.primary_dns = 127.0.0.5"), [
      "udp:127.0.0.6:5353",
      "udp:[::1]:5354",
    ]);
  });

  it("may be none", async () => {
    assert.deepEqual(await asked("", []), []);
  });
});
