import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { Report } from "../../host/fleet/report.js";
import { parseScenario } from "../../host/scenario/read.js";
import { run, testFolder, writeFile } from "../hosts/cli-harness.js";
import type { Finished } from "../hosts/cli-harness.js";
import { CONFIGURATION, outage } from "./fleets.js";

const folder = testFolder();
const configuration = writeFile(folder, "phone.cfg", CONFIGURATION);
const scenario = writeFile(folder, "outage.yaml", outage());

const fleet = (...words: string[]): Promise<Finished> => run(["fleet", ...words], { folder });
const played = (...words: string[]): Promise<Finished> =>
  fleet(configuration, "--scenario", scenario, "--phones", "12", ...words);

describe("fleet", () => {
  it("writes tables of service, storms and servers, and nothing else into a pipe", async () => {
    const { status, out, err } = await played();
    assert.deepEqual([status, err], [0, ""]);
    const lines = out.split("\n");
    assert.equal(lines[0], "A short outage: 12 phones, 10 min, seed 1");
    assert.equal(lines[2]?.replace(/ +/g, " "), "phones without service at most");
    for (const start of ["50 % ", "95 % ", "99 % ", "all "]) {
      assert.equal(lines.filter((line) => line.startsWith(start)).length, 1, start);
    }
    assert.match(out, /^primary, 00:03:00 to 00:06:00 +failover +secondary +\d+ +00:03:\d\d +0 +12$/m);
    assert.match(out, /^ +failback +primary +\d+ +00:0\d:\d\d +[\d.<]+ +12$/m);
    assert.match(out, /^secondary +- +\d+ +\d+ +\d+\/s +- +-$/m);
    assert.match(out, /No server has a capacity: nobody waits\.\n$/);
  });

  it("writes the same as JSON, with an entry for each second", async () => {
    const { status, out } = await played("--json");
    assert.equal(status, 0);
    const report = JSON.parse(out) as Report;
    const { service, storms, servers, series } = report;
    assert.equal(out.trim().split("\n").length, 1);
    assert.equal(report.phones, 12);
    assert.deepEqual([report.identity.seed, report.identity.phones, report.duration], [1, 12, 600_000]);
    assert.ok(service.p50 <= service.p95 && service.p95 <= service.p99 && service.p99 <= service.last);
    assert.equal(storms.length, 1);
    for (const { series: own } of servers) {
      for (const each of Object.values(own)) assert.equal(each.length, 601);
    }
    assert.equal(series.without.length, 601);
    const primary = servers[0];
    assert.equal(
      primary?.registers,
      primary?.series.registers.reduce((sum, count) => sum + count, 0),
    );
    assert.equal(Math.max(...(primary?.series.registers ?? [])), primary?.peak.registers);
  });

  it("starts phones within the time that is said", async () => {
    const { out } = await played("--json", "--start-spread", "2s");
    const { servers } = JSON.parse(out) as Report;
    const [first = 0, second = 0, third = 0] = servers[0]?.series.registers ?? [];
    assert.equal(first + second + third, 12);
  });

  it("refuses what makes no sense, with a sentence and exit status 2", async () => {
    const usual = [configuration, "--scenario", scenario];
    const refusals: [words: string[], sentence: RegExp][] = [
      [[...usual, "--phones", "0"], /Write a whole number from 1 to 1000000\./],
      [[...usual, "--phones", "many"], /Write a whole number from 1 to 1000000\./],
      [usual, /--phones is missing/],
      [[configuration, "--phones", "1"], /--scenario is missing/],
      [[...usual, "--phones", "1", "--shard", "5/4"], /Of 4 shards the first is 1\/4, the last 4\/4\./],
      [[...usual, "--phones", "1", "--shard", "0/4"], /Of 4 shards the first is 1\/4, the last 4\/4\./],
      [[...usual, "--phones", "1", "--shard", "1/0"], /Write which shard and of how many, as 1\/4\./],
      [[...usual, "--phones", "1", "--shard", "one"], /Write which shard and of how many, as 1\/4\./],
      [[...usual, "--phones", "1", "--threads", "0"], /Write a whole number from 1 to 16\./],
      [[...usual, "--phones", "1", "--seed", "-1"], /Write a whole number from 0 to 4294967295\./],
      [
        [...usual, "--phones", "1", "--start-spread", "soon"],
        /Write a length of time, as 30min, 1h or seconds\./,
      ],
      [[...usual, "--phones", "1", "-o", "fleet.pdf"], /Write a name that ends in \.html or \.json\./],
      [[...usual, "--phones", "2", "--shard", "1/2", "-o", "a.html"], /a picture needs the whole fleet/],
      [[...usual, "--phones", "2", "--cell", "9000"], /Write a whole number from 1 to 8000\./],
      [["merge"], /missing required argument 'FILE'/],
    ];
    for (const [words, sentence] of refusals) {
      const { status, out, err } = await fleet(...words);
      assert.deepEqual([status, out], [2, ""], words.join(" "));
      assert.match(err, sentence);
    }
  });

  it("refuses files that are wrong, with exit status 1", async () => {
    const broken = writeFile(folder, "broken.yaml", "duration: 1min\nservers: {}\n");
    const faulty = writeFile(
      folder,
      "faulty.cfg",
      `${CONFIGURATION}account.1.sip_server.1.retry_counts = 99\n`,
    );
    const refusals: [words: string[], sentence: RegExp][] = [
      [[configuration, "--scenario", broken, "--phones", "1"], /broken\.yaml:2:/],
      [[configuration, "--scenario", "none.yaml", "--phones", "1"], /none\.yaml/],
      [
        [faulty, "--scenario", scenario, "--phones", "1"],
        /nothing is played\. --lenient plays it all the same\./,
      ],
      [["none.cfg", "--scenario", scenario, "--phones", "1"], /none\.cfg/],
      [
        [configuration, "--scenario", scenario, "--phones", "1", "--start-spread", "1h"],
        /--start-spread is longer than the scenario\./,
      ],
    ];
    for (const [words, sentence] of refusals) {
      const { status, out, err } = await fleet(...words);
      assert.deepEqual([status, out], [1, ""], words.join(" "));
      assert.match(err, sentence);
    }
    const unwritten = await played("-o", "no-such-folder/a.html");
    assert.equal(unwritten.status, 1);
    assert.match(unwritten.err, /no-such-folder\/a\.html cannot be written/);
    assert.match(unwritten.out, /^A short outage/, "what came of it is not lost");
    const lenient = await fleet(faulty, "--scenario", scenario, "--phones", "1", "--lenient");
    assert.equal(lenient.status, 0);
  });
});

