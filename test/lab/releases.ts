import { type Duration, minutes, seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { type AnyObject, KIND } from "./kinds.ts";
import { LabError } from "./lab-error.ts";
import type { Objects } from "./objects.ts";

/** What shows its log when a wait fails. */
type Logged = { logTail(): string };

/** An entry of a release's journal. */
export interface JournalEntry {
  readonly at: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly message?: string;
  readonly by?: string;
}

const FINISHED: ReadonlySet<string> = new Set([
  "Completed",
  "Reverted",
  "RevertFailed",
  "Failed",
  "Cancelled",
  "Superseded",
]);

/** Releases of one namespace: made, commanded, awaited, read. */
export class Releases {
  readonly #objects: Objects;
  readonly #namespace: string;
  readonly #controller: Logged | undefined;

  /** `controller`: whose log is shown when a wait fails. */
  constructor(objects: Objects, namespace: string, controller?: Logged) {
    this.#objects = objects;
    this.#namespace = namespace;
    this.#controller = controller;
  }

  /** Creates a release of an image. */
  async create(plan: string, name: string, version: string, image: string): Promise<AnyObject> {
    return this.#objects.create({
      apiVersion: "bascule.dev/v1alpha1",
      kind: "Release",
      metadata: { name, namespace: this.#namespace },
      spec: { planRef: { name: plan }, package: { version, image } },
    });
  }

  async get(name: string): Promise<AnyObject> {
    return this.#objects.get(KIND.release, { name, namespace: this.#namespace });
  }

  /** Writes commands; `by` is filled in with the name that the API server knows us by. */
  async command(
    name: string,
    control: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ): Promise<void> {
    const by = await this.#objects.whoAmI();
    const signed = Object.fromEntries(
      Object.entries(control).map(([command, rest]) => [command, { by, ...rest }]),
    );
    await this.#objects.patch(
      KIND.release,
      { name, namespace: this.#namespace },
      { spec: { control: signed } },
    );
  }

  /**
   * Waits until a release is in one of the phases.
   * @throws LabError with status, journal and log, at once when the release has finished in another phase
   */
  async whenPhase(name: string, phases: string | readonly string[], deadline?: Duration): Promise<AnyObject> {
    const wanted = new Set(typeof phases === "string" ? [phases] : phases);
    return this.when(name, [...wanted].join(" or "), ({ phase }) => wanted.has(phase), deadline);
  }

  /** Waits until the status is as wanted. @throws LabError like `whenPhase` */
  async when(
    name: string,
    what: string,
    holds: (status: AnyObject["status"]) => boolean,
    deadline: Duration = minutes(3),
  ): Promise<AnyObject> {
    let last: AnyObject | undefined;
    let ended = false;
    const look = async (): Promise<boolean> => {
      last = await this.get(name);
      const status = last.status ?? {};
      if (holds(status)) return true;
      ended = FINISHED.has(status.phase);
      return ended;
    };
    const title = `release ${name}: ${what}`;
    const explain = (): string => this.#explain(last);
    await waitUntil(title, look, { deadline, every: seconds(0.1), explain });
    if (last === undefined || (ended && !holds(last.status)))
      throw new LabError("timeout", `${title}: it ended as ${last?.status?.phase}\n${this.#explain(last)}`);
    return last;
  }

  /** The journal, oldest entry first. */
  async journal(name: string): Promise<readonly JournalEntry[]> {
    return (await this.get(name)).status?.journal?.entries ?? [];
  }

  #explain(release: AnyObject | undefined): string {
    const { phase, step, weight, verdict, message, hold, journal } = release?.status ?? {};
    const entries: readonly JournalEntry[] = journal?.entries ?? [];
    return [
      `status: ${JSON.stringify({ phase, step, weight, verdict, message, hold })}`,
      ...entries.map((e) => `  ${e.at} ${e.from} → ${e.to}: ${e.reason}: ${e.message ?? ""}`),
      ...(this.#controller === undefined ? [] : ["controller:", this.#controller.logTail()]),
    ].join("\n");
  }
}
