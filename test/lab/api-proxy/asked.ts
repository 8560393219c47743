import type { IncomingHttpHeaders } from "node:http";

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete";

/** What a request to an API server asks for, read from its line and headers alone. */
export interface Asked {
  /** The controller by itself, or Pulumi and its worker on behalf of a stack. */
  readonly from: "controller" | "stack";
  readonly verb: Verb;
  /** A watch that begins with a list. */
  readonly streamed: boolean;
  /** Plural of the resource; empty for paths that are no resource, such as /version. */
  readonly resource: string;
  /** Empty without one. */
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

const WRITES: Readonly<Record<string, Verb>> = {
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** Subresources of a namespace, which look like resources in it. */
const OF_NAMESPACES: ReadonlySet<string> = new Set(["status", "finalize"]);

export const isWrite = ({ verb }: Asked): boolean => verb !== "get" && verb !== "list" && verb !== "watch";

export function readAsked(method: string, url: string, headers: IncomingHttpHeaders): Asked {
  const { pathname, searchParams } = new URL(url, "https://api");
  const place = placeOf(pathname.split("/").filter((part) => part !== ""));
  const reading = place.name !== "" || place.resource === "" ? "get" : "list";
  const watching = searchParams.get("watch") === "true" || searchParams.get("watch") === "1";
  return {
    from: headers["user-agent"]?.startsWith("bascule/") === true ? "controller" : "stack",
    verb: WRITES[method] ?? (watching ? "watch" : reading),
    streamed: watching && searchParams.get("sendInitialEvents") === "true",
    ...place,
  };
}

/** `/api/v1/…` or `/apis/<group>/<version>/…`, then `[namespaces/<namespace>/]<resource>[/<name>[/<subresource>]]`. */
function placeOf(parts: readonly string[]): Pick<Asked, "resource" | "subresource" | "namespace" | "name"> {
  const rest = parts[0] === "api" ? parts.slice(2) : parts[0] === "apis" ? parts.slice(3) : [];
  const inside = rest[0] === "namespaces" && rest[2] !== undefined && !OF_NAMESPACES.has(rest[2]);
  const [resource = "", name = "", subresource = ""] = inside ? rest.slice(2) : rest;
  return { resource, subresource, name, namespace: inside ? (rest[1] ?? "") : "" };
}
