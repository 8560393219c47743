import { type DestinationStream, pino } from "pino";
import type { Log } from "../ports/log.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Paths that are cut out of every line, whatever a caller passes by mistake. */
const REDACTED = [
  "token",
  "password",
  "secret",
  "passphrase",
  "authorization",
  "*.token",
  "*.password",
  "*.secret",
];

/** JSON lines on standard error, so that standard output stays free for answers. */
export function makeLog(level: LogLevel, stream: DestinationStream = pino.destination(2)): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED, censor: "[redacted]" },
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
}
