import { minutes, seconds } from "../../../src/base/duration.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import type { ControllerProcess } from "../../lab/controller.ts";
import { addTenant } from "../../lab/install.ts";
import { type AnyObject, KIND } from "../../lab/kinds.ts";
import type { Objects } from "../../lab/objects.ts";
import { Releases } from "../../lab/releases.ts";

/** Steps that a release in progress takes by itself once it was promoted, and how long each is held. */
export const STEPS = 6;
export const HOLD = "10s";

/** Name of a plan of a bench, as long as those of its copies, so that a name is never a part of another. */
export const planName = (n: number): string => `scale-${String(n).padStart(5, "0")}`;

const NAME = planName(0);
export const releaseOf = (plan: string, n: number): string => `${plan}-r${n}`;
/** The step at which releases in progress wait to be promoted. */
export const FIRST_STEP = "weight-5";

/** A plan that was really released, with all that this left in the cluster. */
export class Original {
  readonly namespace: string;
  readonly #objects: Objects;
  readonly #releases: Releases;

  constructor(objects: Objects, namespace: string, controller: ControllerProcess) {
    this.namespace = namespace;
    this.#objects = objects;
    this.#releases = new Releases(objects, namespace, controller);
  }

  /** Makes namespace and plan, and the first release of it. */
  async make(): Promise<void> {
    await addTenant(this.#objects, this.namespace);
    await this.#objects.apply(planObject(this.namespace));
    await this.release(1);
  }

  /** A complete release; the steps that wait for a person are promoted. */
  async release(n: number): Promise<void> {
    await this.#begin(n);
    if (n > 1)
      for (const step of [FIRST_STEP, LAST_STEP]) {
        await this.#heldAt(n, step);
        await this.#releases.command(releaseOf(NAME, n), { promote: { step, reason: "the bench goes on" } });
      }
    await this.#releases.whenPhase(releaseOf(NAME, n), "Completed", minutes(5));
    await this.#whenAtRest();
  }

  async #begin(n: number): Promise<void> {
    await this.#releases.create(NAME, releaseOf(NAME, n), `v${n}`, `localhost/shop:v${n}`);
  }

  /** A release that is judged at its first share of traffic, and stays there. */
  async hold(n: number): Promise<void> {
    await this.#begin(n);
    await this.#heldAt(n, FIRST_STEP);
  }

  async #heldAt(n: number, step: string): Promise<void> {
    const holds = (status: AnyObject["status"]): boolean =>
      status.step === step && status.position?.stage === "verify" && status.verdict === "passed";
    await this.#releases.when(releaseOf(NAME, n), `is held at ${step}`, holds, minutes(5));
  }

  async #whenAtRest(): Promise<void> {
    const rest = async (): Promise<boolean> => {
      const { status } = await this.#objects.get(KIND.plan, { name: NAME, namespace: this.namespace });
      const pods = await this.#objects.list(KIND.pod, this.namespace);
      return status?.activeRelease === undefined && pods.length === 1;
    };
    await waitUntil("only the live slot has a pod", rest, { deadline: minutes(2) });
    // A last write that was not made yet would have to be made for each copy.
    let before = "";
    const settled = async (): Promise<boolean> => {
      const last = before;
      const kinds = [KIND.plan, KIND.release];
      const all = await Promise.all(kinds.map((kind) => this.#objects.list(kind, this.namespace)));
      before = all.flatMap((each) => each.map(({ metadata }) => metadata.resourceVersion)).join();
      return before === last;
    };
    await waitUntil("nothing is written any more", settled, { deadline: minutes(2), every: seconds(3) });
  }
}

/** The step at which they wait again. */
export const LAST_STEP = `weight-${5 * (STEPS + 2)}`;

/** A canary of many small steps between two that wait for a person, judged by a look each second. */
function planObject(namespace: string): AnyObject {
  const steps = Array.from({ length: STEPS + 2 }, (_, i) => ({
    weight: 5 * (i + 1),
    hold: i === 0 || i > STEPS ? "manual" : HOLD,
  }));
  return {
    apiVersion: "bascule.dev/v1alpha1",
    kind: "ReleasePlan",
    metadata: { name: NAME, namespace },
    spec: {
      stack: {
        program: { name: "web-service" },
        values: { port: 8080, drain: "1s", terminationGracePeriod: "2s" },
      },
      capacity: { replicas: 1 },
      traffic: {
        create: { hostnames: [`${NAME}.example`], parentRefs: [{ name: "edge", namespace: "gateways" }] },
      },
      strategy: { canary: { steps } },
      verification: [{ name: "health", http: { path: "/healthz", interval: "1s", successes: 2 } }],
      timing: { settle: "100ms", drain: "1s", observe: "1s", step: "5m", inForce: "5m", wait: "24h" },
    },
  };
}
