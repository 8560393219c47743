import { trafficRouterCases } from "./cases.ts";
import { memoryWorld } from "./memory-world.ts";

trafficRouterCases("HTTPRoute, API server in memory", async () => memoryWorld());
