import type { ImageCheck } from "../../api/checks/image.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { examineImages, type ImageRequirements, UNKNOWN_YET } from "../../core/gate/image/examine.ts";
import { type GivenSignature, readPublicKey, readSignatures } from "../../core/gate/image/signature.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import type { CandidateCluster } from "../candidate-cluster.ts";
import { candidatePods, readFailureLook } from "../candidate-pods.ts";
import { examinationLook, type Found, wrongKind } from "../examination.ts";
import type { SignatureStore } from "./signature-store.ts";

/** Each is verified with each key at every look. */
const MOST_SIGNATURES = 256;

/** Security check: what the candidate's pods run. Offline: it reads pods and a ConfigMap, and no registry. */
export class ImageChecker implements Checker {
  readonly kind = "image";
  readonly #cluster: CandidateCluster;
  readonly #store: SignatureStore;

  constructor(cluster: CandidateCluster, store: SignatureStore) {
    this.#cluster = cluster;
    this.#store = store;
  }

  async look(context: LookContext): Promise<Look> {
    const { image } = context.check;
    if (image === undefined) return wrongKind(this.kind);
    const found = await candidatePods(this.#cluster, context);
    if (!found.ok) return found.error;
    const requirements = await this.#requirements(image, context);
    context.signal.throwIfAborted();
    if (!requirements.ok) return requirements.error;
    const { pods } = found.value;
    const findings: Found[] = [];
    let waiting: string | undefined;
    for (const pod of pods) {
      const examined = examineImages(pod, requirements.value);
      if (examined === UNKNOWN_YET) waiting ??= pod.metadata.name;
      else findings.push(...examined.map((finding) => ({ ...finding, pod: pod.metadata.name })));
    }
    if (findings.length === 0 && waiting !== undefined) return notRunning(waiting);
    return examinationLook({
      findings,
      examined: pods.length,
      threshold: thresholdOf(image),
      good: {
        reason: "ImagesAsDeclared",
        message: `the images of ${pods.length} pods are as they have to be`,
      },
    });
  }

  async #requirements(
    { byDigest, registries, signedBy }: ImageCheck,
    { namespace, signal }: LookContext,
  ): Promise<Result<ImageRequirements, Look>> {
    const plain = { byDigest, ...(registries === undefined ? {} : { registries }) };
    if (signedBy === undefined) return ok(plain);
    const { publicKeys, configMap } = signedBy;
    const signatures: GivenSignature[] = [...(signedBy.signatures ?? [])];
    if (configMap !== undefined) {
      const texts = await this.#store.texts(namespace, configMap, signal);
      if (!texts.ok)
        return err(
          texts.error.kind === "notFound"
            ? { kind: "unreadable", reason: "NoSignatures", message: `ConfigMap ${configMap} is not there` }
            : readFailureLook(`ConfigMap ${configMap}`, texts.error),
        );
      for (const text of texts.value)
        signatures.push(...readSignatures(text, MOST_SIGNATURES - signatures.length));
    }
    const keys = publicKeys.flatMap((pem) => readPublicKey(pem) ?? []);
    return ok({ ...plain, signed: { keys, signatures } });
  }
}

const notRunning = (pod: string): Look => ({
  kind: "nothing",
  reason: "NotStarted",
  message: `pod ${pod} has not started all its containers, so that their images are not known`,
});

function thresholdOf({ byDigest, registries, signedBy }: ImageCheck): string {
  const wanted = [
    ...(byDigest === "ignore" ? [] : [`by digest (${byDigest})`]),
    ...(registries === undefined ? [] : [`from ${registries.join(", ")}`]),
    ...(signedBy === undefined ? [] : [`signed by one of ${signedBy.publicKeys.length} keys`]),
  ];
  return wanted.join(", ");
}
