import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { MOST_AT_ONCE, cellsOf } from "./job.js";
import type { Job, Shard } from "./job.js";
import { Tally } from "./tally.js";
import type { PackedTally } from "./tally.js";
import type { Order } from "./worker.js";

/** Hears how many cells are played, of how many. */
export type Progressed = (played: number, of: number) => void;

const ask = async (worker: Worker, order: Order): Promise<unknown> => {
  worker.postMessage(order);
  // An error in the thread comes as an event of that name, which rejects.
  const [answer] = (await once(worker, "message")) as [unknown];
  return answer;
};

/** Plays a shard of a fleet in some threads. What comes of it does not depend on how many they are. */
export const playShard = async (
  job: Job,
  shard: Shard,
  threads: number,
  progressed?: Progressed,
): Promise<Tally> => {
  const cells = cellsOf(job, shard);
  const of = cells.length;
  const { duration, servers } = job.scenario;
  const tally = new Tally(duration, servers.length);
  let played = 0;
  const workers = Array.from(
    { length: Math.max(1, Math.min(threads, of, Math.floor(MOST_AT_ONCE / job.cell))) },
    () => new Worker(new URL("./worker.js", import.meta.url), { workerData: job }),
  );
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let cell = cells.shift(); cell !== undefined; cell = cells.shift()) {
          await ask(worker, cell);
          progressed?.(++played, of);
        }
        tally.add(Tally.unpack(duration, (await ask(worker, "end")) as PackedTally));
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return tally;
};
