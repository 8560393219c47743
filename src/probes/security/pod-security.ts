import { violationsOf } from "../../core/gate/pod-security/index.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import type { CandidateCluster } from "../candidate-cluster.ts";
import { candidatePods } from "../candidate-pods.ts";
import { examinationLook, wrongKind } from "../examination.ts";

/** Security check: the candidate's pods as they are meet a level of the Pod Security Standards. */
export class PodSecurityChecker implements Checker {
  readonly kind = "podSecurity";
  readonly #cluster: CandidateCluster;

  constructor(cluster: CandidateCluster) {
    this.#cluster = cluster;
  }

  async look(context: LookContext): Promise<Look> {
    const { podSecurity } = context.check;
    if (podSecurity === undefined) return wrongKind(this.kind);
    const found = await candidatePods(this.#cluster, context);
    if (!found.ok) return found.error;
    const { level, except = [] } = podSecurity;
    const { pods } = found.value;
    const findings = pods.flatMap((pod) =>
      violationsOf(pod, level)
        .filter(({ control }) => !except.includes(control))
        .map(({ control, problem }) => ({
          reason: "PodSecurityViolated",
          told: `${control}: ${problem}`,
          pod: pod.metadata.name,
        })),
    );
    return examinationLook({
      findings,
      examined: pods.length,
      threshold: thresholdOf(level, except),
      good: { reason: "PodSecurityMet", message: `${pods.length} pods meet the level ${level}` },
    });
  }
}

const thresholdOf = (level: string, except: readonly string[]): string =>
  `Pod Security level ${level}${except.length === 0 ? "" : `, except ${except.join(", ")}`}`;
