import type { ConfigurationRecord } from "./record.js";

/** A diagnostic as compilers write it: `file:line:column: error code: message`. */
export const diagnosticText = ({ file, line, column, level, code, message }: ConfigurationRecord): string =>
  `${file}:${String(line)}:${String(column)}: ${level} ${code}: ${message}`;

/** The configuration has errors; each is among the diagnostics. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";

  constructor(readonly diagnostics: readonly ConfigurationRecord[]) {
    super(
      diagnostics
        .filter(({ level }) => level === "error")
        .map(diagnosticText)
        .join("\n"),
    );
  }
}
