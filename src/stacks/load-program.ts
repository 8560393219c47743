import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { STACK_CONTRACT, type StackPort, type StackProgram } from "./contract.ts";
import { StackFailure } from "./errors.ts";
import type { ProgramSource } from "./messages.ts";
import { programDigest } from "./program-digest.ts";
import { entryFile } from "./program-folders.ts";

const PORT_NAME = /^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/;
const OURS = /^(@pulumi\/|zod(\/|$)|bascule\/)/;

/**
 * Lets programs outside of this package find Pulumi, zod and `bascule/stack`, and all of them the same copy.
 * To be called once in a worker, before any program is loaded.
 */
export function shareModules(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      OURS.test(specifier)
        ? next(specifier, { ...context, parentURL: import.meta.url })
        : next(specifier, context),
  });
}

/**
 * Imports a program. @throws StackFailure `invalid` when it is none, does not load, or its files are no longer those
 * of the digest (what is recorded would not be what runs)
 */
export async function loadProgram(source: ProgramSource): Promise<StackProgram> {
  const file = await entryFile(source.folder);
  if (file === undefined)
    throw new StackFailure("invalid", `program ${source.name} is gone from ${source.folder}`);
  let module: { readonly default?: Partial<StackProgram> };
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module;
  } catch (error) {
    throw new StackFailure("invalid", `program ${source.name} does not load: ${messageOf(error)}`);
  }
  const program = module.default;
  if (program?.contract !== STACK_CONTRACT)
    throw new StackFailure(
      "invalid",
      `program ${source.name} has no default export made by defineStack of bascule/stack`,
    );
  if (program.name !== source.name)
    throw new StackFailure("invalid", `program ${source.name} calls itself "${program.name}"; use one name`);
  if ((await programDigest(source.folder)) !== source.digest)
    throw new StackFailure("invalid", `program ${source.name} changed while it was loaded; try again`, {
      retry: "soon",
    });
  return program as StackProgram;
}

/** Checks the values against the program's schema. @throws StackFailure `invalid` that names each field */
export function readValues(program: StackProgram, values: Readonly<Record<string, unknown>>): unknown {
  const read = program.values.safeParse(values);
  if (read.success) return read.data;
  const issues = read.error.issues.slice(0, 10).flatMap((issue) => {
    const path = ["stack.values", ...issue.path.map(String)].join(".");
    return issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => `${path}.${key}: is not a value of this program`)
      : [`${path}: ${issue.message}`];
  });
  throw new StackFailure("invalid", `${issues.join("; ")} (program ${program.name})`);
}

/** Ports for these values. @throws StackFailure `invalid` for refused values or ports */
export function readPorts(
  program: StackProgram,
  values: Readonly<Record<string, unknown>>,
): readonly StackPort[] {
  const ports = program.ports(readValues(program, values));
  if (ports.length === 0) throw new StackFailure("invalid", `program ${program.name} names no port`);
  for (const { name, port } of ports)
    if (!Number.isInteger(port) || port < 1 || port > 65535 || !PORT_NAME.test(name))
      throw new StackFailure("invalid", `program ${program.name}: "${name}" ${port} is no port`);
  return ports.map(({ name, port }) => ({ name, port }));
}

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 500);
