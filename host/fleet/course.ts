import { Simulation } from "../simulated/index.js";
import { accountsOf } from "../scenario/accounts.js";
import { planOf } from "../scenario/plan.js";
import { Site, isSiteAction } from "../scenario/site.js";
import { SimulatedStage } from "../scenario/stage.js";
import type { Capacity, Scenario } from "../scenario/scenario.js";
import { countedFrom } from "./job.js";
import type { Job } from "./job.js";

/** A time in which a server serves nobody. Milliseconds. */
export interface Outage {
  readonly server: number;
  readonly from: number;
  /** The end of the scenario where it does not come back. */
  readonly to: number;
}

/** What a report has to know of a scenario, without any phone. */
export interface Outline {
  readonly title: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly countedFrom: number;
  readonly servers: readonly { readonly name: string; readonly capacity: Capacity | null }[];
  readonly outages: readonly Outage[];
}

/** When servers serve nobody, by what they truly do: the scenario is played without a phone. */
const outagesOf = (scenario: Scenario, job: Job): Outage[] => {
  const simulation = new Simulation(job.seed);
  const open = new Map<number, number>();
  const outages: Outage[] = [];
  const site = new Site(new SimulatedStage(simulation), scenario, accountsOf(job.files), ({ t }) => {
    site.servers.forEach(({ isOfUse }, server) => {
      const from = open.get(server);
      if (!isOfUse) open.set(server, from ?? t);
      else if (from !== undefined) {
        open.delete(server);
        if (t > from) outages.push({ server, from, to: t });
      }
    });
  });
  site.begin();
  for (const { t, action, length } of planOf(scenario, [], job.seed)) {
    simulation.at(t, () => {
      if (isSiteAction(action)) site.apply(action, length);
    });
  }
  simulation.runUntil(scenario.duration);
  for (const [server, from] of open) outages.push({ server, from, to: scenario.duration });
  return outages.sort((one, other) => one.from - other.from || one.server - other.server);
};

/** The outline of a fleet's scenario. */
export const outlineOf = (job: Job): Outline => {
  const { scenario } = job;
  const { title, duration, servers } = scenario;
  return {
    title,
    duration,
    countedFrom: countedFrom(scenario),
    servers: servers.map(({ name, capacity = null }) => ({ name, capacity })),
    outages: outagesOf(scenario, job),
  };
};
