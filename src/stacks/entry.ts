/** The entry stack: what stays while releases come and go. */
import { apiextensions, core, type Provider } from "@pulumi/kubernetes";
import type { EntryInput } from "../ports/stacks.ts";
import { selectorLabels } from "./names.ts";

const SLOTS = ["blue", "green"] as const;

/**
 * Makes `<plan>-blue` and `<plan>-green` (fixed selectors), `<plan>-preview`, the entry Service and the route.
 * Weights and the selectors of preview and entry belong to the controller afterwards: they are ignored here.
 */
export function makeEntry(input: EntryInput, provider: Provider): void {
  const slots = SLOTS.map((slot) => makeService(input, `${input.plan}-${slot}`, slot, provider, []));
  const other = input.initialSlot;
  makeService(input, `${input.plan}-preview`, other, provider, ["spec.selector"]);
  if (input.entryService !== undefined)
    makeService(input, input.entryService, input.initialSlot, provider, ["spec.selector"]);
  // Destroyed before what it points to.
  if (input.route) makeRoute(input, input.route, { provider, dependsOn: slots });
}

function makeService(
  input: EntryInput,
  name: string,
  slot: string,
  provider: Provider,
  ignoreChanges: string[],
): core.v1.Service {
  return new core.v1.Service(
    name,
    {
      metadata: { name, namespace: input.namespace },
      spec: {
        type: "ClusterIP",
        selector: { ...selectorLabels(input.plan, slot) },
        ports: input.ports.map((port) => ({
          name: port.name,
          port: port.port,
          targetPort: port.port,
          protocol: "TCP",
        })),
      },
    },
    { provider, ignoreChanges },
  );
}

function makeRoute(
  input: EntryInput,
  route: NonNullable<EntryInput["route"]>,
  options: { readonly provider: Provider; readonly dependsOn: core.v1.Service[] },
): void {
  const port = input.ports[0]?.port;
  new apiextensions.CustomResource(
    input.plan,
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: input.plan, namespace: input.namespace },
      spec: {
        parentRefs: route.parentRefs.map((ref) => ({ ...ref })),
        ...(route.hostnames ? { hostnames: [...route.hostnames] } : {}),
        rules: [
          {
            // Both slots from the start, also at 0: a backend that leaves the rule resets the gateway's counters.
            backendRefs: SLOTS.map((slot) => ({
              name: `${input.plan}-${slot}`,
              port,
              weight: slot === input.serving ? 100 : 0,
            })),
          },
        ],
      },
    },
    { ...options, ignoreChanges: ["spec.rules"] },
  );
}
