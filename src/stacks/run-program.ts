/** Runs a task's program inside of the engine's call, with the guard between both. */
import { Provider } from "@pulumi/kubernetes";
import { registerStackTransformation } from "@pulumi/pulumi/runtime/index.js";
import type { SlotInput as SlotTask } from "../ports/stacks.ts";
import type { SharedInput, SlotInput, SlotResult, StackProgram } from "./contract.ts";
import { makeEntry } from "./entry.ts";
import { StackFailure } from "./errors.ts";
import { Guard, type GuardOptions } from "./guard.ts";
import type { ObjectId } from "./live-objects.ts";
import { readValues } from "./load-program.ts";
import type { Job } from "./messages.ts";
import { LABEL, managerOf, ownerLabels, selectorLabels } from "./names.ts";

/** Constant, so that another address or credential of the cluster never replaces the provider and all its objects. */
const CLUSTER = "bascule";

/** Labels of everything that a job makes. */
export function labelsOf(job: Job): Readonly<Record<string, string>> {
  const { task, part } = job;
  return {
    ...ownerLabels(task.input.plan, part),
    [LABEL.partOf]: task.input.plan,
    ...(task.kind === "slot" ? { [LABEL.release]: task.input.release } : {}),
  };
}

export interface ProgramRun {
  /** What a shared part told the slots. */
  readonly outputs: unknown;
  readonly made: readonly ObjectId[];
  /** Those that were not there before. */
  readonly absent: readonly ObjectId[];
}

/**
 * Makes all objects of the task, then lets them go to the engine together.
 * @throws StackFailure, with nothing written, for values or objects that are refused
 */
export async function runProgram(
  job: Job,
  program: StackProgram | undefined,
  live: GuardOptions["live"],
): Promise<ProgramRun> {
  const { task } = job;
  const guard = new Guard({
    namespace: task.input.namespace,
    owner: ownerLabels(task.input.plan, job.part),
    labels: labelsOf(job),
    podLabels: task.kind === "entry" ? {} : labelsOf(job),
    outlivesReleases: task.kind === "shared",
    manager: managerOf(job.part),
    clusterScoped: job.clusterScoped,
    live,
  });
  registerStackTransformation(guard.transform);
  const provider = new Provider("cluster", {
    clusterIdentifier: CLUSTER,
    namespace: task.input.namespace,
    enableServerSideApply: true,
  });
  try {
    const { workloads, outputs } = makeTask(job, program, provider);
    await guard.check();
    if (task.kind === "slot") checkWorkloads(workloads, guard, task.source?.name ?? "");
    guard.open();
    return { outputs, made: guard.made, absent: guard.absent };
  } catch (error) {
    guard.refuse();
    throw error;
  }
}

interface Made {
  readonly workloads?: SlotResult;
  readonly outputs?: unknown;
}

function makeTask(job: Job, program: StackProgram | undefined, provider: Provider): Made {
  const { task } = job;
  if (task.kind === "entry") {
    makeEntry(task.input, provider);
    return {};
  }
  if (!program) throw new StackFailure("bug", `no program for ${task.kind}`);
  const values = readValues(program, task.input.values);
  const { namespace, plan } = task.input;
  const selector = selectorLabels(plan, job.part);
  const common = { namespace, plan, labels: labelsOf(job), selector, provider };
  try {
    if (task.kind === "slot") return { workloads: program.slot(slotInput(common, task.input), values) };
    if (!program.shared) throw new Error("has no shared part");
    return { outputs: program.shared(common, values) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new StackFailure("invalid", `program ${program.name}: ${message.slice(0, 500)}`);
  }
}

function slotInput(common: SharedInput, task: SlotTask): SlotInput {
  const { slot, release, version, images, shared = {} } = task;
  return {
    ...common,
    release,
    version,
    images,
    shared,
    slot,
    name: `${common.plan}-${slot}`,
    podLabels: common.labels,
  };
}

/** A workload that the program names but does not make would never become ready. */
function checkWorkloads(result: SlotResult | undefined, guard: Guard, program: string): void {
  const refuse = (what: string): StackFailure =>
    new StackFailure("invalid", `program ${program}: slot returned ${what}`);
  if (!Array.isArray(result?.workloads) || result.workloads.length === 0)
    throw refuse("no workloads; return those that take the traffic");
  for (const { kind, name } of result.workloads)
    if (!guard.made.some((id) => id.kind === kind && id.name === name))
      throw refuse(`${kind} ${name} as a workload, but did not make it`);
}
