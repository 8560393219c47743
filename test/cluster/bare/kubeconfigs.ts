import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CLIENTS, type Client } from "./certificates.ts";
import { type Layout, PORTS } from "./layout.ts";

export type Credentials = { readonly ca: string; readonly certificate: string; readonly key: string };

/** A kubeconfig with everything embedded (base64), so that it can be copied anywhere on this machine. */
export function renderKubeconfig(
  cluster: string,
  server: string,
  user: string,
  credentials: Credentials,
): string {
  return `${JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": cluster,
      clusters: [{ name: cluster, cluster: { server, "certificate-authority-data": credentials.ca } }],
      users: [
        {
          name: user,
          user: { "client-certificate-data": credentials.certificate, "client-key-data": credentials.key },
        },
      ],
      contexts: [{ name: cluster, context: { cluster, user } }],
    },
    undefined,
    2,
  )}\n`;
}

export const kubeconfigOf = (layout: Layout, client: Client): string =>
  client === "admin" ? layout.kubeconfig : join(layout.config, `${client}.kubeconfig`);

/** Writes one kubeconfig a client, readable by root alone. */
export function writeKubeconfigs(layout: Layout): void {
  const read = (file: string): string => readFileSync(join(layout.pki, file)).toString("base64");
  const server = `https://${layout.addresses.node}:${PORTS.apiserver}`;
  for (const client of CLIENTS) {
    const credentials = {
      ca: read("ca.crt"),
      certificate: read(`${client}.crt`),
      key: read(`${client}.key`),
    };
    const text = renderKubeconfig(`bascule-${layout.name}`, server, client, credentials);
    writeFileSync(kubeconfigOf(layout, client), text, { mode: 0o600 });
  }
}
