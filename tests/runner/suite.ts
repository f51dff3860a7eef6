/** What the runner knows of a suite, whatever runs its tests. */

export interface Failure {
  /** The test and where it is. */
  readonly name: string;
  /** Everything there is to say about it, in lines. */
  readonly detail: string;
}

/** What came out so far; the suite adds to it while it runs. */
export class Outcome {
  passed = 0;
  readonly failures: Failure[] = [];
  readonly notes: Failure[] = [];
  /** The names of tests that were not run, with the reason. */
  readonly skipped: string[] = [];

  /** @param changed is called after each result */
  constructor(private readonly changed: () => void = () => undefined) {}

  pass(count = 1): void {
    this.passed += count;
    this.changed();
  }

  fail(name: string, detail: string): void {
    this.failures.push({ name, detail: detail.trimEnd() });
    this.changed();
  }

  skip(name: string, reason: string): void {
    this.skipped.push(`${name} (${reason})`);
    this.changed();
  }

  /** Something to show beside the failures. */
  note(name: string, detail: string): void {
    this.notes.push({ name, detail: detail.trimEnd() });
  }

  get count(): number {
    return this.passed + this.failures.length + this.skipped.length;
  }
}

/**
 * What a suite needs of the machine: `clock` suites hold real time against bounds, and share ports and loopback addresses;
 * mostly they wait. `compute` suites compute, and open no port but one that is free.
 */
export type Lane = "clock" | "compute";

export interface Suite {
  readonly name: string;
  readonly lane: Lane;
  /** The parts that can be asked for alone: test files or checks. */
  readonly parts: readonly string[];
  /** Runs the given parts. */
  run(parts: readonly string[], outcome: Outcome): Promise<void>;
}

/** The parts of a suite that the words of the command line ask for: all where a word is in its name, or no word is given. */
export function wantedParts(suite: Suite, words: readonly string[]): readonly string[] {
  if (words.length === 0 || words.some((word) => suite.name.includes(word))) return suite.parts;
  return suite.parts.filter((part) => words.some((word) => part.includes(word)));
}
