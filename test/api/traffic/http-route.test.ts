import { randomUUID } from "node:crypto";
import { afterAll, beforeAll } from "vitest";
import { trafficRouterCases } from "../../conformance/traffic-router/cases.ts";
import { apiWorld, ownNamespace, testClient } from "./api-world.ts";

const client = testClient();
const namespace = `traffic-${randomUUID().slice(0, 8)}`;
let removeNamespace: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  removeNamespace = await ownNamespace(client, namespace);
});
afterAll(async () => {
  await removeNamespace();
  await client.transport.close();
});

trafficRouterCases("HTTPRoute, real API server", () => apiWorld(client, namespace));
