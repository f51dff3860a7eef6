/** What an interop suite needs to be on the machine: the name of a program in the search path. */
export type Need = "kamailio" | "dnsmasq" | "tshark" | "openssl" | "sipp" | "baresip";

/** Test files that need the same programs. They are skipped together, by name, where one is missing. */
export interface InteropSuite {
  readonly name: string;
  /** Compiled files, beside this one. Each runs in a process of its own, which has loopback addresses of its own. */
  readonly files: readonly string[];
  /** How many run at the same time: mostly they wait. One by one where it is left out: some watch milliseconds. */
  readonly concurrency?: number;
  readonly needs: readonly Need[];
}

export const suites: readonly InteropSuite[] = [
  {
    name: "Kamailio's port closed, at the next one within 50 ms",
    files: ["refused.test.js"],
    needs: ["kamailio", "dnsmasq"],
  },
  {
    name: "what is promised of calls, with Kamailio and SIPp",
    files: ["promises.test.js"],
    needs: ["kamailio", "dnsmasq", "sipp"],
  },
  {
    name: "failover between two Kamailios, with dnsmasq",
    // The longest ones first.
    files: ["failover.test.js", "failback.test.js", "trouble.test.js", "digest.test.js", "harness.test.js"],
    concurrency: 2,
    needs: ["kamailio", "dnsmasq"],
  },
  {
    name: "calls and subscriptions through Kamailio, with SIPp",
    files: ["calls-outlive.test.js", "notify.test.js", "calls.test.js"],
    concurrency: 2,
    needs: ["kamailio", "dnsmasq", "sipp"],
  },
  {
    name: "UDP, TCP and TLS to Kamailio, with SIPp",
    files: ["transports.test.js"],
    needs: ["kamailio", "dnsmasq", "sipp", "openssl"],
  },
  {
    name: "baresip as caller and called",
    files: ["baresip.test.js"],
    needs: ["kamailio", "dnsmasq", "baresip"],
  },
  {
    name: "captures, read by tshark",
    files: ["capture.test.js"],
    needs: ["kamailio", "dnsmasq", "tshark"],
  },
];
