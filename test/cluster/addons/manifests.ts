/** Kubernetes objects as JSON: applied with `kubectl apply -f -`. */
export type Manifest = Readonly<Record<string, unknown>>;

export const GATEWAY = { namespace: "gateways", name: "edge", className: "traefik" } as const;

/** The class, and one gateway that takes routes from every namespace. */
export function gatewayManifests(port: number): readonly Manifest[] {
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: GATEWAY.namespace } },
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      metadata: { name: GATEWAY.className },
      spec: { controllerName: "traefik.io/gateway-controller" },
    },
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name: GATEWAY.name, namespace: GATEWAY.namespace },
      spec: {
        gatewayClassName: GATEWAY.className,
        listeners: [{ name: "web", protocol: "HTTP", port, allowedRoutes: { namespaces: { from: "All" } } }],
      },
    },
  ];
}

/** What `kubectl apply -f -` reads. */
export const renderList = (items: readonly Manifest[]): string =>
  JSON.stringify({ apiVersion: "v1", kind: "List", items });
