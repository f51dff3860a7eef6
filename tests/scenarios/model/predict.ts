import { Agenda } from "./agenda.js";
import { SUBSCRIPTION, inOrder } from "./course.js";
import type { Course, Failure, Seen, TargetName } from "./course.js";
import { ModelPhone } from "./phone.js";

/** What the rules want to be seen of a case. */
export const predict = ({ settings, targets, recordRoute, steps, end }: Course): Seen => {
  const agenda = new Agenda();
  const failing = new Map<TargetName, Failure>();
  const phone = new ModelPhone(settings, targets, agenda, recordRoute, (target) => failing.get(target));
  for (const step of steps) {
    agenda.at(step.at, function* () {
      switch (step.does) {
        case "fail":
          failing.set(step.target, step.failure);
          // A server whose port closes ends its connections, too.
          if (step.failure === "refused" && settings.transport === "tcp") phone.flowFailed(step.target);
          break;
        case "recover":
          failing.delete(step.target);
          break;
        case "disconnect":
          phone.flowFailed(step.target);
          break;
        case "call":
          yield* phone.call();
          break;
        case "hang up":
          yield* phone.hangUp();
          break;
        case "subscribe":
          yield* phone.subscribe(step.expires ?? SUBSCRIPTION);
          break;
      }
    });
  }
  // After the servers: one that fails at 0 does so before the phone asks it.
  agenda.begin(
    (function* start() {
      yield () => 0;
      phone.start();
    })(),
  );
  agenda.runUntil(end);
  return { requests: inOrder(phone.requests), failures: inOrder(phone.failures) };
};
