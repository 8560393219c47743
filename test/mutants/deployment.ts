import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AnyObject } from "../lab/kinds.ts";
import type { Mutant, Place } from "./mutant.ts";
import { PORTS } from "./service/functional.ts";

const SERVICE = join(import.meta.dirname, "service");
const PROGRAM = "mutant-service";
const RESTRICTED = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

/** The program of all mutants. */
export const programOf = (namespace: string): AnyObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: PROGRAM, namespace },
  data: Object.fromEntries(
    readdirSync(SERVICE).map((file) => [file, readFileSync(join(SERVICE, file), "utf8")]),
  ),
});

/** Deployment and Service of a mutant, or of the healthy service. */
export function objectsOf(place: Place, mutant?: Mutant): readonly AnyObject[] {
  const { namespace, name } = place;
  const labels = { app: name };
  const deployment: AnyObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: podTemplate(labels, mutant) },
  };
  const service: AnyObject = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: {
      selector: labels,
      ports: [
        { name: "http", port: 80, targetPort: 8080 },
        ...Object.entries(PORTS).map(([name, port]) => ({ name, port, targetPort: port })),
      ],
    },
  };
  return [
    mutant?.change?.(deployment) ?? deployment,
    mutant?.changeService?.(service) ?? service,
    ...(mutant?.objects?.(place) ?? []),
  ];
}

const podTemplate = (labels: Readonly<Record<string, string>>, mutant?: Mutant) => ({
  metadata: { labels, annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": "8080" } },
  spec: {
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "service",
        image: "localhost/node:24",
        args: ["/app/server.ts"],
        env: [{ name: "MUTATION", value: mutant?.mutation ?? "" }],
        securityContext: RESTRICTED,
        ports: [8080, ...Object.values(PORTS)].map((containerPort) => ({ containerPort })),
        resources: { requests: { cpu: "10m", memory: "48Mi" } },
        readinessProbe: { httpGet: { path: "/readyz", port: 8080 }, periodSeconds: 1 },
        volumeMounts: [
          { name: "program", mountPath: "/app" },
          { name: "certificates", mountPath: "/certificates", readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "program", configMap: { name: PROGRAM } },
      { name: "certificates", secret: { secretName: "certificates" } },
    ],
  },
});
