import type { Release } from "../../api/release.ts";
import { between, readInstant } from "../../base/instant.ts";
import { journalIsWhole } from "../../core/plan/journal.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findRelease } from "../find-object.ts";
import { printObject } from "../print-object.ts";
import { paintWith } from "../view/paint.ts";
import { renderTable } from "../view/table.ts";
import { renderSpan } from "../view/time.ts";

/** Prints a release's journal and checks its chain of hashes; a broken one is exit code 1. */
export function journal(context: CommandContext, name: string): Promise<ExitCode> {
  return withCluster(context, async (cluster) => {
    const release = await findRelease(cluster, name);
    const kept = release.status?.journal ?? { head: "", count: 0, entries: [] };
    const whole = journalIsWhole(kept);
    const { output = "table" } = context.options;
    if (output === "table") printTable(context, release);
    else await printObject(context.terminal, output, { release: name, whole, ...kept });
    if (whole) return EXIT.ok;
    context.terminal.err(
      `bascule: the journal of release ${name} is broken: a hash does not fit its entry or the entry before; it was changed by somebody else than the controller`,
    );
    return EXIT.error;
  });
}

function printTable({ terminal }: CommandContext, release: Release): void {
  const kept = release.status?.journal;
  if (kept === undefined || kept.entries.length === 0) {
    terminal.out(`release ${release.metadata.name} has no journal yet`);
    return;
  }
  const paint = paintWith(terminal.colour);
  const start = readInstant(release.status?.startedAt ?? kept.entries[0]?.at ?? "");
  const rows = kept.entries.map((e) => {
    const at = readInstant(e.at);
    const elapsed = at === undefined || start === undefined ? "" : `+${renderSpan(between(start, at))}`;
    return [e.at, elapsed, e.from, e.to, e.reason, e.by ?? "", e.message ?? ""];
  });
  for (const line of renderTable(["AT", "ELAPSED", "FROM", "TO", "REASON", "BY", "MESSAGE"], rows))
    terminal.out(line);
  const older = kept.count - kept.entries.length;
  const cut = older === 0 ? "" : `, ${older} older ones are not kept in the object`;
  terminal.out(paint.faint(`${kept.entries.length} entries${cut}; head ${kept.head}`));
}
