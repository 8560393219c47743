import { CREDENTIALS_FOR_WEBHOOKS } from "../api/checks/webhook.ts";
import type { KubeClient } from "../kube/client.ts";
import { CompareChecker } from "../metrics/compare.ts";
import { PrometheusChecker } from "../metrics/prometheus.ts";
import { PrometheusApi } from "../metrics/prometheus-api.ts";
import { ScrapeGrants } from "../metrics/scrape/scrape-grants.ts";
import { Scraper } from "../metrics/scrape/scraper.ts";
import { SupervisionChecker } from "../metrics/supervision.ts";
import type { AddressPolicy } from "../net/address-policy.ts";
import type { Checker } from "../ports/checks.ts";
import { testBounded } from "../probes/bounded-regex.ts";
import { kubeCandidateCluster } from "../probes/candidate-cluster.ts";
import { kubeCredentialsStore } from "../probes/credentials-store.ts";
import { DnsChecker } from "../probes/functional/dns.ts";
import { GrpcChecker } from "../probes/functional/grpc.ts";
import { HttpChecker } from "../probes/functional/http.ts";
import { JourneyChecker } from "../probes/functional/journey.ts";
import { TcpChecker } from "../probes/functional/tcp.ts";
import { TlsChecker } from "../probes/functional/tls.ts";
import { JobChecker } from "../probes/job/job.ts";
import { kubeJobCluster } from "../probes/job/job-cluster.ts";
import { LoadChecker } from "../probes/load/load.ts";
import { ManualChecker } from "../probes/manual.ts";
import { AccessChecker } from "../probes/security/access.ts";
import { HeadersChecker } from "../probes/security/headers.ts";
import { ImageChecker } from "../probes/security/image.ts";
import { kubeLogCluster } from "../probes/security/log-cluster.ts";
import { LogsChecker } from "../probes/security/logs.ts";
import { PodSecurityChecker } from "../probes/security/pod-security.ts";
import { PortsChecker } from "../probes/security/ports.ts";
import { RightsChecker } from "../probes/security/rights.ts";
import { kubeRightsCluster } from "../probes/security/rights-cluster.ts";
import { kubeSignatureStore } from "../probes/security/signature-store.ts";
import { WebhookChecker } from "../probes/webhook/webhook.ts";
import { systemClock } from "../telemetry/system-clock.ts";
import type { KubeWorld } from "../world/world.ts";
import type { Settings } from "./settings.ts";

/** What the checkers reach the world through. */
export interface CheckerParts {
  readonly settings: Settings;
  readonly client: KubeClient;
  readonly world: KubeWorld;
  /** Addresses that checks may connect to. */
  readonly addresses: AddressPolicy;
}

/** A checker for every check kind. A new kind is a line here. */
export function checkersOf({ settings, client, world, addresses }: CheckerParts): readonly Checker[] {
  const resolve = (namespace: string, name: string) => {
    const { clusterIP, ports } = world.service(namespace, name);
    return clusterIP === undefined ? undefined : { host: clusterIP, ports: ports.map((p) => p.port) };
  };
  const prometheus = new PrometheusApi({
    rule: addresses,
    ...(settings.prometheus === undefined ? {} : { defaultAddress: settings.prometheus }),
  });
  const candidate = kubeCandidateCluster(client);
  const monotonic = () => systemClock.monotonic();
  const scraper = new Scraper({
    find: (namespace, name) => world.endpoints(namespace, name),
    grant: new ScrapeGrants({ client, allowed: settings.allowScrapeService, monotonic }).ask,
    test: testBounded,
    rule: addresses.slot,
    monotonic,
  });
  return [
    new HttpChecker(resolve, addresses),
    new JourneyChecker(resolve, addresses),
    new TcpChecker(resolve, addresses),
    new DnsChecker(addresses),
    new TlsChecker(resolve, addresses),
    new GrpcChecker(resolve, addresses),
    new JobChecker(kubeJobCluster(client), resolve),
    new PodSecurityChecker(candidate),
    new ImageChecker(candidate, kubeSignatureStore(client)),
    new RightsChecker(candidate, kubeRightsCluster(client)),
    new PortsChecker(candidate, addresses.slot),
    new AccessChecker(resolve, addresses, kubeCredentialsStore(client)),
    new HeadersChecker(resolve, addresses),
    new LogsChecker(candidate, kubeLogCluster(client)),
    new PrometheusChecker(prometheus, monotonic),
    new CompareChecker(prometheus, scraper, monotonic),
    new SupervisionChecker(prometheus, monotonic),
    new ManualChecker(),
    new WebhookChecker({
      policy: addresses,
      keys: kubeCredentialsStore(client, CREDENTIALS_FOR_WEBHOOKS),
      clock: systemClock,
      random: Math.random,
    }),
    new LoadChecker(resolve, addresses, monotonic),
  ];
}
