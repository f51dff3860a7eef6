import type { Endpoint, Link, Service, Simulation } from "../simulated/index.js";

/** Where a scenario is played: on the simulated network, or on sockets. */
export interface Stage {
  /** Milliseconds since the beginning. */
  readonly now: number;
  /** Does something at an instant; what is scheduled first for one instant is done first. */
  at(t: number, action: () => void): void;
  /** Puts a service where it is asked. */
  serve(service: Service, end: Endpoint): void;
  /** The line of a host; `undefined` where lines cannot be changed. */
  link(address: string): Link | undefined;
}

/** The simulated network as a stage. */
export class SimulatedStage implements Stage {
  constructor(readonly simulation: Simulation) {}

  get now(): number {
    return this.simulation.now;
  }

  at(t: number, action: () => void): void {
    this.simulation.at(t, action);
  }

  serve(service: Service, end: Endpoint): void {
    this.simulation.serve(service, end);
  }

  link(address: string): Link {
    return this.simulation.network.link(address);
  }
}
