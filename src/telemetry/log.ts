import { type DestinationStream, pino } from "pino";
import type { Log } from "../ports/log.ts";
import { redactFields } from "./redact.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** JSON lines on standard error, so that standard output stays free for answers. Secrets are cut out of every line. */
export function makeLog(level: LogLevel, stream: DestinationStream = pino.destination(2)): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // Errors are rendered by the redaction; pino's own serializer would pass on all that they carry.
      serializers: { err: (error: unknown) => error },
      formatters: { level: (label) => ({ level: label }), log: redactFields },
    },
    stream,
  );
}
