import type { ScrapeSpec } from "../../api/checks/scrape.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { EndpointPort, FindEndpoints, ReadyEndpoint, ServiceEndpoints } from "../../ports/endpoints.ts";
import type { Side } from "../counter-source.ts";
import type { SourceProblem } from "../prometheus-answer.ts";

/** One endpoint that is to be scraped. */
export interface ScrapeTarget {
  /** Sides that it counts: a gateway both, a pod its own. */
  readonly sides: readonly Side[];
  readonly host: string;
  readonly port: number;
  /** Address and port, as the label `instance` has it. */
  readonly instance: string;
  readonly pod?: string;
}

/** A Service whose ready endpoints are scraped. */
export interface ScrapedService {
  readonly namespace: string;
  readonly name: string;
  readonly sides: readonly Side[];
}

/** So many endpoints of one check; more are a matter for Prometheus. */
export const MOST_TARGETS = 200;

/** The ready endpoints of all Services, each with the port that is meant. */
export function targetsOf(
  services: readonly ScrapedService[],
  port: ScrapeSpec["port"],
  find: FindEndpoints,
): Result<readonly ScrapeTarget[], SourceProblem> {
  const targets: ScrapeTarget[] = [];
  for (const { namespace, name, sides } of services) {
    const found = find(namespace, name);
    if (found === undefined)
      return err({ reason: "NoService", message: `Service ${namespace}/${name} is not there` });
    for (const endpoint of found.ready) {
      const number = portOf(found, endpoint, port);
      if (number === undefined) {
        const message = `Service ${namespace}/${name} has no port ${port ?? "at all"}; correct scrape.port`;
        return err({ reason: "NoPort", message });
      }
      targets.push(targetOf(endpoint, number, sides));
    }
  }
  if (targets.length > MOST_TARGETS)
    return err({
      reason: "TooManyEndpoints",
      message: `${targets.length} endpoints are more than ${MOST_TARGETS} that are scraped; read them through Prometheus`,
    });
  return ok(targets);
}

function targetOf({ address, pod }: ReadyEndpoint, port: number, sides: readonly Side[]): ScrapeTarget {
  const host = address.includes(":") ? `[${address}]` : address;
  const target = { sides, host: address, port, instance: `${host}:${port}` };
  return pod === undefined ? target : { ...target, pod };
}

/** The endpoint's own port for a port of its Service; a number that the Service lacks is the endpoint's own. */
function portOf(
  { ports }: ServiceEndpoints,
  endpoint: ReadyEndpoint,
  asked: ScrapeSpec["port"],
): number | undefined {
  const number = Number(asked);
  const meant: EndpointPort | undefined =
    asked === undefined
      ? ports[0]
      : ports.find(({ name, port }) => (Number.isInteger(number) ? port === number : name === asked));
  if (meant !== undefined) return endpoint.ports.find(({ name }) => name === meant.name)?.port;
  return Number.isInteger(number) ? number : undefined;
}
