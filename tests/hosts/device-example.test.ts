/** The example of docs/embedding.md: it compiles without a warning, and does what the page says. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { promisify } from "node:util";
import { command, requireTools } from "../../scripts/command.js";
import { native } from "../../scripts/device/build.js";
import { buildNative } from "../../scripts/native.js";
import { deviceOf, root } from "./device-prefix.js";
import { nativeTestEnvironment } from "./native-build.js";
import { file, folder, freePort, server } from "./native-site.js";

const examples = join(root, "docs", "examples");
const sources = ["embed.c", "platform_posix.c"].map((name) => join(examples, name));
const WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"];
const common = ["-std=c11", "-D_GNU_SOURCE", ...WARNINGS];

/** The example, built as a product of the installed library. */
let program = "";
before(async () => {
  requireTools("Building the example", { gcc: "gcc", "pkg-config": "pkg-config" });
  const { prefix } = await deviceOf("x86-64");
  const words = command("pkg-config", ["--cflags", "--libs", "sip-failover"], {
    env: { PKG_CONFIG_PATH: join(prefix, "lib", "pkgconfig") },
  });
  program = join(folder, "embed");
  command("gcc", [...common, "-O1", ...sources, "-o", program, ...words.toString().trim().split(/\s+/)]);
});

interface Run {
  readonly records: readonly Readonly<Record<string, unknown>>[];
  readonly said: string;
}

/** Runs the example for some seconds: its records. Throws where it does not end well. */
const run = async (path: string, configuration: string, seconds: number): Promise<Run> => {
  const { stdout, stderr } = await promisify(execFile)(path, [configuration, String(seconds)], {
    env: nativeTestEnvironment,
  });
  const lines = stdout.trim().split("\n");
  return { records: lines.map((line) => JSON.parse(line) as Record<string, unknown>), said: stderr };
};

const eventsOf = ({ records }: Run): unknown[] => records.map(({ event }) => event);

describe("the example", () => {
  it("has 60 lines of code at most", () => {
    const source = readFileSync(join(examples, "embed.c"), "utf8");
    const code = source.split("\n").filter((line) => line.trim() !== "" && !/^\/\*.*\*\/$/.test(line));
    assert.ok(code.length > 20 && code.length <= 60, `${String(code.length)} lines`);
  });

  it("leaves a server that refuses, and stops in good order", async () => {
    const first = await server();
    const second = await server({ digest: { users: { "1000": "secret" } } }, "127.0.0.2", first.port);
    first.registrar.refuse();
    const ended = await run(program, file(first.port), 1);
    const failed = ended.records.find(({ event }) => event === "target-failed");
    assert.equal(failed?.["cause"], "refused");
    assert.deepEqual(
      eventsOf(ended).filter((event) => event === "registered" || event === "unregistered"),
      ["registered", "unregistered"],
    );
    assert.equal(second.registrar.requests("REGISTER").length, 3);
    assert.deepEqual(second.registrar.bound(0), []);
    assert.equal(ended.said, "");
  });

  it("says how it is used, and does not start with a file that has errors", async () => {
    await assert.rejects(promisify(execFile)(program, []), { code: 2 });
    const { port } = await server();
    await assert.rejects(run(program, file(port, "sip.listen_port = many"), 1), { code: 1 });
  });

  it("begins anew after a trap, with nothing for a sanitizer to find", async () => {
    const build = buildNative("native-test");
    const trapping = join(folder, "embed-trapping");
    command("gcc", [
      ...common,
      ...["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-DSIP_FAILOVER_TEST_TRAP"],
      ...["-I", join(native, "include"), "-I", join(root, "host", "abi", "generated"), "-I", examples],
      ...sources,
      join(root, "tests", "native", "provoke.c"),
      ...["-Wl,--wrap=sip_failover_flow_bytes", join(build, "libsipfailover.a"), "-o", trapping],
    ]);
    const { registrar, port } = await server();
    // The same port again: the binding of before is replaced, and none is left in the end.
    const listening = `sip.listen_port = ${String(await freePort())}`;
    const ended = await run(trapping, file(port, listening), 2);
    assert.equal(ended.said, "The core has trapped: an instruction that cannot be reached.\n");
    assert.equal(eventsOf(ended).filter((event) => event === "registered").length, 1);
    assert.deepEqual(registrar.bound(0), []);
  });

  it("is a page long", () => {
    const lines = readFileSync(join(examples, "embed.c"), "utf8").split("\n");
    assert.ok(lines.length < 80, String(lines.length));
  });
});
