/**
 * What exporters write of a candidate `shop-green` and a live side `shop-blue` in the namespace `shop`, line by line as
 * they do: names, labels and their order. Other lines are there as well, which the packs must not count.
 */

export interface Answers {
  readonly good: number;
  readonly bad: number;
}
export interface Shown {
  readonly candidate: Answers;
  readonly live: Answers;
}
type Exporter = (shown: Shown) => string;

const sides = ({ candidate, live }: Shown) =>
  [
    ["shop-green", candidate],
    ["shop-blue", live],
  ] as const;
const lines = (name: string, shown: Shown, labels: (service: string, code: string) => string): string =>
  sides(shown)
    .flatMap(([service, { good, bad }]) => [
      `${name}{${labels(service, "200")}} ${good}`,
      ...(bad === 0 ? [] : [`${name}{${labels(service, "503")}} ${bad}`]),
    ])
    .join("\n");

/** Traefik 3.6. */
export const traefik: Exporter = (
  shown,
) => `# HELP traefik_service_requests_total How many HTTP requests processed on a service, partitioned by status code, protocol, and method.
# TYPE traefik_service_requests_total counter
${lines("traefik_service_requests_total", shown, (service, code) => `code="${code}",method="GET",protocol="http",service="shop-${service}-http-80@kubernetesgateway"`)}
traefik_service_requests_total{code="500",method="GET",protocol="http",service="shop-shop-green-2-http-80@kubernetesgateway"} 77
`;

/** A proxy of Istio at the gateway, /stats/prometheus. */
export const istio: Exporter = (shown) => `# TYPE istio_requests_total counter
${lines("istio_requests_total", shown, (service, code) => `reporter="source",source_workload="edge-istio",source_canonical_service="edge-istio",source_canonical_revision="latest",source_workload_namespace="gateways",source_principal="unknown",source_app="unknown",source_version="unknown",source_cluster="Kubernetes",destination_workload="${service}",destination_workload_namespace="shop",destination_principal="unknown",destination_app="shop",destination_version="unknown",destination_service="${service}.shop.svc.cluster.local",destination_canonical_service="shop",destination_canonical_revision="latest",destination_service_name="${service}",destination_service_namespace="shop",destination_cluster="Kubernetes",request_protocol="http",response_code="${code}",grpc_response_status="",response_flags="-",connection_security_policy="unknown"`)}
istio_requests_total{reporter="source",destination_service_name="shop-green",destination_service_namespace="other",response_code="500"} 77
`;

/** Envoy behind Envoy Gateway, /stats/prometheus: both backends of a rule are one cluster. */
export const envoyGateway: Exporter = ({ candidate, live }) => `# TYPE envoy_cluster_upstream_rq_xx counter
envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="httproute/shop/shop/rule/0"} ${candidate.good + live.good}
envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="httproute/shop/shop/rule/0"} ${candidate.bad + live.bad}
envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="httproute/shop/other/rule/0"} 77
`;

/** ingress-nginx: what a canary got is counted under the main Ingress, with the canary's backend in a label. */
export const ingressNginx: Exporter = ({ candidate, live }) => {
  const row = (canary: string, status: string, value: number): string =>
    `nginx_ingress_controller_requests{canary="${canary}",controller_class="k8s.io/ingress-nginx",controller_namespace="ingress-nginx",controller_pod="ingress-nginx-controller-5d4",host="shop.example.com",ingress="shop",method="GET",namespace="shop",path="/",service="shop-blue",status="${status}"} ${value}`;
  return `# HELP nginx_ingress_controller_requests The total number of client requests
# TYPE nginx_ingress_controller_requests counter
${row("shop-shop-green-80", "200", candidate.good)}
${row("shop-shop-green-80", "503", candidate.bad)}
${row("", "200", live.good)}
${row("", "503", live.bad)}
${row("shop-shop-green-x-80", "500", 77)}
`;
};

/** HAProxy's own exporter; all classes are always there. */
export const haproxy: Exporter = (shown) => {
  const codes = ["1xx", "2xx", "3xx", "4xx", "5xx", "other"];
  const rows = sides(shown).flatMap(([service, { good, bad }]) =>
    codes.map((code) => {
      const value = code === "2xx" ? good : code === "5xx" ? bad : code === "1xx" ? 5 : 0;
      return `haproxy_backend_http_responses_total{proxy="shop_svc_${service}_http",code="${code}"} ${value}`;
    }),
  );
  return `# HELP haproxy_backend_http_responses_total Total number of HTTP responses.
# TYPE haproxy_backend_http_responses_total counter
${rows.join("\n")}
haproxy_backend_http_responses_total{proxy="shop_svc_shop-green-2_http",code="5xx"} 77
`;
};

/** What a scrape configuration attaches to the series of pods. */
const attached = (service: string): string =>
  `namespace="shop",bascule_plan="shop",bascule_slot="${service === "shop-green" ? "green" : "blue"}",pod="${service}-1"`;
const otelLabels = (code: string): string =>
  `http_request_method="GET",http_response_status_code="${code}",http_route="/",network_protocol_version="1.1",otel_scope_name="io.opentelemetry.http",url_scheme="http"`;

/** OpenTelemetry's HTTP conventions as a federating Prometheus shows them, with labels attached and times. */
export const otel: Exporter = (shown) => `# TYPE http_server_request_duration_seconds_count untyped
${lines("http_server_request_duration_seconds_count", shown, (service, code) => `${otelLabels(code)},${attached(service)}`).replaceAll("\n", " 1700000000000\n")} 1700000000000
`;

/** The classic counter, with labels attached. */
export const classic: Exporter = (shown) => `# TYPE http_requests_total counter
${lines("http_requests_total", shown, (service, code) => `code="${code}",method="get",${attached(service)}`)}
`;

/** A pod's own page by an OpenTelemetry exporter, in OpenMetrics. */
export const otelPod = ({
  good,
  bad,
}: Answers): string => `# TYPE http_server_request_duration_seconds histogram
# UNIT http_server_request_duration_seconds seconds
http_server_request_duration_seconds_bucket{${otelLabels("200")},le="0.005"} 0 # {trace_id="4bf92f",span_id="00f067"} 0.004 1700000000.5
http_server_request_duration_seconds_bucket{${otelLabels("200")},le="+Inf"} ${good}
http_server_request_duration_seconds_count{${otelLabels("200")}} ${good}
http_server_request_duration_seconds_sum{${otelLabels("200")}} 1.5
http_server_request_duration_seconds_count{${otelLabels("503")}} ${bad}
# EOF
`;

/** A pod's own page by a classic client library. */
export const classicPod = ({ good, bad }: Answers): string => `# TYPE http_requests_total counter
http_requests_total{code="200",method="get"} ${good}
http_requests_total{code="500",method="get"} ${bad}
`;
