import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { CONTROLLER, SYSTEM_NAMESPACE } from "../../../src/cli/install/settings.ts";
import { LEADER_LEASE } from "../../../src/main/election.ts";

/** A write of the controller's account that the API server accepted. */
export interface AcceptedWrite {
  /** When the request came in, in the API server's words, which are in order. */
  readonly at: string;
  /** Who asked: the user agent, which differs from process to process. */
  readonly agent: string;
  readonly what: string;
  /** It took, kept or gave up the Lease by which a leader is elected. */
  readonly election: boolean;
}

interface AuditEvent {
  readonly verb: string;
  readonly userAgent?: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number };
}

const USER = `system:serviceaccount:${SYSTEM_NAMESPACE}:${CONTROLLER}`;
const WRITING: ReadonlySet<string> = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** Where an audit log ends now; 0 of a cluster that keeps none. */
export const auditEnd = (file = ""): number => (existsSync(file) ? statSync(file).size : 0);

/** The controller's accepted writes from a place of the audit log on, in the order in which they came in. */
export function acceptedSince(file = "", from = 0): readonly AcceptedWrite[] {
  const text = readFrom(file, from);
  return text
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(isAccepted)
    .map(({ verb, userAgent = "", requestReceivedTimestamp, objectRef = {} }) => ({
      at: requestReceivedTimestamp,
      agent: userAgent,
      what: [verb, objectRef.resource, objectRef.subresource, objectRef.name].filter(Boolean).join(" "),
      election: objectRef.resource === "leases" && objectRef.name === LEADER_LEASE,
    }))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

const isAccepted = ({ verb, user, responseStatus }: AuditEvent): boolean =>
  WRITING.has(verb) && user.username === USER && Math.floor((responseStatus?.code ?? 0) / 100) === 2;

/** A log that is shorter than it was has been put away, and a new one begun. */
function readFrom(file: string, from: number): string {
  const end = auditEnd(file);
  const start = from <= end ? from : 0;
  const bytes = Buffer.alloc(end - start);
  if (bytes.length === 0) return "";
  const handle = openSync(file, "r");
  try {
    const read = readSync(handle, bytes, 0, bytes.length, start);
    return bytes.toString("utf8", 0, read);
  } finally {
    closeSync(handle);
  }
}

/**
 * Writes of a process whose turn was over. A turn begins with a write of the leader's Lease; where nobody is elected, with
 * the first write of a process that has not written before, and it ends when another one's begins.
 */
export function lateWrites(writes: readonly AcceptedWrite[]): readonly string[] {
  const elected = writes.some(({ election }) => election);
  const former = new Set<string>();
  const late: string[] = [];
  let writer = "";
  for (const { at, agent, what, election } of writes) {
    if (agent === writer) continue;
    const begins = elected ? election || writer === "" : !former.has(agent);
    if (begins) {
      if (writer !== "") former.add(writer);
      writer = agent;
    } else late.push(`${at} ${agent} wrote (${what}) in the turn of ${writer}`);
  }
  return late;
}
