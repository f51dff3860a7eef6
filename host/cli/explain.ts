import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import type { ConfigurationFile } from "../abi/configure.js";
import {
  RecordsError,
  explain,
  fixedSource,
  isGood,
  liveSource,
  serverRecords,
  zoneRecords,
} from "../explain/index.js";
import type { Findings, NameSource } from "../explain/index.js";
import { htmlPage } from "../explain/html.js";
import { sheetOf } from "../explain/sheet.js";
import { USUAL_COLUMNS, textLines } from "../explain/text.js";
import { assignments } from "../explain/settings.js";
import { causeOf, readConfiguration } from "../node/files.js";
import { check } from "../node/index.js";
import type { ZoneRecord } from "../simulated/index.js";
import { dnsServer } from "./arguments.js";
import { Progress } from "./progress.js";
import { diagnosticLines, diagnosticSummary } from "./render/diagnostic.js";
import type { Terminal } from "./terminal.js";
import { writeLine } from "./terminal.js";

interface ExplainOptions {
  readonly zone?: string;
  readonly server?: readonly ZoneRecord[];
  readonly dns?: readonly string[];
  readonly json?: true;
  readonly html?: true;
}

const STANDARD_INPUT = "-";
const NO = 1;
const BAD_USAGE = 2;

const help = `
Runs the phone's own core in simulated time against servers at the addresses
that the file leads to, lets them die in every way, and says what happened:
which targets there are, how long each request waits, when the phone finds out
and when it returns, what is not covered and what to change.

Names are looked up by the DNS servers of the file, or by the system's. Without
the network, give a zone file or the addresses:

  sip-failover explain 001565abcdef.cfg
  sip-failover explain common.cfg 001565abcdef.cfg --zone site.yaml
  sip-failover explain 001565abcdef.cfg --server sip.example.com=192.0.2.1
  sip-failover explain 001565abcdef.cfg --html > outage.html

A zone file is a list of records, in YAML:

  - {name: sip.example.com, type: A, ttl: 60, data: 192.0.2.1}
  - {name: _sip._udp.example.com, type: SRV, priority: 1, weight: 10,
     port: 5060, target: sip.example.com}

Exit status: 0 good; 1 errors in the file, or an account without any target;
2 bad usage.`;

/** Explains the configuration of a phone: the exit status. */
export const explainFiles = async (
  paths: readonly string[],
  options: ExplainOptions,
  terminal: Terminal,
): Promise<number> => {
  const files = paths.filter((path) => path !== STANDARD_INPUT);
  const input = files.length === paths.length ? undefined : await text(process.stdin);
  const { diagnostics, errors } = check({ files, text: input });
  if (errors > 0) {
    for (const each of diagnostics) {
      for (const line of diagnosticLines(each, terminal.errorPaint)) writeLine(terminal.err, line);
    }
    writeLine(terminal.err, diagnosticSummary(diagnostics));
    return NO;
  }
  const read = readConfiguration(files).files;
  const all =
    input === undefined ? read : [...read, { name: "(standard input)", octets: Buffer.from(input) }];
  const names = nameSource(options, all, terminal);
  if (names === undefined) return BAD_USAGE;
  const progress = new Progress(terminal);
  try {
    const findings = await explain({
      files: all,
      diagnostics: diagnostics.filter(({ level }) => level === "warning"),
      names,
      progress: (what, share) => {
        progress.show(what, share);
      },
    });
    progress.clear();
    write(findings, options, terminal);
    return isGood(findings) ? 0 : NO;
  } finally {
    progress.clear();
  }
};

const write = (findings: Findings, options: ExplainOptions, terminal: Terminal): void => {
  if (options.json === true) writeLine(terminal.out, JSON.stringify(findings, null, 2));
  else if (options.html === true) terminal.out.write(htmlPage(sheetOf(findings)));
  else {
    const columns = Math.max(USUAL_COLUMNS, Math.min(terminal.out.columns ?? USUAL_COLUMNS, 120));
    for (const line of textLines(sheetOf(findings), terminal.paint, columns)) writeLine(terminal.out, line);
  }
};

/** Where answers come from; `undefined` where the zone file cannot be used, which is then said. */
const nameSource = (
  { zone, server, dns }: ExplainOptions,
  files: readonly ConfigurationFile[],
  terminal: Terminal,
): NameSource | undefined => {
  if (zone === undefined && server === undefined) {
    const values = assignments(files);
    const own = ["primary", "secondary"].flatMap((which) => values.get(`static.network.${which}_dns`) ?? []);
    return liveSource(dns ?? own);
  }
  try {
    const written = zone === undefined ? [] : zoneRecords(zone, readFileSync(zone, "utf8"));
    const name = [zone, server === undefined ? undefined : "--server"].filter((each) => each !== undefined);
    return fixedSource(name.join(" and "), [...(server ?? []), ...written]);
  } catch (error) {
    const message = error instanceof RecordsError ? error.message : `${zone ?? ""}: ${causeOf(error)}`;
    writeLine(terminal.err, terminal.errorPaint.red(message));
    return undefined;
  }
};

/** Reads `--server NAME=ADDR[,ADDR…]`, which may be said several times. */
const servers = (line: string, before: readonly ZoneRecord[] = []): ZoneRecord[] => {
  try {
    return [...before, ...serverRecords(line)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
};

/** Adds the command to the program; `done` takes its exit status. */
export const addExplain = (program: Command, terminal: Terminal, done: (status: number) => void): void => {
  program
    .command("explain")
    .summary("say what a phone will do when its servers die")
    .description("Says what a phone will do on the day its servers die, in words and numbers.")
    .argument("<FILE...>", 'configuration files and boot files; "-" for standard input')
    .option("--zone <FILE>", "take all names from this file of records instead of DNS")
    .option("--server <NAME=ADDR,...>", "the addresses of a name, instead of DNS; may be repeated", servers)
    .addOption(
      new Option("--dns <ADDR:PORT>", "ask this DNS server; may be repeated")
        .argParser(dnsServer)
        .conflicts(["zone", "server"]),
    )
    .option("--json", "write what was found as one JSON object")
    .addOption(new Option("--html", "write a page that needs nothing else").conflicts("json"))
    .addHelpText("after", help)
    .action(async (files: string[], options: ExplainOptions) => {
      done(await explainFiles(files, options, terminal));
    });
};
