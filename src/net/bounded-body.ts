/** A body that is longer than it may be. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
  readonly kind = "tooLarge";
  readonly retry = "never";
}

/** Reads a body as text up to a limit in bytes, and no further. @throws BodyTooLargeError */
export async function readBody(body: AsyncIterable<Buffer>, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new BodyTooLargeError(`the body is larger than ${limit / 1024} KiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
