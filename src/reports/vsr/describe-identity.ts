import type { VsrReport } from "../../core/record/vsr/report.ts";
import type { Block, Cell } from "../blocks.ts";
import { renderTime } from "../figures.ts";
import type { VsrTexts } from "./texts.ts";

/** What was released: the members that are known. */
export function describeIdentity({ release }: VsrReport, texts: VsrTexts): Block {
  const { identity: labels } = texts;
  const time = (text: string | undefined) =>
    text === undefined ? undefined : `${renderTime(text, texts)} UTC`;
  const program = [release.program, release.programDigest].filter((part) => part !== undefined).join(", ");
  const rows: readonly (readonly [string, string | undefined, "code"?])[] = [
    [labels.release, release.name, "code"],
    [labels.plan, release.plan, "code"],
    [labels.namespace, release.namespace, "code"],
    [labels.sequence, release.sequence === undefined ? undefined : String(release.sequence)],
    [labels.version, release.version, "code"],
    ...Object.entries(release.images).map(
      ([container, image]) => [labels.image(container), image, "code"] as const,
    ),
    [labels.packageDigest, release.packageDigest, "code"],
    [labels.program, program, "code"],
    [labels.frozenHash, release.frozenHash, "code"],
    [labels.slot, release.slot, "code"],
    [labels.created, time(release.createdAt)],
    [labels.started, time(release.startedAt)],
    [labels.finished, time(release.finishedAt)],
    [labels.uid, release.uid, "code"],
    ...release.change.map(([name, value]) => [labels.change(name), value] as const),
  ];
  const facts = rows.flatMap(([label, text, code]): readonly (readonly [string, Cell])[] =>
    text === undefined || text === "" ? [] : [[label, { text, ...(code ? { code: true } : {}) }]],
  );
  return { kind: "facts", facts };
}
