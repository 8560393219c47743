import type { Release } from "../../../api/release.ts";
import type { ReleasePlan, ReleasePlanStatus } from "../../../api/release-plan.ts";
import { seconds } from "../../../base/duration.ts";
import { plus, readInstant } from "../../../base/instant.ts";
import { digestOf } from "../../../base/json.ts";
import { portProblem } from "../../traffic/former-service.ts";
import { finishedService } from "../entries.ts";
import { mergedValues, packageDigest } from "../freeze.ts";
import { isBeingDeleted } from "../guard-plan.ts";
import { resolveLive } from "../live.ts";
import { isSlot } from "../names.ts";
import { sharedDigest } from "../shared/request.ts";
import type { ProgramInfo } from "../stack.ts";
import { fail, type Gate, OPEN, wait } from "./gate.ts";

/** Pause between two looks at a program that nobody could read in time. */
const PROGRAM_PAUSE = seconds(10);

/** Short hash under which a release name is remembered after its object is gone. */
export const nameHash = (name: string): string => digestOf(name).slice(7, 19);

/** A release name runs once: a re-created object does nothing. */
const ranBefore: Gate = {
  name: "RanBefore",
  ask({ planStatus, release }) {
    if (!planStatus.ranNames?.includes(nameHash(release.metadata.name))) return OPEN;
    const message = `a release named ${release.metadata.name} already ran for this plan; use another name`;
    return { kind: "end", phase: "Cancelled", reason: "AlreadyRun", message };
  },
};

const aborted: Gate = {
  name: "Aborted",
  ask({ release }) {
    const abort = release.spec.control?.abort;
    if (abort === undefined) return OPEN;
    return {
      kind: "end",
      phase: "Cancelled",
      reason: "Aborted",
      message: `aborted by ${abort.by}: ${abort.reason}`,
    };
  },
};

const deleted: Gate = {
  name: "Deleted",
  ask({ release, observed }) {
    const end = { kind: "end", phase: "Cancelled" } as const;
    if (release.metadata.deletionTimestamp !== undefined) {
      return { ...end, reason: "Deleted", message: "deleted before it started" };
    }
    if (!isBeingDeleted(observed.plan)) return OPEN;
    const message = `plan ${observed.plan.metadata.name} was deleted before it started`;
    return { ...end, reason: "PlanDeleted", message };
  },
};

const planReadable: Gate = {
  name: "PlanReadable",
  ask: ({ observed }) =>
    observed.planProblem === undefined
      ? OPEN
      : wait("PlanInvalid", `the plan can't be used: ${observed.planProblem}`),
};

const paused: Gate = {
  name: "Paused",
  ask({ release }) {
    const pause = release.spec.control?.pause;
    if (pause?.state !== true) return OPEN;
    return {
      kind: "wait",
      reason: "Paused",
      message: `paused by ${pause.by}: ${pause.reason}`,
      deadline: false,
      person: true,
    };
  },
};

const scheduled: Gate = {
  name: "Scheduled",
  ask({ release, now }) {
    const { notBefore, notAfter } = release.spec.schedule ?? {};
    const opens = readInstant(notBefore ?? "");
    if (opens !== undefined && now < opens) {
      const message = `schedule.notBefore is ${notBefore}`;
      return { kind: "wait", reason: "NotBefore", message, deadline: false, wakeAt: opens };
    }
    const closes = readInstant(notAfter ?? "");
    if (closes !== undefined && now > closes) {
      return fail("NotAfter", `schedule.notAfter (${notAfter}) has passed; create another release`);
    }
    return OPEN;
  },
};

const checksResolved: Gate = {
  name: "ChecksResolved",
  ask({ observed: { checks } }) {
    if (checks.ok) return OPEN;
    return checks.kind === "missing"
      ? wait("MissingReference", checks.message)
      : wait("ChecksInvalid", checks.message);
  },
};

const programUsable: Gate = {
  name: "ProgramUsable",
  ask({ observed, release, now }) {
    const program = observed.programs[release.metadata.name];
    if (program === undefined) return wait("ReadingProgram", "reading the stack program");
    if (program.ok) return OPEN;
    if (program.retry !== true) return fail("StackInvalid", `spec.stack: ${program.message}`);
    const message = `reading the stack program: ${program.message}; it is tried again`;
    return { ...wait("ReadingProgram", message), wakeAt: plus(now, PROGRAM_PAUSE) };
  },
};

