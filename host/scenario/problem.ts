/** Where something stands in a file; lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something that is wrong with a scenario, or a zone file. */
export interface Problem extends Place {
  readonly file: string;
  /** A sentence without its full stop. */
  readonly message: string;
}

/** `scenario.yaml:7:3: error: unknown server "primry"` */
export const problemText = ({ file, line, column, message }: Problem): string =>
  `${file}:${String(line)}:${String(column)}: error: ${message}`;

/** A scenario cannot be used; each of its problems has a place. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(problemText).join("\n"));
  }
}
