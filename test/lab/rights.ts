import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Right } from "../../src/cli/doctor/rights.ts";

/** A request of the controller as the API server's audit log has it. */
export interface Use extends Right {
  readonly code: number;
}

interface AuditEvent {
  readonly verb: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** What somebody asked for, each thing once. @param since time of the first request that counts */
export async function readUses(log: string, user: string, since: string): Promise<readonly Use[]> {
  const uses = new Map<string, Use>();
  for await (const line of createInterface({ input: createReadStream(log, "utf8") })) {
    // The last line may still be on its way into the file.
    if (!line.endsWith("}")) continue;
    const event = JSON.parse(line) as AuditEvent;
    const { resource, subresource, apiGroup: group = "", namespace } = event.objectRef ?? {};
    if (event.user.username !== user || event.requestReceivedTimestamp < since || resource === undefined)
      continue;
    const use: Use = {
      ...{ group, resource, verb: event.verb, code: event.responseStatus?.code ?? 0 },
      ...(subresource === undefined ? {} : { subresource }),
      ...(namespace === undefined ? {} : { namespace }),
    };
    uses.set(JSON.stringify(use), use);
  }
  return [...uses.values()];
}

/** Whether a right is what a request needed. */
const covers = (right: Right, use: Right): boolean =>
  right.group === use.group &&
  right.resource === use.resource &&
  right.subresource === use.subresource &&
  right.verb === use.verb &&
  (right.namespace === undefined || right.namespace === use.namespace);

/** Rights that were given and that no request needed. */
export const unused = (given: readonly Right[], uses: readonly Use[]): readonly Right[] =>
  given.filter((right) => !uses.some((use) => use.code !== 403 && covers(right, use)));

/**
 * Requests that were refused for want of a right. An API server that has just started refuses what is given too, until
 * it has read the roles; so does everybody while an installation is taken away.
 */
export const refused = (given: readonly Right[], uses: readonly Use[]): readonly Use[] =>
  uses.filter((use) => use.code === 403 && !given.some((right) => covers(right, use)));
