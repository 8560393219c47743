import { join } from "node:path";
import { MARK } from "../../api/object.ts";
import type { Release } from "../../api/release.ts";
import type { Verification } from "../../api/verification.ts";
import { seconds } from "../../base/duration.ts";
import { readVsrReport } from "../../core/record/vsr/read-report.ts";
import type { Language, VsrFormat } from "../../ports/reports.ts";
import { CliFailure, usageFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { codeOf } from "../code-of.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findRelease } from "../find-object.ts";
import { readJournal, tellProblems } from "../read-journal.ts";
import { VERIFICATIONS } from "../resource-types.ts";

export interface RecordArguments {
  readonly release: string;
  readonly language: Language;
  readonly formats: readonly VsrFormat[];
  /** A folder, or `-` for standard output. */
  readonly output: string;
}

const DEADLINE = seconds(30);
const SUFFIX: Readonly<Record<VsrFormat, string>> = { markdown: "md", json: "json", html: "html" };

/** Writes the record of a release's verification. Ends with 1, all the same written, when its journal is not whole. */
export function record(context: CommandContext, given: RecordArguments): Promise<ExitCode> {
  const { formats, language, output } = given;
  if (context.options.output !== undefined)
    throw usageFailure("-o of all commands is no option of record; choose a form with --format");
  if (output === "-" && formats.length > 1)
    throw usageFailure("--format all: several files need a folder; name it with --output");
  return withCluster(context, async (cluster) => {
    const { terminal, ports } = context;
    const release = await findRelease(cluster, given.release);
    const [verifications, journal] = await Promise.all([
      verificationsOf(cluster, release),
      readJournal(cluster, release),
    ]);
    const by = `bascule ${ports.version}`;
    const input = { release, verifications, journal: journal.report, now: cluster.now(), by };
    const report = readVsrReport(input);
    const { renderVsr } = await ports.reports();
    for (const format of formats) {
      const text = renderVsr(report, format, language);
      if (output === "-") terminal.out(text.trimEnd());
      else terminal.out(await write(context, output, fileName(given, format), text));
    }
    tellProblems(terminal, given.release, journal.report.problems);
    return report.seal.journalWhole ? EXIT.ok : EXIT.error;
  });
}

const fileName = ({ release, language }: RecordArguments, format: VsrFormat): string =>
  `${release}-vsr.${language}.${SUFFIX[format]}`;

async function write({ ports }: CommandContext, folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  try {
    await ports.writeText(path, text);
    return path;
  } catch (cause) {
    throw new CliFailure(`--output: ${path} can't be written (${codeOf(cause)})`, EXIT.error, cause);
  }
}

/** They live as long as the release. @throws CliFailure when the person may not list them */
async function verificationsOf(cluster: Cluster, release: Release): Promise<readonly Verification[]> {
  const { namespace } = cluster;
  const labelSelector = `${MARK.release}=${release.metadata.name}`;
  const answer = await cluster.client.list(VERIFICATIONS, { namespace, labelSelector, deadline: DEADLINE });
  if (answer.ok) return answer.value.items;
  if (answer.error.kind !== "forbidden") throw answer.error;
  throw new CliFailure(
    `the results are in Verifications, which you may not list in namespace ${namespace}; the role view allows it`,
  );
}
