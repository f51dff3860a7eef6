import { endpointText } from "../abi/address.js";
import { endBy } from "../simulated/index.js";
import type { Endpoint, Registrar, Transport } from "../simulated/index.js";
import type { ServerDefinition, ServerState } from "./scenario.js";

const transports: readonly Transport[] = ["udp", "tcp", "tls"];

const targetOf = (end: Endpoint, transport: Transport): string => endpointText(endBy(end, transport));

/** States in which nothing can be had of a server. */
const useless: ReadonlySet<ServerState["state"]> = new Set([
  "silent",
  "refusing",
  "stopped",
  "unreachable",
  "answers",
]);

/** A server of a scenario that is being played. */
export class PlayedServer {
  state: ServerState = { state: "up" };
  /** Its targets in records. */
  readonly targets: readonly string[];

  /** @param spoken what phones speak to it by */
  constructor(
    readonly definition: ServerDefinition,
    readonly registrar: Registrar,
    spoken: ReadonlySet<Transport>,
  ) {
    this.targets = definition.ends.flatMap((end) =>
      transports.filter((transport) => spoken.has(transport)).map((transport) => targetOf(end, transport)),
    );
  }

  get name(): string {
    return this.definition.name;
  }

  /** Whether it serves anybody: slow and lossy servers do. */
  get isOfUse(): boolean {
    return !useless.has(this.state.state);
  }

  /** Everything that it can be reached by. */
  get everyTarget(): string[] {
    return this.definition.ends.flatMap((end) => transports.map((transport) => targetOf(end, transport)));
  }
}
