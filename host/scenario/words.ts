import type { DnsState, LinkQuality, LinkState, ServerState } from "./scenario.js";
import { isLinkState } from "./scenario.js";
import { lengthText } from "./times.js";

/** A state by its name in records, and what there is to say of it. */
export interface StateWords {
  readonly state: string;
  readonly detail?: string;
}

const percent = (share: number): string => `${String(Math.round(share * 1000) / 10)} %`;

const withDetail = (state: string, ...parts: readonly (string | undefined)[]): StateWords => {
  const detail = parts.filter((part) => part !== undefined).join(", ");
  return detail === "" ? { state } : { state, detail };
};

/** How long it lasts, where that is known. */
const lasting = (length: number | undefined): string | undefined =>
  length === undefined ? undefined : `for ${lengthText(length)}`;

export const serverWords = (to: ServerState, length?: number): StateWords => {
  switch (to.state) {
    case "slow":
      return withDetail("slow", `answers after ${lengthText(to.delay)}`, lasting(length));
    case "lossy":
      return withDetail("lossy", `${percent(to.loss)} lost`, lasting(length));
    case "answers": {
      const retry =
        to.retryAfter === undefined ? undefined : `Retry-After ${lengthText(to.retryAfter * 1000)}`;
      return withDetail(String(to.status), retry, lasting(length));
    }
    default:
      return withDetail(to.state, lasting(length));
  }
};

export const dnsWords = (to: DnsState, length?: number): StateWords =>
  to.state === "slow"
    ? withDetail("slow", `answers after ${lengthText(to.delay)}`, lasting(length))
    : withDetail(to.state, lasting(length));

const qualityParts = ({ latency, jitter, loss, duplicate }: Partial<LinkQuality>): (string | undefined)[] => [
  latency === undefined ? undefined : `latency ${lengthText(latency)}`,
  jitter === undefined ? undefined : `jitter ${lengthText(jitter)}`,
  loss === undefined ? undefined : `${percent(loss)} lost`,
  duplicate === undefined ? undefined : `${percent(duplicate)} doubled`,
];

export const linkWords = (to: LinkState, length?: number): StateWords =>
  isLinkState(to)
    ? withDetail(to.state, lasting(length))
    : withDetail("disturbed", ...qualityParts(to), lasting(length));
