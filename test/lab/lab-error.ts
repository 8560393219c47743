/** A step of the lab that did not work; the message says what was awaited and what was seen last. */
export class LabError extends Error {
  override readonly name = "LabError";
  readonly kind: "refused" | "timeout" | "process";
  readonly retry: "soon" | "later" | "never";

  constructor(kind: LabError["kind"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.retry = kind === "timeout" ? "later" : "never";
  }
}