const routesAdoptable: Gate = {
  name: "RoutesAdoptable",
  ask({ observed }) {
    const refused = observed.adoption.find((a) => !a.ok);
    return refused === undefined || refused.ok ? OPEN : wait(refused.reason, refused.message);
  },
};

const oneAdoptedService: Gate = {
  name: "OneAdoptedService",
  ask({ observed, planStatus }) {
    if (planStatus.liveSlot !== undefined && planStatus.liveSlot !== "adopted") return OPEN;
    const names = new Set(
      observed.adoption.flatMap((a) => (a.ok && a.service ? [`${a.service.service}:${a.service.port}`] : [])),
    );
    if (names.size <= 1) return OPEN;
    return wait(
      "SeveralServices",
      `traffic.routes point to several Services (${[...names].join(", ")}); make them agree`,
    );
  },
};

const nobodyElse: Gate = {
  name: "NobodyElseSelects",
  ask: ({ observed }) =>
    observed.intruders.length === 0
      ? OPEN
      : wait(
          "ForeignSelector",
          `${observed.intruders.join(", ")} would select the slot's pods; narrow that selector before a release`,
        ),
};

/** A former Service that has become the entry keeps its ports, so every release has to serve them. */
const entryPortsServed: Gate = {
  name: "EntryPortsServed",
  ask({ observed, planStatus, release }) {
    const program = observed.programs[release.metadata.name];
    const { former } = observed;
    if (former?.slot === undefined || finishedService(planStatus) !== former.service || program?.ok !== true)
      return OPEN;
    const { ports } = program;
    const pods = { numbers: ports.map((p) => p.port), names: ports.map((p) => p.name) };
    const problem = portProblem(former, pods);
    return problem === undefined ? OPEN : wait(problem.reason, problem.message);
  },
};

const liveKnown: Gate = {
  name: "LiveSideKnown",
  ask({ observed, planStatus }) {
    const answer = resolveLive(observed, planStatus);
    return answer.known || answer.reason === "New" ? OPEN : wait(answer.reason, answer.message);
  },
};

/** Nothing starts on traffic objects that are not as they were left. */
const houseInOrder: Gate = {
  name: "HouseInOrder",
  ask({ house }) {
    if (house?.contested !== undefined) return wait("RouteContested", house.contested);
    return house?.untidy === undefined ? OPEN : wait("PuttingRight", house.untidy);
  },
};

/** A release that was taken back may have changed what the slots share: the former package then puts that in order. */
function sharedStands(
  plan: ReleasePlan,
  { shared }: ReleasePlanStatus,
  release: Release,
  program: ProgramInfo & { readonly ok: true },
): boolean {
  if (program.shared !== true) return true;
  const { name, digest } = program;
  const values = { ...mergedValues(plan, release) };
  return shared?.digest === sharedDigest({ program: name, programDigest: digest, values });
}

/** A release of what is live is a no-op that says so. */
const somethingToDo: Gate = {
  name: "SomethingToDo",
  ask({ observed, planStatus, release }) {
    const live = planStatus.liveSlot;
    const program = observed.programs[release.metadata.name];
    if (!isSlot(live) || program?.ok !== true || planStatus.activeRelease !== undefined) return OPEN;
    const occupant = planStatus.slots?.[live];
    const same =
      occupant?.packageDigest === packageDigest(observed.plan, release) &&
      occupant.programDigest === program.digest &&
      sharedStands(observed.plan, planStatus, release, program);
    if (!same) return OPEN;
    const message = `${release.spec.package.version} is live already on ${live}: package, values and program are the same`;
    return { kind: "end", phase: "Completed", reason: "NothingToDo", message };
  },
};

/** The gates in the order in which they are asked; the first that is not open speaks. */
export const GATES: readonly Gate[] = [
  deleted,
  aborted,
  ranBefore,
  planReadable,
  paused,
  scheduled,
  checksResolved,
  programUsable,
  routesAdoptable,
  liveKnown,
  oneAdoptedService,
  nobodyElse,
  entryPortsServed,
  somethingToDo,
  houseInOrder,
];
