import { CapturingSockets } from "../node/capture.js";
import { PcapFile } from "../node/pcap.js";
import { causeOf } from "../node/files.js";
import type { SocketTap } from "../simulated/index.js";

/** A capture of what goes over a simulated phone's wire. Simulated time begins where the Unix epoch does. */
export class SimulationCapture {
  readonly #file: PcapFile;
  /** The phone's time, in milliseconds. */
  now: () => number = () => 0;

  /**
   * @param ended takes a sentence when the file cannot be written any more
   * @throws a sentence where it cannot be written at all
   */
  constructor(path: string, ended: (sentence: string) => void) {
    try {
      this.#file = new PcapFile(path, (error) => {
        ended(`The capture has ended: ${path} cannot be written: ${causeOf(error)}.`);
      });
    } catch (error) {
      throw new Error(`${path} cannot be written: ${causeOf(error)}.`);
    }
  }

  readonly tap: SocketTap = (events, make) =>
    new CapturingSockets(events, this.#file, make, () => this.now());

  close(): void {
    this.#file.close();
  }
}
