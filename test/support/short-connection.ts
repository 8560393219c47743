import { KubeClient } from "../../src/kube/client.ts";
import type { Credentials } from "../../src/kube/credentials.ts";
import { Transport, type TransportOptions } from "../../src/kube/transport.ts";
import type { RudeServer } from "./rude-server.ts";

/** Credentials for a local test server that asks for none. */
export const plainCredentials = (
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Credentials => ({
  server: url,
  namespace: "ns",
  access: () => Promise.resolve({ tls: { verify: true }, headers }),
});

/** A client of a local server, on the test's own clock. */
export function connect(
  server: RudeServer,
  options: Omit<TransportOptions, "credentials"> & { readonly credentials?: Credentials },
): KubeClient {
  const transport = new Transport({
    credentials: plainCredentials(server.url),
    random: () => 0.5,
    ...options,
  });
  return new KubeClient(transport, { fieldManager: "bascule-test" });
}
