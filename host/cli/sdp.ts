/**
 * Session descriptions (RFC 8866) for a phone that signals but has no media: enough for far ends that want one, and
 * by the rules of offer and answer (RFC 3264).
 */

/** The Content-Type of a session description. */
export const SDP_TYPE = "application/sdp";

/** Where media could be sent to. Nobody listens there. */
const AUDIO_PORT = 11_780;

/** Which ways media may go, as this end sees it. */
export interface Direction {
  readonly sends: boolean;
  readonly receives: boolean;
}

const directions: Readonly<Record<string, Direction>> = {
  sendrecv: { sends: true, receives: true },
  sendonly: { sends: true, receives: false },
  recvonly: { sends: false, receives: true },
  inactive: { sends: false, receives: false },
};

const isDirection = (line: string): boolean => line.startsWith("a=") && line.slice(2) in directions;

const nameOf = ({ sends, receives }: Direction): string =>
  sends ? (receives ? "sendrecv" : "sendonly") : receives ? "recvonly" : "inactive";

/** A description's lines: those of the session, then those of each stream. */
const sectionsOf = (sdp: string): string[][] => {
  const sections: string[][] = [[]];
  for (const line of sdp.split(/\r\n|\r|\n/)) {
    if (line === "") continue;
    if (line.startsWith("m=")) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections;
};

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join("");

const sessionLines = (address: string): string[] => {
  const network = `IN IP${address.includes(":") ? "6" : "4"} ${address}`;
  return ["v=0", `o=- 1 1 ${network}`, "s=-", `c=${network}`, "t=0 0"];
};

/** The first of these lines that says a direction; both ways where none does (RFC 8866, 6.7). */
const directionIn = (lines: readonly string[]): Direction | undefined => {
  const line = lines.find(isDirection);
  return line === undefined ? undefined : directions[line.slice(2)];
};

const BOTH: Direction = { sends: true, receives: true };

/** Which ways media go by a description's first stream, as its owner sees it. */
export const directionOf = (sdp: string): Direction => {
  const [session = [], stream = []] = sectionsOf(sdp);
  return directionIn(stream) ?? directionIn(session) ?? BOTH;
};

/** A description with another direction, in each of its streams. */
export const directed = (sdp: string, direction: Direction): string =>
  textOf(
    sectionsOf(sdp).flatMap((lines, index) => [
      ...lines.filter((line) => !isDirection(line)),
      ...(index === 0 ? [] : [`a=${nameOf(direction)}`]),
    ]),
  );

/** An offer of audio, both ways. */
export const audioOffer = (address: string): string =>
  textOf([
    ...sessionLines(address),
    `m=audio ${String(AUDIO_PORT)} RTP/AVP 0 8`,
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:8 PCMA/8000",
    "a=sendrecv",
  ]);

/** A stream that is refused keeps its place, with port 0 (RFC 3264, 6). */
const refused = (line: string): string => line.replace(/^(m=\S+) \S+/, "$1 0");

/** The first format of a stream of plain audio; `undefined` of any other, and of one that is not offered (port 0). */
const audioFormat = ([line = ""]: readonly string[]): string | undefined =>
  /^m=audio (?!0 )\d+ RTP\/AVP (\S+)/.exec(line)?.[1];

/** A stream that is accepted with one format, and what the offer says of that. */
const accepted = (lines: readonly string[], format: string): string[] => [
  `m=audio ${String(AUDIO_PORT)} RTP/AVP ${format}`,
  ...lines.filter((line) => line.startsWith(`a=rtpmap:${format} `) || line.startsWith(`a=fmtp:${format} `)),
];

/**
 * The answer to an offer: its first stream of plain audio with the first of its formats, the others refused.
 * `undefined` where it offers none.
 */
export const audioAnswer = (offer: string, address: string): string | undefined => {
  const [, ...streams] = sectionsOf(offer);
  const taken = streams.find((lines) => audioFormat(lines) !== undefined);
  if (taken === undefined) return undefined;
  const answers = streams.flatMap((lines) =>
    lines === taken ? accepted(lines, audioFormat(lines) ?? "") : [refused(lines[0] ?? "")],
  );
  return textOf([...sessionLines(address), ...answers]);
};

/** What this end says of the media of one call. */
export class CallMedia {
  readonly #id: number;
  readonly #file: string | undefined;
  readonly #own: Direction;
  #said: string | undefined;
  /** Where its first description was made; that stays part of its name. */
  #origin: string | undefined;
  #version = 0;

  /**
   * @param id tells its session apart from others of this machine, a whole number
   * @param file a description to use as it is, with its first direction; audio both ways where it is left out
   */
  constructor(id: number, file?: string) {
    this.#id = id;
    this.#file = file;
    this.#own = file === undefined ? BOTH : directionOf(file);
  }

  /** An offer; one that holds says that nothing is wanted from the far end (RFC 3264, 8.4). */
  offer(address: string, isHeld: boolean): string {
    const sdp = this.#file ?? audioOffer(address);
    return this.#say(isHeld ? directed(sdp, this.#wanted(true)) : sdp);
  }

  /** An answer to the far end's offer; `undefined` where there is nothing in it that can be accepted. */
  answer(offer: string, address: string, isHeld: boolean): string | undefined {
    const theirs = directionOf(offer);
    const wanted = this.#wanted(isHeld);
    const direction = {
      sends: wanted.sends && theirs.receives,
      receives: wanted.receives && theirs.sends,
    };
    if (this.#file !== undefined) {
      const isUsual = direction.sends === this.#own.sends && direction.receives === this.#own.receives;
      return this.#say(isUsual ? this.#file : directed(this.#file, direction));
    }
    const answer = audioAnswer(offer, address);
    return answer === undefined ? undefined : this.#say(directed(answer, direction));
  }

  #wanted(isHeld: boolean): Direction {
    return isHeld ? { ...this.#own, receives: false } : this.#own;
  }

  /** The version grows by one whenever something else is said than before (RFC 3264, 8). */
  #say(sdp: string): string {
    if (this.#said !== undefined && this.#said !== sdp) this.#version++;
    this.#said = sdp;
    return sdp.replace(
      /^(o=\S+) (\d+) (\d+) (.*)$/m,
      (_, user: string, session: string, version: string, origin: string) => {
        this.#origin ??= origin;
        const id = this.#file === undefined ? String(this.#id) : session;
        return `${user} ${id} ${String(BigInt(version) + BigInt(this.#version))} ${this.#origin}`;
      },
    );
  }
}
