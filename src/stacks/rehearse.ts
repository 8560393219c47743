/** Runs a program against nothing at all, to learn what its pods and its shared part would be. */
import { Provider } from "@pulumi/kubernetes";
import { runtime } from "@pulumi/pulumi";
import type { PodShape, SlotInput } from "../ports/stacks.ts";
import type { StackProgram } from "./contract.ts";
import { readValues } from "./load-program.ts";
import { LABEL, ownerLabels, selectorLabels } from "./names.ts";
import { OutputReader } from "./outputs.ts";

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

export interface Rehearsal {
  readonly pods: readonly PodShape[];
  /** Objects of the part that both slots share, as `Deployment shop-cache`; absent where there is none. */
  readonly shared?: readonly string[];
}

/**
 * What a program makes for a slot, by Pulumi's mocks: no engine, no cluster. For a process of its own, because mocks
 * can't be taken away again. @throws whatever the program throws
 */
export async function rehearse(program: StackProgram, input: SlotInput): Promise<Rehearsal> {
  const values = readValues(program, input.values);
  const { namespace, plan, slot, release, version, images } = input;
  const common = { namespace, plan };
  const outputs = new OutputReader();
  const shared = await watch(async (provider) => {
    const labels = { ...ownerLabels(plan, "shared"), [LABEL.partOf]: plan };
    const selector = selectorLabels(plan, "shared");
    outputs.take(program.shared?.({ ...common, labels, selector, provider }, values));
    await outputs.read({ isRehearsal: true });
  });
  const told = await outputs.read({ isRehearsal: true });
  const labels = { ...ownerLabels(plan, slot), [LABEL.partOf]: plan, [LABEL.release]: release };
  const made = await watch((provider) => {
    const selector = selectorLabels(plan, slot);
    const own = { release, version, images, slot, name: `${plan}-${slot}`, podLabels: labels, shared: told };
    program.slot({ ...common, labels, selector, provider, ...own }, values);
  });
  const pods = made.filter(({ type }) => WORKLOAD.test(type)).map((object) => shapeOf(object, labels));
  return program.shared === undefined ? { pods } : { pods, shared: shared.map(nameOf).sort() };
}

/** Objects that are made meanwhile. */
async function watch(run: (provider: Provider) => Promise<void> | void): Promise<readonly Made[]> {
  const made: Made[] = [];
  await runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      if (type.startsWith("kubernetes:")) made.push({ type, inputs });
      return { id: name, state: inputs };
    },
    call: ({ inputs }) => inputs,
  });
  await run(new Provider("cluster", {}));
  await runtime.disconnect(false);
  return made;
}

const kindOf = ({ type }: Made): string => type.split(":").at(-1) ?? "";
const nameOf = (made: Made): string => `${kindOf(made)} ${made.inputs.metadata?.name ?? ""}`;

function shapeOf(made: Made, labels: Readonly<Record<string, string>>): PodShape {
  const { inputs } = made;
  const template = inputs.spec?.template ?? {};
  const { containers = [], initContainers = [] } = template.spec ?? {};
  const staying = [...containers, ...initContainers.filter((c) => c.restartPolicy === "Always")];
  const passing = initContainers.filter((c) => c.restartPolicy !== "Always");
  const of = (list: readonly Container[], kind: "requests" | "limits") =>
    list.map((c) => ({ ...c.resources?.[kind] }));
  return {
    kind: kindOf(made),
    name: inputs.metadata?.name ?? "",
    // The guard puts ours on every pod template.
    labels: { ...template.metadata?.labels, ...labels },
    requests: { containers: of(staying, "requests"), before: of(passing, "requests") },
    limits: { containers: of(staying, "limits"), before: of(passing, "limits") },
  };
}
