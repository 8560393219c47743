/** Why the system refused something, as a code such as ENOENT; else the error's own words. */
export const codeOf = (cause: unknown): string =>
  cause instanceof Error ? String((cause as NodeJS.ErrnoException).code ?? cause.message) : "unknown";
