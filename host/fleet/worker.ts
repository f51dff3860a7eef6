/** A thread that plays cells of a fleet. */
import { parentPort, workerData } from "node:worker_threads";
import { Cells } from "./cell.js";
import type { Job, Range } from "./job.js";

/** What a thread is told to do: to play a cell, or to hand over what came of all of them. */
export type Order = Range | "end";

const cells = new Cells(workerData as Job);

parentPort?.on("message", (order: Order) => {
  if (order === "end") {
    parentPort?.postMessage(cells.tally.pack());
    return;
  }
  cells.play(order);
  parentPort?.postMessage(undefined);
});
