/** Wants more than a plan may have. */
import { apps, core } from "@pulumi/kubernetes";
import { defineStack } from "bascule/stack";
import { z } from "zod";

export default defineStack({
  name: "beyond",
  values: z.strictObject({ what: z.enum(["namespace", "elsewhere", "replicas", "nothing", "throw"]) }),
  ports: () => [{ name: "http", port: 8080 }],
  slot({ name, namespace, podLabels, selector, images }, { what }) {
    if (what === "throw") throw new Error("the moon is not full");
    new core.v1.ConfigMap(name, { metadata: { name, namespace }, data: {} });
    if (what === "namespace") new core.v1.Namespace("mine", { metadata: { name: `${namespace}-mine` } });
    if (what === "elsewhere")
      new core.v1.ConfigMap("far", { metadata: { name: "far", namespace: "default" } });
    if (what !== "nothing")
      new apps.v1.Deployment(name, {
        metadata: { name, namespace },
        spec: {
          ...(what === "replicas" ? { replicas: 3 } : {}),
          selector: { matchLabels: selector },
          template: {
            metadata: { labels: podLabels },
            spec: { containers: [{ name: "main", image: images.main }] },
          },
        },
      });
    return { workloads: [{ kind: "Deployment", name }] };
  },
});
