/**
 * client-node's reader of kubeconfigs without its generated API: two thousand modules that this program never calls,
 * which made up 45 MiB of a controller's memory and most of the time that a command took to start (ADR 35). The
 * reader's own module imports them for two names only, and for these it gets the two modules that define them.
 * Should a later client-node be built otherwise, the hook finds nothing to do, and all is loaded as before.
 */
import { registerHooks } from "node:module";

const READER = "/@kubernetes/client-node/dist/config.js";
const GENERATED = "./gen/index.js";
/** Marks the address of what stands in for the generated API, so that nobody else is given it. */
const NARROW = "?narrow";
const SOURCE = 'export * from "./configuration.js"; export * from "./servers.js";';

const hooks = registerHooks({
  resolve(specifier, context, next) {
    const { parentURL } = context;
    if (specifier !== GENERATED || !parentURL?.endsWith(READER)) return next(specifier, context);
    return { url: `${new URL(GENERATED, parentURL)}${NARROW}`, format: "module", shortCircuit: true };
  },
  load(url, context, next) {
    if (!url.endsWith(NARROW)) return next(url, context);
    return { format: "module", source: SOURCE, shortCircuit: true };
  },
});
const module = await import("@kubernetes/client-node/dist/config.js");
hooks.deregister();

export const KubeConfig = module.KubeConfig;
export type KubeConfig = InstanceType<typeof KubeConfig>;
