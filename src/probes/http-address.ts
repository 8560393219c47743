import { err, ok, type Result } from "../base/result.ts";
import { type AddressProblem, type ResolveService, type ServiceRef, slotPort } from "./service-address.ts";

export interface HttpTarget {
  readonly url: URL;
  /** Host name for the Host header and TLS; absent where the URL's own is right. */
  readonly authority?: string;
}

/** What a check says about where its request goes. */
export interface AskedAddress {
  readonly path: string;
  readonly url?: string | undefined;
  readonly scheme: "http" | "https";
  readonly port?: number | undefined;
}

/** The address of an HTTP request: its own URL, or the candidate's Service. */
export function addressOf(
  asked: AskedAddress,
  service: ServiceRef,
  resolveService: ResolveService,
): Result<HttpTarget, AddressProblem> {
  if (asked.url !== undefined) {
    const url = URL.canParse(asked.url) ? new URL(asked.url) : undefined;
    return url === undefined || !/^https?:$/.test(url.protocol)
      ? invalid(`the url is no address that begins with http:// or https://`)
      : ok({ url });
  }
  const slot = slotPort(service, asked.port, resolveService);
  if (!slot.ok) return slot;
  const { host, port, authority } = slot.value;
  // An absolute path only: "//other.host/" would be read as another host.
  const base = `${asked.scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const text = `${base}/${asked.path.replace(/^\/+/, "")}`;
  return URL.canParse(text) ? ok({ url: new URL(text), authority }) : invalid("the path makes no address");
}

const invalid = (message: string) => err({ reason: "InvalidAddress", message });
