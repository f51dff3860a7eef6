/** What an interop suite needs to be on the machine: the name of a program in the search path. */
export type Need = "kamailio" | "dnsmasq" | "tshark";

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
    name: "captures, read by tshark",
    files: ["capture.test.js"],
    needs: ["kamailio", "dnsmasq", "tshark"],
  },
];
