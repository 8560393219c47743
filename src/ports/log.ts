/** Structured fields of a log line. Never a header, a token or a whole object that may hold a secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where a module tells what happened; the message is constant text, what varies is in the fields. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** Says nothing; for tools and tests that have no log. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
