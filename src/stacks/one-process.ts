import { LocalWorkspace, type PulumiCommand, type PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";
import { PROJECT } from "./names.ts";

export interface StackFolder {
  readonly stack: string;
  readonly workDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly secretsProvider: string;
  readonly command: PulumiCommand;
  readonly program: PulumiFn;
}

/**
 * Opens a stack such that each operation starts one CLI process and no other: the Automation API would select the
 * stack before, and ask for outputs twice and for history after each `up`. Nothing of that is needed: the stack is
 * named in every call, and what happened is in the events.
 */
export async function openStack(
  folder: StackFolder,
): Promise<{ readonly stack: Stack; readonly workspace: LocalWorkspace }> {
  const workspace = await LocalWorkspace.create({
    workDir: folder.workDir,
    envVars: { ...folder.env },
    program: folder.program,
    pulumiCommand: folder.command,
    secretsProvider: folder.secretsProvider,
    projectSettings: { name: PROJECT, runtime: "nodejs" },
  });
  workspace.selectStack = () => Promise.resolve();
  workspace.stackOutputs = () => Promise.resolve({});
  const stack = await Stack.select(folder.stack, workspace);
  stack.info = () => Promise.resolve(undefined);
  return { stack, workspace };
}
