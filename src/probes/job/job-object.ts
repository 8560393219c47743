import type { Check } from "../../api/check.ts";
import type { JobCheck } from "../../api/checks/job.ts";
import { API_VERSION, type KubeObject, MANAGER, MARK } from "../../api/object.ts";
import { readDuration } from "../../base/duration.ts";
import { digestOf } from "../../base/json.ts";
import type { LookContext } from "../../ports/checks.ts";

export interface JobObject extends KubeObject {
  readonly spec?: unknown;
  readonly status?: {
    readonly active?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** Labels of Job and pod. Not those of a slot: its Service would send requests to the pod. */
export const JOB_LABELS = {
  verification: "bascule.dev/verification-uid",
  check: "bascule.dev/check",
} as const;

const NAME_HEAD = 40;

/** The same for every look of a check in a Verification, so that creating it again finds the first one. */
export function jobNameOf({ verification, check }: Pick<LookContext, "verification" | "check">): string {
  const digest = digestOf([verification.uid, check.name]).slice("sha256:".length, "sha256:".length + 10);
  const head = check.name.slice(0, NAME_HEAD).replace(/-+$/, "");
  return `vsr-${head}-${digest}`;
}

export interface JobInput {
  readonly context: LookContext;
  readonly job: JobCheck;
  readonly image: string;
  /** Base URL of the candidate's slot. */
  readonly targetUrl: string;
}

/** A Job that runs its pod once, fits the restricted Pod Security level and goes with its Verification. */
export function renderJob(input: JobInput): JobObject {
  const { context, job } = input;
  const labels = {
    [MARK.managedBy]: MANAGER,
    [JOB_LABELS.verification]: context.verification.uid,
    [JOB_LABELS.check]: labelValue(context.check),
  };
  const serviceAccountName = job.serviceAccountName ?? context.target.serviceAccountName;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: jobNameOf(context),
      namespace: context.namespace,
      labels,
      ownerReferences: [
        {
          apiVersion: API_VERSION,
          kind: "Verification",
          ...context.verification,
          controller: true,
          // With true, whoever may not update finalizers of the owner could not create the Job.
          blockOwnerDeletion: false,
        },
      ],
    },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: Math.max(1, Math.ceil(readDuration(job.timeout) / 1_000)),
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [containerOf(input)],
        },
      },
    },
  };
}

export const CONTAINER = "check";

function containerOf({ context, job, image, targetUrl }: JobInput): unknown {
  const always = {
    BASCULE_TARGET: targetUrl,
    BASCULE_RELEASE: context.release ?? "",
    BASCULE_VERSION: context.target.version ?? "",
  };
  return {
    name: CONTAINER,
    image,
    ...(job.command === undefined ? {} : { command: job.command }),
    ...(job.args === undefined ? {} : { args: job.args }),
    env: Object.entries({ ...job.env, ...always }).map(([name, value]) => ({ name, value })),
    ...(job.envFrom === undefined ? {} : { envFrom: job.envFrom }),
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      capabilities: { drop: ["ALL"] },
    },
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

const labelValue = (check: Check): string => check.name.slice(0, 63).replace(/-+$/, "");
