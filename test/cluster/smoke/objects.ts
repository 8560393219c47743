import { GATEWAY, type Manifest } from "../addons/manifests.ts";

export const NAMESPACE = "smoke";
export const HOSTNAME = "shop.smoke.example";

const RESTRICTED = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const POD_SECURITY = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };

/** A Deployment of the shop that Pod Security `restricted` admits; `tag` is also its name's suffix. */
export function shopDeployment(tag: string, replicas: number): Manifest {
  const labels = {
    app: `shop-${tag}`,
    "bascule.dev/plan": "shop",
    "bascule.dev/slot": "blue",
    "bascule.dev/release": tag,
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: `shop-${tag}`, namespace: NAMESPACE },
    spec: {
      replicas,
      selector: { matchLabels: { app: `shop-${tag}` } },
      template: {
        metadata: { labels, annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "8080" } },
        spec: {
          securityContext: POD_SECURITY,
          terminationGracePeriodSeconds: 5,
          containers: [
            {
              name: "shop",
              image: `localhost/shop:${tag}`,
              securityContext: RESTRICTED,
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { path: "/readyz", port: 8080 }, periodSeconds: 1 },
              lifecycle: { preStop: { sleep: { seconds: 1 } } },
            },
          ],
        },
      },
    },
  };
}

/** A namespace that enforces Pod Security, the shop's Service and its route through the gateway. */
export function shopObjects(): readonly Manifest[] {
  const metadata = { name: "shop", namespace: NAMESPACE };
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: NAMESPACE, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: { app: "shop-v0" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata,
      spec: {
        parentRefs: [{ name: GATEWAY.name, namespace: GATEWAY.namespace }],
        hostnames: [HOSTNAME],
        rules: [{ backendRefs: [{ name: "shop", port: 80 }] }],
      },
    },
  ];
}

/** A Job that asks an address from inside of the cluster. (Debian's static wget crashes with `-T`, so `timeout` ends it.) */
export function fetchJob(name: string, url: string): Manifest {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      backoffLimit: 3,
      template: {
        spec: {
          restartPolicy: "Never",
          securityContext: POD_SECURITY,
          containers: [
            {
              name: "fetch",
              image: "localhost/busybox:1",
              command: ["sh", "-c", `timeout 5 wget -qO- ${url}`],
              securityContext: RESTRICTED,
            },
          ],
        },
      },
    },
  };
}