describe("the example of docs/fleet", () => {
  const examples = fileURLToPath(new URL("../../../../docs/fleet/", import.meta.url));

  it("plays, and its storm meets the capacity of the secondary", async () => {
    const names = readdirSync(examples);
    assert.ok(
      ["outage.cfg", "outage.yaml", "kubernetes.yaml", "slurm.sh"].every((name) => names.includes(name)),
    );
    const configured = writeFile(folder, "example.cfg", readFileSync(join(examples, "outage.cfg"), "utf8"));
    const text = readFileSync(join(examples, "outage.yaml"), "utf8")
      .replaceAll("300 # ", "3 # ")
      .replace("registrations: 300", "registrations: 3");
    assert.equal(parseScenario("outage.yaml", text).servers[1]?.capacity?.registrations, 3);
    const { status, out } = await fleet(
      configured,
      "--scenario",
      writeFile(folder, "example.yaml", text),
      "--phones",
      "100",
      "--json",
    );
    assert.equal(status, 0);
    const { storms, servers, service } = JSON.parse(out) as Report;
    // As many phones for each registration a second as in the example; two REGISTERs each, for they are challenged.
    assert.ok((storms[0]?.failover?.registers ?? 0) > 3);
    assert.ok((servers[1]?.longestWait ?? 0) > 1000);
    assert.ok(service.last > 30_000, "some are turned away, and come again");
    assert.equal(service.unregistered, 0);
  });
});
