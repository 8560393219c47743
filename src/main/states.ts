import type { StackPaths } from "../stacks/environment.ts";
import { SecretStates, type SecretStatesOptions } from "../stacks/state/secret-states.ts";
import type { StackStates } from "../stacks/state/stack-states.ts";
import type { Settings } from "./settings.ts";

/** Where Pulumi keeps the stacks' state by itself: in a folder, unless the setting is a URL. */
export const backendOf = ({ backend }: Settings): Pick<StackPaths, "backend"> =>
  backend === "cluster" || backend === "file" ? {} : { backend };

/** What keeps the state in Pulumi's place, by default. */
export const statesOf = (
  { backend }: Settings,
  options: SecretStatesOptions,
): { readonly states?: StackStates } => (backend === "cluster" ? { states: new SecretStates(options) } : {});
