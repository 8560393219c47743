import { spawn } from "node:child_process";
import { type Duration, minutes, renderDuration } from "../../../src/base/duration.ts";
import { ClusterError } from "../errors.ts";

export type RunOptions = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  readonly deadline?: Duration;
};

/** Output is kept to this many characters from its end. */
const KEPT = 200_000;

/**
 * Runs a program to its end and returns what it wrote to standard output.
 * @throws ClusterError `failed` with the end of its error output, `timeout` after the deadline (2 min by default),
 * `missing` when there is no such program.
 */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const deadline = options.deadline ?? minutes(2);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, deadline);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout = (stdout + text).slice(-KEPT);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-KEPT);
    });
    child.stdin.on("error", () => undefined); // a program that does not read its input is no failure by itself
    child.stdin.end(options.input ?? "");
    child.on("error", (cause) => {
      clearTimeout(timer);
      reject(new ClusterError("missing", `cannot run ${program}: ${cause.message}`, cause));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve(stdout);
      const how = late
        ? `took longer than ${renderDuration(deadline)}`
        : `ended with ${signal ?? `code ${code}`}`;
      const said = (stderr.trim() || stdout.trim()).slice(-3_000);
      reject(
        new ClusterError(
          late ? "timeout" : "failed",
          `${program} ${args.slice(0, 4).join(" ")} ${how}\n${said}`,
        ),
      );
    });
  });
}

/** Like `run`, for commands whose failure only means that there was nothing to do. */
export async function tryRun(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<boolean> {
  return run(program, args, options).then(
    () => true,
    () => false,
  );
}
