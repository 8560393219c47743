import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Instant } from "../../../src/base/instant.ts";
import { stacksIn } from "../../support/pulumi-folder.ts";

/** An operation that Pulumi itself remembers. */
export interface Operation {
  readonly stack: string;
  readonly kind: string;
  readonly result: string;
  /** Resources by what happened to them: `create`, `update`, `same` … */
  readonly changes: Readonly<Record<string, number>>;
  readonly start: number;
}

interface HistoryFile {
  readonly kind: string;
  readonly result: string;
  readonly startTime: number;
  readonly resourceChanges?: Readonly<Record<string, number>>;
}

/** Pulumi's own history of all stacks of a controller, oldest first; its times are in seconds. */
export function historyOf(home: string, from: Instant): readonly Operation[] {
  return stacksIn(home)
    .flatMap((stack) => {
      const folder = join(home, "state", stack, ".pulumi", "history", "bascule", stack);
      if (!existsSync(folder)) return [];
      return readdirSync(folder)
        .filter((file) => file.endsWith(".history.json"))
        .map((file) => {
          const entry = JSON.parse(readFileSync(join(folder, file), "utf8")) as HistoryFile;
          const { kind, result, startTime, resourceChanges = {} } = entry;
          return { stack, kind, result, changes: resourceChanges, start: startTime * 1_000 };
        });
    })
    .filter(({ start }) => start >= Math.floor(from / 1_000) * 1_000)
    .sort((a, b) => a.start - b.start);
}

/** Whether an operation made, changed or removed anything; a repeated one that found all in place did not. */
export const isChanging = ({ kind, changes }: Operation): boolean =>
  kind === "update" && Object.entries(changes).some(([what, n]) => what !== "same" && n > 0);
