import type { Socket } from "node:net";
import { testBounded } from "../bounded-regex.ts";

/** What came in answer to what was sent. */
export interface TcpAnswer {
  /** The expected bytes were among it, or why they were not found. */
  readonly outcome: "match" | "noMatch" | "tooSlow" | "tooMuch" | "late";
  readonly bytes: Buffer;
}

const MOST_BYTES = 64 * 1024;
/** A peer that drips single bytes must not have the whole text matched at each of them. */
const TESTS_AT_ONCE = 100;

/**
 * Reads until what came matches, the other side ends, or the signal does. The pattern is matched at every arrival,
 * and later only at every sixteenth more.
 * @param render the bytes as the pattern sees them
 */
export async function readUntilMatch(
  socket: Socket,
  pattern: string,
  render: (bytes: Buffer) => string,
  signal: AbortSignal,
): Promise<TcpAnswer> {
  let bytes = Buffer.alloc(0);
  let tests = 0;
  let next = 1;
  const end = (): void => void socket.destroy();
  signal.addEventListener("abort", end, { once: true });
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length > MOST_BYTES) return { outcome: "tooMuch", bytes };
      if (bytes.length < next) continue;
      tests += 1;
      next = tests < TESTS_AT_ONCE ? 1 : Math.ceil(bytes.length * (17 / 16));
      const match = testBounded(pattern, render(bytes));
      if (match === "match") return { outcome: "match", bytes };
      if (match === "tooSlow") return { outcome: "tooSlow", bytes };
    }
  } catch (error) {
    // What came before the connection broke still counts; nothing at all is no answer.
    if (bytes.length === 0) throw error;
  } finally {
    signal.removeEventListener("abort", end);
  }
  const matched = testBounded(pattern, render(bytes)) === "match";
  if (matched) return { outcome: "match", bytes };
  return { outcome: signal.aborted ? "late" : "noMatch", bytes };
}
