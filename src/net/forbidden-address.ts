/** A connection that the address policy does not allow; nothing was sent. */
export class ForbiddenAddressError extends Error {
  override readonly name = "ForbiddenAddressError";
  readonly code = "ForbiddenAddress";
  readonly kind = "forbidden";
  readonly retry = "never";

  /** @param problem what the policy says about the address */
  constructor(host: string, address: string, problem: string) {
    const leads = host === address ? `${address} is` : `${host} leads to ${address}, which is`;
    super(
      `${leads} ${problem}; checks may not connect to it. Give another address, or let the controller allow the range (--allow-probe-range)`,
    );
  }
}

/** The refusal behind an error: a client may have wrapped it, or tried several addresses. */
export function forbiddenIn(error: unknown, depth = 0): ForbiddenAddressError | undefined {
  if (error instanceof ForbiddenAddressError) return error;
  if (!(error instanceof Error) || depth > 4) return undefined;
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  for (const one of inner) {
    const found = forbiddenIn(one, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
