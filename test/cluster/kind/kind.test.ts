import { expect, test } from "vitest";
import { readTargets } from "../addons/discovery.ts";
import { addressesOf, CLUSTER_NAMES } from "../addresses.ts";
import { imagesOf } from "../images/catalogue.ts";
import { SCALER_PACE } from "../scaler-pace.ts";
import { hostPortsOf, renderKindConfig } from "./config.ts";
import { renderDockerfile } from "./images.ts";
import { renderPodDiscovery } from "./manifests.ts";

test("the node's ports are mapped to ports that no other name has", () => {
  const all = CLUSTER_NAMES.flatMap((name) => Object.values(hostPortsOf(name)));
  expect(new Set(all).size).toBe(3 * CLUSTER_NAMES.length);
});

test("the configuration takes the ranges of the address table, the pace of autoscalers, and lets the kubelet start with cgroup v1", () => {
  const config = JSON.parse(renderKindConfig("test"));
  expect(config.networking.podSubnet).toBe(addressesOf("test").podCidr);
  const [kubelet, control] = config.nodes[0].kubeadmConfigPatches;
  expect(kubelet).toContain("failCgroupV1: false");
  expect(JSON.parse(control).controllerManager.extraArgs).toEqual(SCALER_PACE);
});

test("a variant's Dockerfile has its base, its environment and the numeric user", () => {
  const v4 = imagesOf("/node", "/server.ts").find((image) => image.tag === "localhost/shop:v4");
  expect(v4 && renderDockerfile(v4)).toBe(
    'FROM localhost/shop:base\nENV SHOP_VERSION="v4"\nENV SHOP_FAIL_RATIO="0.3"\nUSER 65532:65532\n',
  );
});

test("both back ends give series the same labels", () => {
  const pod = {
    metadata: {
      name: "a",
      namespace: "b",
      labels: {
        app: "shop",
        "bascule.dev/plan": "p",
        "bascule.dev/slot": "blue",
        "bascule.dev/release": "r",
      },
      annotations: { "prometheus.io/scrape": "true" },
    },
    status: { phase: "Running", podIP: "10.244.0.2" },
  };
  const bare = Object.keys(readTargets([pod])[0]?.labels ?? {});
  const rules = renderPodDiscovery().relabel_configs as readonly { readonly target_label?: string }[];
  const kind = rules.flatMap((rule) =>
    rule.target_label && rule.target_label !== "__address__" ? [rule.target_label] : [],
  );
  expect(new Set(kind)).toEqual(new Set(bare));
});

test("the bases come from a registry and keep the paths that the variants start", () => {
  const node = imagesOf("/node", "/server.ts").find((image) => image.tag === "localhost/node:24");
  const text = node && renderDockerfile(node);
  expect(text).toMatch(/^FROM node:24-bookworm-slim\nRUN ln -s /);
  expect(text).not.toContain("COPY");
  expect(text).toContain('ENTRYPOINT ["/usr/bin/node"]');
});
