/** Why a cluster could not be started, reached or ended; `kind` decides the exit code of the command. */
export type ClusterErrorKind = "usage" | "missing" | "timeout" | "failed" | "busy";

/** A failure of the local cluster. The message names the remedy where there is one. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
  readonly kind: ClusterErrorKind;
  readonly retry: "soon" | "later" | "never";

  constructor(kind: ClusterErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.retry = kind === "busy" ? "soon" : kind === "timeout" ? "later" : "never";
  }
}
