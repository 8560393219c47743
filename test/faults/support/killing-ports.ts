import type { ReconcilePorts } from "../../../src/controller/pass.ts";
import type { Stacks } from "../../../src/ports/stacks.ts";
import type { Writes } from "../../../src/ports/writes.ts";
import type { Killer } from "./killer.ts";

/** The same ports with a killer between each effect and the world. */
export function killingPorts(ports: ReconcilePorts, killer: Killer): ReconcilePorts {
  const { router, entries } = ports;
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
    }),
    writes: killingWrites(ports.writes, killer),
  };
}

/** `before` an operation starts, `during` it, and `after` it has ended but before any pass has heard of that. */
function killingStacks(stacks: Stacks, killer: Killer): Stacks {
  const killAtEnd = new Set<string>();
  stacks.onSettled((key) => {
    if (killAtEnd.has(key)) killer.kill("stack", key, "after");
  });
  return instead(stacks, {
    ensure(request) {
      if (stacks.outcome(request.key) !== undefined) return stacks.ensure(request);
      const moment = killer.begin("stack", request.key);
      if (moment === "after") killAtEnd.add(request.key);
      const outcome = stacks.ensure(request);
      // The worker has been given its task, and has not come far.
      if (moment === "during") setTimeout(() => killer.kill("stack", request.key, "during"), 500);
      return outcome;
    },
  });
}

function killingWrites(writes: Writes, killer: Killer): Writes {
  return instead(writes, {
    planStatus: (read, status) =>
      killer.around("planStatus", read.name, () => writes.planStatus(read, status)),
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
    setFinalizer: (object, finalizer, present) =>
      killer.around("setFinalizer", `${object.kind} ${object.name} ${present}`, () =>
        writes.setFinalizer(object, finalizer, present),
      ),
  });
}

function placeOf(status: unknown): string {
  const { phase, step, position } = status as {
    readonly phase?: string;
    readonly step?: string;
    readonly position?: { readonly stage: string };
  };
  return [phase, step, position?.stage].filter((part) => part !== undefined).join(" ");
}

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
