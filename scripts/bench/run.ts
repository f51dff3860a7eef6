/** Programs that are measured, and what they say. */
import { command } from "../command.js";

/** Runs a program that answers by JSON. */
export const answerOf = (words: readonly string[]): unknown => {
  const [program = "", ...rest] = words;
  return JSON.parse(command(program, rest).toString());
};

/** A measurement of many: nanoseconds of one repetition, by rounds. */
export interface Repeated {
  readonly nanoseconds: readonly number[];
}

/** Runs a program, and counts the instructions that a function of it takes with all that it calls. */
export const instructionsOf = (name: string, words: readonly string[]): number => {
  const said = command("valgrind", [
    "--tool=callgrind",
    `--toggle-collect=${name}`,
    "--callgrind-out-file=/dev/null",
    "--log-fd=1",
    ...words,
  ]).toString();
  const counted = Number(/^==\d+== Collected : (\d+)/m.exec(said)?.[1] ?? NaN);
  if (!(counted > 0)) throw new Error(`valgrind has counted nothing in ${name}:\n${said}`);
  return counted;
};
