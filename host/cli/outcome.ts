import type { BasePhone } from "../node/index.js";

/** Follows which accounts wanted to register, and which of them did. */
export class Outcome {
  readonly #wanted = new Set<number>();
  readonly #registered = new Set<number>();

  constructor(phone: BasePhone) {
    phone.on("request", ({ account, method, reason }) => {
      if (method === "REGISTER" && reason !== "stop") this.#wanted.add(account);
    });
    phone.on("failed", ({ account, method }) => {
      if (method === "REGISTER") this.#wanted.add(account);
    });
    phone.on("registered", ({ account }) => this.#registered.add(account));
  }

  get isGood(): boolean {
    return this.problem === undefined;
  }

  /** A sentence about the accounts that never were registered; `undefined` where there are none. */
  get problem(): string | undefined {
    const missing = [...this.#wanted].filter((account) => !this.#registered.has(account));
    if (missing.length > 0) return `Never registered: account ${missing.map(String).join(", ")}.`;
    return this.#registered.size === 0 ? "No account was ever registered." : undefined;
  }
}
