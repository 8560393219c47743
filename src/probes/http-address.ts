import type { HttpCheck } from "../api/checks/http.ts";
import { err, ok, type Result } from "../base/result.ts";

/** Where a Service answers. The cluster IP is used, so that no DNS name has to resolve where the controller runs. */
export interface ServiceAddress {
  readonly host: string;
  /** In the order of the Service; the first is the default. */
  readonly ports: readonly number[];
}

/** Reads a Service from a cache; undefined when there is none, or it has no cluster IP. */
export type ResolveService = (namespace: string, name: string) => ServiceAddress | undefined;

export interface HttpTarget {
  readonly url: URL;
  /** Host name for the Host header and TLS; absent where the URL's own is right. */
  readonly authority?: string;
}

export interface AddressProblem {
  readonly reason: string;
  readonly message: string;
}

/** The address of an http check: its own URL, or the candidate's Service. */
export function addressOf(
  http: HttpCheck,
  service: { readonly namespace: string; readonly name: string },
  resolveService: ResolveService,
): Result<HttpTarget, AddressProblem> {
  if (http.url !== undefined) {
    const url = URL.canParse(http.url) ? new URL(http.url) : undefined;
    return url === undefined || !/^https?:$/.test(url.protocol)
      ? err({
          reason: "InvalidAddress",
          message: "http.url is no address that begins with http:// or https://",
        })
      : ok({ url });
  }
  const found = resolveService(service.namespace, service.name);
  if (found === undefined)
    return err({
      reason: "NoService",
      message: `Service ${service.name} is not there, or has no cluster IP`,
    });
  const port = http.port ?? found.ports[0];
  if (port === undefined) return err({ reason: "NoPort", message: `Service ${service.name} has no port` });
  const host = found.host.includes(":") ? `[${found.host}]` : found.host;
  // An absolute path only: "//other.host/" would be read as another host.
  const base = `${http.scheme}://${host}:${port}`;
  const text = `${base}/${http.path.replace(/^\/+/, "")}`;
  if (!URL.canParse(text)) return err({ reason: "InvalidAddress", message: "http.path makes no address" });
  return ok({ url: new URL(text), authority: `${service.name}.${service.namespace}.svc` });
}
