import { err, ok, type Result } from "../../base/result.ts";
import { maskSecrets } from "../../core/gate/mask.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import { unreadable } from "../look-failure.ts";
import type { ResolveService } from "../service-address.ts";
import type { ClusterFailure, JobCluster, PodObject } from "./job-cluster.ts";
import { type JobObject, jobNameOf, renderJob } from "./job-object.ts";

const LONGEST_LOG = 4_000;
const SECRET_NAME = /pass|secret|token|key|credential|auth/i;

/**
 * A Kubernetes Job that has to succeed once. The Job's name follows from Verification and check, so asking
 * again, also after a crash, finds the one that was made. It is removed when the Verification ends.
 */
export class JobChecker implements Checker {
  readonly kind = "job";
  readonly #cluster: JobCluster;
  readonly #resolveService: ResolveService;

  constructor(cluster: JobCluster, resolveService: ResolveService) {
    this.#cluster = cluster;
    this.#resolveService = resolveService;
  }

  async look(context: LookContext): Promise<Look> {
    context.signal.throwIfAborted();
    const found = await this.#ensure(context);
    context.signal.throwIfAborted();
    if (!found.ok) return found.error;
    const job = found.value;
    if (!job.metadata.ownerReferences?.some(({ uid }) => uid === context.verification.uid))
      return unreadable("NameTaken", `a Job ${job.metadata.name} of somebody else is in the way; delete it`);
    const end = endOf(job);
    const pods = await this.#podsOf(context);
    if (end === undefined) return outcome("running", "JobRunning", runningMessage(pods));
    const evidence = await this.#evidenceOf(context, pods);
    context.signal.throwIfAborted();
    const exit = exitCodeOf(pods);
    const message = `${end.message}${exit === undefined ? "" : `; exit code ${exit}`}`;
    return {
      ...outcome(end.state, end.state === "passed" ? "JobSucceeded" : "JobFailed", message),
      ...(evidence === "" ? {} : { evidence }),
    };
  }

  async finish(context: LookContext): Promise<void> {
    const ref = { namespace: context.namespace, name: jobNameOf(context) };
    const found = await this.#cluster.get(ref, context.signal);
    if (!found.ok) {
      if (found.error.kind === "notFound") return;
      throw new JobCleanupError(ref.name, found.error);
    }
    const { uid, ownerReferences } = found.value.metadata;
    if (uid === undefined || !ownerReferences?.some((owner) => owner.uid === context.verification.uid))
      return;
    const gone = await this.#cluster.remove({ ...ref, uid }, context.signal);
    if (!gone.ok) throw new JobCleanupError(ref.name, gone.error);
  }

  /** The Job as it stands; made when there is none. */
  async #ensure(context: LookContext): Promise<Result<JobObject, Look>> {
    const ref = { namespace: context.namespace, name: jobNameOf(context) };
    const found = await this.#cluster.get(ref, context.signal);
    if (found.ok) return found;
    if (found.error.kind !== "notFound") return err(clusterLook(found.error));
    const rendered = this.#render(context);
    if (!rendered.ok) return rendered;
    const made = await this.#cluster.create(rendered.value, context.signal);
    if (made.ok) return made;
    if (made.error.kind !== "alreadyExists") return err(clusterLook(made.error));
    const other = await this.#cluster.get(ref, context.signal);
    return other.ok ? other : err(clusterLook(other.error));
  }

  #render(context: LookContext): Result<JobObject, Look> {
    const { job } = context.check;
    if (job === undefined) return err(unreadable("WrongKind", "the check is no job check"));
    const image = job.image ?? context.target.image;
    if (image === undefined)
      return err(
        unreadable("NoImage", "no image is known; give job.image, or spec.target.image of the Verification"),
      );
    const { service } = context.target;
    const port = this.#resolveService(context.namespace, service)?.ports[0];
    if (port === undefined)
      return err(unreadable("NoService", `Service ${service} is not there, or has no port`));
    const targetUrl = `http://${service}.${context.namespace}.svc:${port}`;
    return ok(renderJob({ context, job, image, targetUrl }));
  }

  async #podsOf(context: LookContext): Promise<readonly PodObject[]> {
    const pods = await this.#cluster.pods(
      { namespace: context.namespace, name: jobNameOf(context) },
      context.signal,
    );
    return pods.ok ? pods.value : [];
  }

  /** Tail of the log; its loss does not change the verdict. */
  async #evidenceOf(context: LookContext, pods: readonly PodObject[]): Promise<string> {
    const [pod] = pods;
    if (pod === undefined) return "";
    const ref = { namespace: context.namespace, name: pod.metadata.name };
    const log = await this.#cluster.log(ref, context.signal);
    if (!log.ok) return `the log could not be read (${log.error.kind})`;
    const secrets = Object.entries(context.check.job?.env ?? {}).flatMap(([name, value]) =>
      SECRET_NAME.test(name) ? [value] : [],
    );
    return maskSecrets(log.value, secrets).trimEnd().slice(-LONGEST_LOG);
  }
}

/** A Job could not be removed; it goes with its Verification at the latest. */
export class JobCleanupError extends Error {
  override readonly name = "JobCleanupError";
  readonly kind = "cleanup";
  readonly retry = "soon";

  constructor(job: string, cause: ClusterFailure) {
    super(`the Job ${job} could not be removed: ${cause.kind}`, { cause });
  }
}

const outcome = (state: "running" | "passed" | "failed", reason: string, message: string): Look => ({
  kind: "outcome",
  state,
  reason,
  message,
});

const clusterLook = ({ kind, message }: ClusterFailure): Look =>
  kind === "forbidden" || kind === "invalid"
    ? unreadable("JobRefused", `the Job was refused: ${maskSecrets(message).slice(0, 500)}`)
    : unreadable("ClusterUnreadable", `the API server did not answer as wanted (${kind})`);

function endOf(
  job: JobObject,
): { readonly state: "passed" | "failed"; readonly message: string } | undefined {
  for (const { type, status, reason, message } of job.status?.conditions ?? []) {
    if (status !== "True") continue;
    if (type === "Complete") return { state: "passed", message: "the Job succeeded" };
    // FailureTarget comes first: the Job has failed, and its pod is given time to end.
    if (type === "Failed" || type === "FailureTarget") {
      const why =
        reason === "DeadlineExceeded" ? "it ran longer than its timeout" : (message ?? reason ?? "no reason");
      return { state: "failed", message: `the Job failed: ${why.slice(0, 500)}` };
    }
  }
  return undefined;
}

/** A pod that can't start is told while it waits; the Job's timeout ends it. */
function runningMessage(pods: readonly PodObject[]): string {
  const waiting = pods
    .flatMap((pod) => pod.status?.containerStatuses ?? [])
    .find(({ state }) => state?.waiting)?.state?.waiting;
  if (waiting === undefined || waiting.reason === "ContainerCreating") return "the Job is running";
  return `the Job's pod waits: ${waiting.reason ?? "unknown"}: ${(waiting.message ?? "").slice(0, 300)}`;
}

const exitCodeOf = (pods: readonly PodObject[]): number | undefined =>
  pods.flatMap((pod) => pod.status?.containerStatuses ?? []).find(({ state }) => state?.terminated)?.state
    ?.terminated?.exitCode;
