import type { ReleaseStatus } from "../../../src/api/release.ts";
import type { ReleasePlanStatus } from "../../../src/api/release-plan.ts";
import type { ReconcilePorts } from "../../../src/controller/pass.ts";
import type { Stacks } from "../../../src/ports/stacks.ts";
import type { Writes } from "../../../src/ports/writes.ts";
import type { Killer } from "./killer.ts";

/** The same ports with a killer between each effect and the world. */
export function killingPorts(ports: ReconcilePorts, killer: Killer): ReconcilePorts {
  const { router, entries, segments } = ports;
  return {
    ...ports,
    stacks: killingStacks(ports.stacks, killer),
    router: instead(router, {
      shift: (write) =>
        killer.around("shift", `${write.target.name} ${JSON.stringify(write.split)}`, () =>
          router.shift(write),
        ),
      revert: (write) =>
        killer.around("revert", `${write.target.name} ${JSON.stringify(write.split)}`, () =>
          router.revert(write),
        ),
    }),
    entries: instead(entries, {
      select: (write) =>
        killer.around("select", `${write.service} ${write.slot}`, () => entries.select(write)),
      takeOver: (write) =>
        killer.around("takeOver", `${write.service} ${write.slot}`, () => entries.takeOver(write)),
    }),
    segments: instead(segments, {
      store: async (segment) => {
        await killer.around("storeSegment", segment.key, async () => {
          await segments.store(segment);
          return { ok: true };
        });
      },
    }),
    writes: killingWrites(ports.writes, killer),
  };
}

/** `before` an operation starts, `during` it, and `after` it has ended but before any pass has heard of that. */
function killingStacks(stacks: Stacks, killer: Killer): Stacks {
  const killAtEnd = new Set<string>();
  const begun = new Map<string, string>();
  stacks.onSettled((key) => {
    const stack = begun.get(key);
    if (stack !== undefined) killer.settled(key, { stack, ok: stacks.outcome(key)?.state === "succeeded" });
    if (killAtEnd.has(key)) killer.kill("stack", key, "after");
  });
  return instead(stacks, {
    ensure(request) {
      if (stacks.outcome(request.key) !== undefined) return stacks.ensure(request);
      const { stack } = request;
      const moment = killer.begin("stack", request.key, { stack });
      begun.set(request.key, stack);
      if (moment === "after") killAtEnd.add(request.key);
      const outcome = stacks.ensure(request);
      // The worker has been given its task, and has not come far.
      if (moment === "during") setTimeout(() => killer.kill("stack", request.key, "during"), 500);
      return outcome;
    },
    cancel(key) {
      const moment = killer.begin("cancelStack", key);
      stacks.cancel(key);
      if (moment !== undefined) killer.kill("cancelStack", key, moment);
    },
  });
}

function killingWrites(writes: Writes, killer: Killer): Writes {
  return instead(writes, {
    planStatus: (read, status) =>
      killer.around("planStatus", `${read.name} ${truthOf(status)}`, () => writes.planStatus(read, status)),
    releaseStatus: (read, status) =>
      killer.around("releaseStatus", `${read.name} ${placeOf(status)}`, () =>
        writes.releaseStatus(read, status),
      ),
    scale: (key, slot, workloads) =>
      killer.around("scale", `${slot} ${workloads.map((w) => w.replicas).join()}`, () =>
        writes.scale(key, slot, workloads),
      ),
    createVerification: (key, verification) =>
      killer.around("verify", verification.name, () => writes.createVerification(key, verification)),
    endChecks: (namespace, name, checks) =>
      killer.around("endChecks", name, () => writes.endChecks(namespace, name, checks)),
    endVerification: (namespace, name) =>
      killer.around("endVerification", name, () => writes.endVerification(namespace, name)),
    createRelease: (key, release) =>
      killer.around("createRelease", release.name, () => writes.createRelease(key, release)),
    deleteRelease: (namespace, name) =>
      killer.around("deleteRelease", name, () => writes.deleteRelease(namespace, name)),
    setFinalizer: (object, finalizer, present) =>
      killer.around("setFinalizer", `${object.kind} ${object.name} ${present}`, () =>
        writes.setFinalizer(object, finalizer, present),
      ),
  });
}

/** Where a release is, and what it has decided to do there: what tells one write of its status from another. */
function placeOf(status: unknown): string {
  const { phase, step, position, hold, intents } = status as Partial<ReleaseStatus>;
  const parts = [phase, step, position?.stage, hold?.reason, namesOf(intents)];
  return parts.filter((part) => part !== undefined).join(" ");
}

/** What a plan's status says of its slots, and how far it is with what it removes or takes over. */
function truthOf(status: unknown): string {
  const { liveSlot, activeRelease, idleSince, slots, removal, restoring, adoption, deletion } =
    status as Partial<ReleasePlanStatus>;
  const retired = [slots?.blue, slots?.green].some((slot) => slot?.retiredAt !== undefined);
  const parts = [
    ...[liveSlot, activeRelease, idleSince && "idle", retired ? "retired" : undefined],
    ...[removal && "removal", namesOf(removal?.intents)],
    ...[restoring && "restoring", restoring?.doneAt && "restored", namesOf(restoring?.intents)],
    ...[adoption && "adoption", adoption?.doneAt && "adopted"],
    ...[
      deletion && "deletion",
      deletion?.handingBack && "handing back",
      deletion?.handedBack && "handed back",
    ],
    ...[deletion?.destroyed?.join(), namesOf(deletion?.intents)],
  ];
  return parts.filter((part) => part !== undefined).join(" ");
}

const namesOf = (intents: readonly { readonly kind: string }[] | undefined): string | undefined =>
  intents === undefined || intents.length === 0
    ? undefined
    : `[${intents
        .map(({ kind }) => kind)
        .sort()
        .join(" ")}]`;

/** An object with some of its methods replaced; the others run on the object itself, private fields included. */
function instead<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(object, name) {
      const replaced = (methods as Record<PropertyKey, unknown>)[name];
      if (replaced !== undefined) return replaced;
      const value: unknown = Reflect.get(object, name, object);
      return typeof value === "function" ? value.bind(object) : value;
    },
  });
}
