import { ClusterError } from "../errors.ts";
import { run } from "../lib/run.ts";

const NEEDED = { major: 1, minor: 26 };
const REMEDY = `install Go ${NEEDED.major}.${NEEDED.minor} or newer from https://go.dev/dl/ and put it on PATH`;

/** Major and minor of `go version go1.26.8 linux/amd64`; undefined for other text. */
export function readGoVersion(text: string): { readonly major: number; readonly minor: number } | undefined {
  const match = /\bgo(\d+)\.(\d+)/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

/** @throws ClusterError `missing` when Go is not there or older than the modules ask for. */
export async function requireGo(): Promise<void> {
  const text = await run("go", ["version"]).catch((cause: unknown) => {
    throw new ClusterError(
      "missing",
      `the cluster's programs are built with Go, which was not found: ${REMEDY}`,
      cause,
    );
  });
  const version = readGoVersion(text);
  const enough =
    version &&
    (version.major > NEEDED.major || (version.major === NEEDED.major && version.minor >= NEEDED.minor));
  if (!enough) throw new ClusterError("missing", `${text.trim()} is too old: ${REMEDY}`);
}
