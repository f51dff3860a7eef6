import { Option } from "commander";
import type { Command } from "commander";
import { CallPlan, answerDelay, dnsServer, durationInMilliseconds, subscriptionTo } from "./arguments.js";
import type { WantedSubscription } from "./arguments.js";
import { livePort } from "./live.js";
import type { LiveChoice } from "./live.js";
import { hostNames } from "./hosts.js";
import type { HostName } from "./hosts.js";

/** The options of `run`. Times are milliseconds. */
export interface RunOptions extends LiveChoice {
  readonly json?: true;
  readonly dns?: string[];
  readonly duration?: number;
  readonly verbose?: true;
  readonly pcap?: string;
  readonly lenient?: true;
  readonly call?: CallPlan;
  readonly answer?: number;
  readonly subscribe?: WantedSubscription[];
  readonly sdp?: string;
  readonly host: HostName;
}

const help = `
FILE is a phone's configuration, <MAC>.cfg, or a boot file, <MAC>.boot, that
lists some. Several are read in order, the common one first: a later file wins.

Calls are signalling only: the session description offers audio, PCMU or PCMA,
but nothing is sent, and nobody listens at its port. --sdp gives another one,
which is sent as it is, but for its direction while the call is on hold. Offers
of the far end are answered, REFER is refused with 603. A --call lasts from when
it is established; nobody answers for 60 s: it is given up.

A call that comes in rings (180). It is taken by --answer, at the console or in
the browser; if there is none of them, it is refused with 486 after 30 s.

On a terminal, commands can be typed: call, answer, hangup, hold, status, help,
quit. Otherwise standard input is not read. To run in the background of a shell,
give it none: < /dev/null.

Without --verbose, keep-alives and what answers them, requests that come in
outside of calls, questions to DNS servers and their answers, dropped packets,
notes on the configuration and what a call's other lines tell already are left
out, with --json too. Bodies of NOTIFY are written with --subscribe, those of
everything with --verbose; with --json they are in the records.

--host says what holds the core and the sockets: node, this process itself, or a
program in C beside it, in which the core is loaded by wasmtime, or compiled in
(native). "npm run build:wasmtime" and "npm run build:native" build these. What
is done and written is the same.

The first Ctrl-C (or SIGTERM) is an orderly stop: calls are ended and bindings
removed, which takes at most 2 s. A second ends it at once; exit status 130.

--live serves the picture of "timeline" as it grows, with where each account
stands, and buttons that place, take and end calls. It is plain HTTP: at another
address than this machine's own, whoever reads along can read the token.

Exit status: 0 every account was registered at some time, and every --call was
established; 1 one never was, the configuration has errors, or the phone could
not start; 2 bad usage.

Examples:
  sip-failover run phone.cfg
  sip-failover run phone.cfg --call 1002 --at 30 --for 20 --duration 60
  sip-failover run phone.cfg --answer=2 --subscribe=dialog:sip:hall@example.com`;

/** Adds the arguments, options and help of `run` to its command. */
export const addRunOptions = (command: Command): Command => {
  const plan = new CallPlan();
  return (
    command
      // What an option means that stands alone is in its description.
      .configureHelp({ optionDescription: ({ description }) => description })
      .argument("<FILE...>", "configuration files and boot files")
      .option("--json", "write records instead, one JSON object a line")
      .option("--dns <ADDR:PORT>", "ask this DNS server; can be given several times; [IPv6]:PORT", dnsServer)
      .option("--duration <S>", "stop in good order after so many seconds", durationInMilliseconds)
      .option(
        "--call <URI>",
        "call this; can be given several times; 1002: at the account's server",
        plan.call,
      )
      .option(
        "--at <S>",
        "... so many seconds after the start (as soon as the account is registered)",
        plan.at,
      )
      .option("--for <S>", "... and hang up after so many seconds (10)", plan.for)
      .option("--from <N>", "... from this account (1)", plan.from)
      .addOption(
        new Option("--answer [S]", "take calls that come in, after so many seconds (0)")
          .preset("0")
          .argParser(answerDelay),
      )
      .addOption(
        new Option(
          "--subscribe [EVENT[:URI]]",
          "subscribe each account (to message-summary); dialog, presence; can be given several times",
        )
          .preset("message-summary")
          .argParser(subscriptionTo),
      )
      .option("--sdp <FILE>", "the session description of offers and answers")
      .addOption(
        new Option("--host <HOST>", "what holds the core: node, wasmtime or native (node)")
          .choices(hostNames)
          .default("node" satisfies HostName),
      )
      .option("--verbose", "leave nothing out: keep-alives, DNS, dropped packets, notes, bodies")
      .option(
        "--pcap <FILE>",
        "write what is sent and received to a file that Wireshark opens, as it happens",
      )
      .addOption(
        new Option(
          "--live [PORT]",
          "show the phone in the browser while it runs, at this port of 127.0.0.1 (any)",
        )
          .preset("0")
          .argParser(livePort),
      )
      .addOption(
        new Option(
          "--live-address <ADDR>",
          "... at this address instead; others than this machine's own take a token",
        ).implies({ live: 0 }),
      )
      .option(
        "--lenient",
        "start in spite of errors in the configuration: the keys concerned keep their defaults",
      )
      .addHelpText("after", help)
  );
};
