/** Runs a slot's program against nothing at all, to learn what its pods would be. */
import { Provider } from "@pulumi/kubernetes";
import { runtime } from "@pulumi/pulumi";
import type { PodShape, SlotInput } from "../ports/stacks.ts";
import type { StackProgram } from "./contract.ts";
import { readValues } from "./load-program.ts";
import { LABEL, ownerLabels, selectorLabels } from "./names.ts";

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
  };
}
interface Container {
  readonly restartPolicy?: string;
  readonly resources?: { readonly [kind in "requests" | "limits"]?: Readonly<Record<string, string>> };
}
interface Made {
  readonly type: string;
  readonly inputs: {
    readonly metadata?: { readonly name?: string };
    readonly spec?: { readonly template?: Template };
  };
}

const WORKLOAD = /^kubernetes:apps\/v1:(Deployment|StatefulSet)$/;

/**
 * Pods of the workloads that a program makes for a slot, by Pulumi's mocks: no engine, no cluster. For a process of
 * its own, because mocks can't be taken away again. @throws whatever the program throws
 */
export async function rehearse(program: StackProgram, input: SlotInput): Promise<readonly PodShape[]> {
  const made: Made[] = [];
  await runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      if (WORKLOAD.test(type)) made.push({ type, inputs });
      return { id: name, state: inputs };
    },
    call: ({ inputs }) => inputs,
  });
  const { namespace, plan, slot, release, version, images } = input;
  const labels = { ...ownerLabels(plan, slot), [LABEL.partOf]: plan, [LABEL.release]: release };
  const provider = new Provider("cluster", {});
  const shared = { namespace, plan, release, version, images, labels, provider };
  const names = { slot, name: `${plan}-${slot}`, podLabels: labels, selector: selectorLabels(plan, slot) };
  program.slot({ ...shared, ...names }, readValues(program, input.values));
  await runtime.disconnect(false);
  return made.map((object) => shapeOf(object, labels));
}

function shapeOf({ type, inputs }: Made, labels: Readonly<Record<string, string>>): PodShape {
  const template = inputs.spec?.template ?? {};
  const { containers = [], initContainers = [] } = template.spec ?? {};
  const staying = [...containers, ...initContainers.filter((c) => c.restartPolicy === "Always")];
  const passing = initContainers.filter((c) => c.restartPolicy !== "Always");
  const of = (list: readonly Container[], kind: "requests" | "limits") =>
    list.map((c) => ({ ...c.resources?.[kind] }));
  return {
    kind: type.split(":").at(-1) ?? "",
    name: inputs.metadata?.name ?? "",
    // The guard puts ours on every pod template.
    labels: { ...template.metadata?.labels, ...labels },
    requests: { containers: of(staying, "requests"), before: of(passing, "requests") },
    limits: { containers: of(staying, "limits"), before: of(passing, "limits") },
  };
}
