import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import type { StackChanges, StackDetail } from "../ports/stacks.ts";
import { boundedText, type FailedObject, isNoise } from "./errors.ts";

type Change = StackDetail["operation"];

/** The engine's operations in the port's words; what is not listed is bookkeeping of a replacement. */
const CHANGE: Readonly<Record<string, Change>> = {
  create: "create",
  import: "create",
  update: "update",
  "create-replacement": "replace",
  delete: "delete",
  same: "same",
};
const MOST_MESSAGES = 200;

/** Collects what an operation did, from the engine's events: the CLI's text says it only to people. */
export class EventLog {
  readonly #steps = new Map<string, { readonly change: Change; readonly metadata: StepEventMetadata }>();
  readonly #failed = new Set<string>();
  readonly #failedUpdates = new Set<string>();
  readonly #messages: { readonly urn: string; readonly text: string }[] = [];
  #isWhole = false;

  /** Takes in one event; to be passed as `onEvent`. */
  readonly take = (event: EngineEvent): void => {
    const done = event.resOutputsEvent?.metadata;
    if (done) this.#step(done);
    if (event.summaryEvent) this.#isWhole = true;
    const failed = event.resOpFailedEvent?.metadata;
    if (failed) this.#failed.add(failed.urn);
    if (failed && CHANGE[failed.op] === "update") this.#failedUpdates.add(objectOf(failed.urn));
    const said = event.diagnosticEvent;
    if (said?.severity !== "error" || this.#messages.length >= MOST_MESSAGES) return;
    const text = plain(boundedText(said.message));
    if (!isNoise(text)) this.#messages.push({ urn: said.urn ?? "", text });
  };

  /** Forgets what a preview showed: what is done after it counts anew. */
  forgetSteps(): void {
    this.#steps.clear();
    this.#isWhole = false;
  }

  /** The engine has told its end, so nothing that it did is missing here. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  get changes(): StackChanges {
    const count = (change: Change): number =>
      [...this.#steps.values()].filter((step) => step.change === change).length;
    return {
      created: count("create"),
      updated: count("update"),
      replaced: count("replace"),
      deleted: count("delete"),
      same: count("same"),
    };
  }

  /** One entry per object, with the paths of fields that differ. Values are left out: they may be secret. */
  get details(): readonly StackDetail[] {
    return [...this.#steps.entries()].map(([urn, { change, metadata }]) => {
      const fields = fieldsOf(metadata);
      return {
        object: objectOf(urn),
        operation: change,
        ...(fields.length > 0 ? { fields } : {}),
      };
    });
  }

  /** Objects that failed with what was said of them; a program's own errors name the stack. */
  get failures(): readonly FailedObject[] {
    const urns = new Set([...this.#failed, ...this.#messages.map((m) => m.urn)]);
    return [...urns].map((urn) => ({
      object: objectOf(urn),
      message: this.#messages
        .filter((m) => m.urn === urn)
        .map((m) => m.text)
        .join("\n"),
    }));
  }

  /** Objects that were there by the state and could not be updated. */
  get failedUpdates(): readonly string[] {
    return [...this.#failedUpdates];
  }

  #step(metadata: StepEventMetadata): void {
    const change = CHANGE[metadata.op];
    if (change === undefined || /^pulumi:/.test(metadata.type)) return;
    // A kept object leaves the state only; it is deleted, and counted, when the slot is applied the next time.
    if (change === "delete" && metadata.old?.retainOnDelete) return;
    const known = this.#steps.get(metadata.urn);
    if (known?.change === "replace" && change === "delete") return;
    this.#steps.set(metadata.urn, { change, metadata });
  }
}

/** `Deployment shop-blue` of `urn:pulumi:…::kubernetes:apps/v1:Deployment::shop-blue`. */
export function objectOf(urn: string): string {
  const parts = urn.split("::");
  const type = parts.at(-2)?.split("$").at(-1) ?? "";
  const kind = type.split(":").at(-1) ?? "";
  return type === "" || type.startsWith("pulumi:") ? "the stack" : `${kind} ${parts.at(-1)}`;
}

const OWN = /patchForce/;
const fieldsOf = (metadata: StepEventMetadata): readonly string[] =>
  metadata.op === "update" || metadata.op === "create-replacement"
    ? Object.keys(metadata.detailedDiff ?? Object.fromEntries((metadata.diffs ?? []).map((d) => [d, 1])))
        .filter((field) => !OWN.test(field))
        .slice(0, 100)
    : [];

/** Without the CLI's colour marks. */
const plain = (text: string): string => text.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
