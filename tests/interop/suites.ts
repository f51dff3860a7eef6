/** What an interop suite needs to be on the machine: the name of a program in the search path. */
export type Need = "kamailio" | "dnsmasq" | "tshark" | "openssl" | "sipp" | "baresip";

/** Test files that need the same programs. They are skipped together, by name, where one is missing. */
export interface InteropSuite {
  readonly name: string;
  /** Compiled files, beside this one. Each runs in a process of its own, one by one: some watch milliseconds. */
  readonly files: readonly string[];
  readonly needs: readonly Need[];
}

export const suites: readonly InteropSuite[] = [
  {
    name: "failover between two Kamailios, with dnsmasq",
    files: ["harness.test.js", "failover.test.js", "failback.test.js", "digest.test.js", "trouble.test.js"],
    needs: ["kamailio", "dnsmasq"],
  },
  {
    name: "calls and subscriptions through Kamailio, with SIPp",
    files: ["promises.test.js", "calls.test.js", "calls-outlive.test.js", "notify.test.js"],
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
