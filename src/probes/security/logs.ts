import type { LogsCheck } from "../../api/checks/logs.ts";
import { LINE_MISSING } from "../../core/gate/kinds/logs.ts";
import { maskSecrets } from "../../core/gate/mask.ts";
import { containersOf, type Pod, statusOf } from "../../core/gate/pods/pod.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import type { CandidateCluster } from "../candidate-cluster.ts";
import { candidatePods, readFailureLook } from "../candidate-pods.ts";
import { wrongKind } from "../examination.ts";
import { unreadable } from "../look-failure.ts";
import type { LogCluster } from "./log-cluster.ts";
import { examineLines, type LineFinding } from "./log-patterns.ts";
import { cursorAt, type LogCursor, type LogSource, readLog } from "./log-reader.ts";

/** What is known of a check's logs between its looks. A controller that starts anew reads from the start again. */
interface LogState {
  readonly cursors: Map<string, LogCursor>;
  /** Expressions of `expect` that a line has matched. */
  readonly seen: Set<string>;
  lines: number;
  /** A container of which lines were lost. */
  lost?: string;
}

const MOST_CONTAINERS = 200;
const LONGEST_LINE = 300;

/** Security check: what the candidate's pods log. Everything since the start of the evidence is read once. */
export class LogsChecker implements Checker {
  readonly kind = "logs";
  readonly #candidate: CandidateCluster;
  readonly #logs: LogCluster;
  readonly #states = new Map<string, LogState>();

  constructor(candidate: CandidateCluster, logs: LogCluster) {
    this.#candidate = candidate;
    this.#logs = logs;
  }

  async look(context: LookContext): Promise<Look> {
    const { logs: check } = context.check;
    if (check === undefined) return wrongKind(this.kind);
    const found = await candidatePods(this.#candidate, context);
    if (!found.ok) return found.error;
    const sources = found.value.pods.flatMap((pod) => sourcesOf(pod, context.namespace, check));
    if (sources.length === 0)
      return { kind: "nothing", reason: "NotStarted", message: "no container of the pods has started yet" };
    if (sources.length > MOST_CONTAINERS)
      return unreadable(
        "TooManyLogs",
        `${sources.length} containers; at most ${MOST_CONTAINERS} are read, name fewer in logs.containers`,
      );
    const state = this.#stateOf(context);
    let behind: LogSource | undefined;
    for (const source of sources) {
      const key = `${source.pod}/${source.container}`;
      const cursor = state.cursors.get(key) ?? cursorAt(context.from);
      state.cursors.set(key, cursor);
      const read = await readLog(this.#logs, source, cursor, context.signal);
      if (!read.ok) {
        // A pod that has gone meanwhile is no candidate's any more.
        if (read.error.kind === "notFound") continue;
        return readFailureLook(`the log of pod ${source.pod}`, read.error);
      }
      const { lines, lost } = read.value;
      if (read.value.behind) behind = source;
      if (lost) state.lost = key;
      state.lines += lines.length;
      const examined = await examineLines(lines, check, state.seen);
      context.signal.throwIfAborted();
      if (examined.kind === "tooSlow")
        return unreadable(
          "PatternTooSlow",
          `${examined.pattern} could not be matched within 100 ms; write a simpler expression`,
        );
      if (examined.finding !== undefined) return findingLook(examined.finding, source, state);
    }
    return standing(check, state, sources, behind);
  }

  /** Forgets what was read for the check. */
  async finish(context: LookContext): Promise<void> {
    this.#states.delete(keyOf(context));
  }

  #stateOf(context: LookContext): LogState {
    const key = keyOf(context);
    const state = this.#states.get(key) ?? { cursors: new Map(), seen: new Set(), lines: 0 };
    this.#states.set(key, state);
    return state;
  }
}

const keyOf = ({ verification, check, from }: LookContext): string =>
  `${verification.uid}/${check.name}/${from}`;

/** Containers that have written a log: those that started once. */
const sourcesOf = (pod: Pod, namespace: string, { containers }: LogsCheck): readonly LogSource[] =>
  containersOf(pod).flatMap(({ name }) => {
    const status = statusOf(pod, name);
    const restarts = status?.restartCount ?? 0;
    const started = status !== undefined && (status.state?.waiting === undefined || restarts > 0);
    if (!started || (containers !== undefined && !containers.includes(name))) return [];
    return [{ namespace, pod: pod.metadata.name, container: name, restarts }];
  });

function findingLook(
  { reason, line }: LineFinding,
  { pod, container }: LogSource,
  { lines }: LogState,
): Look {
  const told = maskSecrets(line).slice(0, LONGEST_LINE);
  return {
    kind: "outcome",
    state: "failed",
    reason,
    message: `pod ${pod}, container ${container}: ${told}`,
    sampleSize: lines,
    evidence: told,
  };
}

/** How it stands while nothing forbidden was seen. */
function standing(
  { expect = [] }: LogsCheck,
  { seen, lines, lost }: LogState,
  sources: readonly LogSource[],
  behind: LogSource | undefined,
): Look {
  if (lost !== undefined)
    return unreadable(
      "LogTooLarge",
      `${lost} logs more in a second than can be read; some lines were not seen`,
    );
  const base = { kind: "outcome", sampleSize: lines } as const;
  if (behind !== undefined)
    return {
      ...base,
      state: "running",
      reason: "LogBehind",
      message: `the log of pod ${behind.pod} is not read to its end`,
    };
  const missing = expect.filter((pattern) => !seen.has(pattern));
  if (missing.length > 0)
    return {
      ...base,
      state: "running",
      reason: LINE_MISSING,
      message: `no line matches ${missing.join(", ").slice(0, 500)} so far`,
    };
  return {
    ...base,
    state: "passed",
    reason: "LogsAsExpected",
    message: `${lines} lines of ${sources.length} containers hold what they have to, and nothing that they must not`,
  };
}
