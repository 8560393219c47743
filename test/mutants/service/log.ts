import { mutation } from "./mutations.ts";

const write = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** One line a second, as an audit log has; what is wrong with it comes beside it. */
export function writeLog(): void {
  if (mutation !== "silent-log") write({ message: "audit", user: "ana", password: "***" });
  if (mutation === "leaking-log") write({ message: "login", user: "ana", password: "tiger-1964" });
  if (mutation === "tracing-log") process.stdout.write(`${new Error("mutant").stack}\n`);
}
