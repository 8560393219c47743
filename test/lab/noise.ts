import type { Objects } from "./objects.ts";
import { PARENTS } from "./shop.ts";

export interface NoiseFigures {
  readonly plans: number;
  readonly releases: number;
  readonly verifications: number;
  readonly edits: number;
}

/** So many of each are made, as fast as the API server takes them; after that they are edited, round and round. */
const MOST = 150;
/** Of those plans some have releases that are applied; those of the others wait for a template that is nowhere. */
const EACH_APPLIED = 10;
const AT_ONCE = 4;

/** A tenant that makes plans, releases and Verifications without end, in a namespace with an account for stacks. */
export class Noise {
  readonly #objects: Objects;
  readonly #namespace: string;
  readonly #counts = { plans: 0, releases: 0, verifications: 0, edits: 0 };
  #stopped = false;
  #done: Promise<unknown> = Promise.resolve();

  constructor(objects: Objects, namespace: string) {
    this.#objects = objects;
    this.#namespace = namespace;
  }

  get figures(): NoiseFigures {
    return { ...this.#counts };
  }

  start(): void {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (!this.#stopped) {
        const n = next;
        next += 1;
        await this.#make(n % MOST, n >= MOST);
      }
    };
    this.#done = Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** Ends it. @throws what went wrong while it made noise */
  async stop(): Promise<NoiseFigures> {
    this.#stopped = true;
    await this.#done;
    return this.figures;
  }

  async #make(n: number, again: boolean): Promise<void> {
    await this.#objects.apply(this.#plan(n, again ? `${this.#counts.edits}s` : "0s"));
    if (again) {
      this.#counts.edits += 1;
      return;
    }
    await this.#objects.create(this.#release(n));
    await this.#objects.create(this.#verification(n));
    this.#counts.plans += 1;
    this.#counts.releases += 1;
    this.#counts.verifications += 1;
  }

  #plan(n: number, hold: string) {
    const missing = { name: "none", templateRef: { name: "not-there" } };
    return {
      apiVersion: "bascule.dev/v1alpha1",
      kind: "ReleasePlan",
      metadata: { name: `noise-${n}`, namespace: this.#namespace },
      spec: {
        stack: { program: { name: "web-service" }, values: { port: 8080 } },
        capacity: { replicas: 1 },
        traffic: { create: { hostnames: [`noise-${n}.example`], parentRefs: PARENTS } },
        strategy: { canary: { steps: [{ weight: 50, hold }] } },
        verification: n % EACH_APPLIED === 0 ? [] : [missing],
      },
    };
  }

  #release(n: number) {
    return {
      apiVersion: "bascule.dev/v1alpha1",
      kind: "Release",
      metadata: { name: `noise-${n}`, namespace: this.#namespace },
      // Of an image that no node has: its pods are never ready, and its release goes on for long.
      spec: { planRef: { name: `noise-${n}` }, package: { version: "v1", image: "localhost/noise:v1" } },
    };
  }

  /** A check that looks as often as it may, at a Service that is not there. */
  #verification(n: number) {
    return {
      apiVersion: "bascule.dev/v1alpha1",
      kind: "Verification",
      metadata: { name: `noise-${n}`, namespace: this.#namespace },
      spec: {
        target: { service: "nowhere", plan: "noise-0" },
        checks: [{ name: "health", http: { path: "/", interval: "100ms" } }],
      },
    };
  }
}
