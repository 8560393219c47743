import { type Duration, seconds } from "../../base/duration.ts";
import type { StackStateAdmin, StoredStack } from "../../ports/stack-states.ts";
import { usageFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { type CommandContext, withCluster } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { checkName } from "../find-object.ts";
import { printObject } from "../print-object.ts";
import { renderTable } from "../view/table.ts";
import { age } from "../view/time.ts";
import { whoAmI } from "../who-am-i.ts";

export interface StacksArguments {
  readonly systemNamespace: string;
  /** How long a stack's Lease is waited for: longer than one of a process that died lasts. */
  readonly wait?: Duration;
}

const WAIT = seconds(20);
const LARGEST_IMPORT = 64 * 1024 * 1024;
const PARTS = ["blue", "green", "entry", "shared"];

/** Lists what is stored of all stacks. */
export const listStacks = (context: CommandContext, given: StacksArguments): Promise<ExitCode> =>
  withStates(context, given, async (states, cluster) => {
    const stacks = await states.list();
    const { output = "table" } = context.options;
    if (output !== "table") await printObject(context.terminal, output, stacks);
    else if (stacks.length === 0)
      context.terminal.out(`no state of a stack is kept in ${given.systemNamespace}`);
    else {
      const header = ["STACK", "STATE", "GENERATION", "BYTES", "AGE", "FORMER", "DETAIL"];
      const rows = stacks.map((s) => [
        nameOf(s.stack),
        s.state,
        String(s.generation ?? ""),
        String(s.bytes ?? ""),
        age(s.at, cluster.now()),
        s.former.join(","),
        s.detail ?? "",
      ]);
      for (const line of renderTable(header, rows)) context.terminal.out(line);
    }
    return stacks.some(({ state }) => state === "damaged") ? EXIT.error : EXIT.ok;
  });

/** Prints a stack's deployment as `pulumi stack export` does; secrets in it stay encrypted. */
export const exportStack = (
  context: CommandContext,
  given: StacksArguments & { readonly stack: string; readonly generation?: number | undefined },
): Promise<ExitCode> =>
  withStates(context, given, async (states, cluster) => {
    const deployment = await states.export(readStack(given.stack, cluster), given.generation);
    const { output = "json" } = context.options;
    await printObject(context.terminal, output === "table" ? "json" : output, deployment);
    return EXIT.ok;
  });

/** Puts an exported deployment in the place of what is stored. */
export const importStack = (
  context: CommandContext,
  given: StacksArguments & { readonly stack: string; readonly file: string; readonly reason: string },
): Promise<ExitCode> =>
  withStates(context, given, async (states, cluster) => {
    const stack = readStack(given.stack, cluster);
    const text = await context.ports.readText(given.file, LARGEST_IMPORT).catch((cause: unknown) => {
      throw usageFailure(`${given.file} can't be read: ${(cause as Error).message}`, cause);
    });
    const stored = await states.import(stack, text, { by: await whoAmI(cluster), reason: given.reason });
    const said = `stack ${nameOf(stack)}: imported as generation ${stored.generation}; its next operation first reads what stands`;
    return told(context, stored, said);
  });

/** Sets what is stored aside, so that the stack's next apply takes over what is there. Touches no live object. */
export const adoptStack = (
  context: CommandContext,
  given: StacksArguments & { readonly stack: string; readonly reason: string },
): Promise<ExitCode> =>
  withStates(context, given, async (states, cluster) => {
    const stack = readStack(given.stack, cluster);
    const stored = await states.adopt(stack, { by: await whoAmI(cluster), reason: given.reason });
    const said = `stack ${nameOf(stack)}: its state is set aside; the next apply takes over the objects that carry its labels, with their pods as they are`;
    return told(context, stored, said);
  });

async function told(context: CommandContext, stored: StoredStack, said: string): Promise<ExitCode> {
  const { output = "table" } = context.options;
  if (output !== "table") await printObject(context.terminal, output, stored);
  else {
    context.terminal.out(said);
    const [former] = stored.former;
    if (former !== undefined) context.terminal.out(`  what was stored before is generation ${former}`);
  }
  return EXIT.ok;
}

const withStates = (
  context: CommandContext,
  { systemNamespace, wait = WAIT }: StacksArguments,
  work: (states: StackStateAdmin, cluster: Cluster) => Promise<ExitCode>,
): Promise<ExitCode> =>
  withCluster(context, async (cluster) => {
    const namespace = checkName(systemNamespace, "namespace");
    const access = { cluster, namespace, wait, signal: context.signal };
    return work(await context.ports.stackStates(access), cluster);
  });

/** `NAMESPACE/PLAN/PART` or `PLAN/PART` as the stack's own name. */
function readStack(text: string, cluster: Cluster): string {
  const words = text.split("/");
  const [namespace = "", plan = "", part = ""] = words.length === 2 ? [cluster.namespace, ...words] : words;
  if (words.length < 2 || words.length > 3 || !PARTS.includes(part))
    throw usageFailure(`"${text}" is no stack; write NAMESPACE/PLAN/PART with one of ${PARTS.join(", ")}`);
  for (const name of [namespace, plan])
    if (checkName(name, "namespace or plan").includes("."))
      throw usageFailure(`"${name}" is no name of a namespace or plan: it has a dot`);
  return `${namespace}.${plan}.${part}`;
}

const nameOf = (stack: string): string => stack.replaceAll(".", "/");
