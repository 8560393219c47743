import { type Examination, good, LOOK, problem, unknown, warning } from "./finding.ts";

/** The oldest that has the admission policies as v1. */
const OLDEST = 30;
const TRIED = "1.35";
const SKEW_WARNING = 3_000;

/** Version of Kubernetes. */
export const kubernetesVersion: Examination = async ({ cluster }) => {
  const what = "Kubernetes";
  const answer = await cluster.client.transport.json<{
    readonly minor?: string;
    readonly gitVersion?: string;
  }>({
    method: "GET",
    path: "/version",
    ...LOOK,
  });
  if (!answer.ok) throw answer.error;
  const { minor = "", gitVersion = "unknown" } = answer.value;
  const said = `${gitVersion} at ${cluster.server}`;
  return Number.parseInt(minor, 10) >= OLDEST
    ? [good(what, said)]
    : [problem(what, said, `1.${OLDEST} or later is needed; tried with ${TRIED}`)];
};

/** This machine's clock against the API server's, which is the one that counts for releases. */
export const clockSkew: Examination = async ({ cluster }) => {
  // Exact to a second: that is the resolution of the server's answers.
  const skew = cluster.clock.now() - cluster.now();
  const what = "clock";
  const said = `this machine is ${Math.abs(Math.round(skew / 1_000))} s ${skew < 0 ? "behind" : "before"} the API server`;
  if (Math.abs(skew) < SKEW_WARNING) return [good(what, "agrees with the API server's")];
  return [
    warning(what, said, "synchronize clocks (NTP); times in what you read here are shifted by as much"),
  ];
};

interface Gateways {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly supportedFeatures?: readonly (string | { readonly name: string })[];
  };
}

const GROUP = "/apis/gateway.networking.k8s.io/v1";

/** Gateway API, its classes, and what they say that they can. */
export const gatewayFeatures: Examination = async ({ cluster }) => {
  const what = "gateway";
  const list = await cluster.client.transport.json<{ readonly items?: readonly Gateways[] }>({
    method: "GET",
    path: `${GROUP}/gatewayclasses`,
    query: { limit: "100" },
    ...LOOK,
  });
  if (!list.ok)
    return list.error.kind === "notFound"
      ? [problem(what, "Gateway API is not there", "install the CRDs of Gateway API 1.4 and a gateway")]
      : [unknown(what, list.error)];
  const classes = list.value.items ?? [];
  if (classes.length === 0)
    return [problem(what, "no GatewayClass", "install a gateway that splits HTTPRoutes by weight")];
  return classes.map(({ metadata, status }) => {
    const accepted = status?.conditions?.some((c) => c.type === "Accepted" && c.status === "True") === true;
    if (!accepted)
      return problem(
        what,
        `class ${metadata.name} is not accepted`,
        "look at its controller; is it running?",
      );
    const features = (status?.supportedFeatures ?? []).map((f) => (typeof f === "string" ? f : f.name));
    if (features.length === 0)
      return warning(
        what,
        `class ${metadata.name} does not say what it supports`,
        "check by hand that it splits HTTPRoutes by weight; what is not declared can't be refused beforehand",
      );
    if (!features.includes("HTTPRoute"))
      return problem(what, `class ${metadata.name} does not support HTTPRoute`, "take a gateway that does");
    const mirror = features.includes("HTTPRouteRequestMirror") ? "with" : "without";
    return good(what, `class ${metadata.name}: HTTPRoute, ${mirror} request mirror`);
  });
};
