/** Makes many objects, so that an apply takes some seconds and can be interrupted. */
import { apps, core } from "@pulumi/kubernetes";
import { defineStack } from "bascule/stack";
import { z } from "zod";

export default defineStack({
  name: "many",
  values: z.strictObject({ count: z.int().default(80) }),
  ports: () => [{ name: "http", port: 8080 }],
  slot({ name, namespace, podLabels, selector, images }, { count }) {
    const containers = [{ name: "main", image: images.main }];
    new apps.v1.Deployment(name, {
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: selector },
        template: { metadata: { labels: podLabels }, spec: { containers } },
      },
    });
    for (let i = 0; i < count; i++)
      new core.v1.ConfigMap(`${name}-${i}`, {
        metadata: { name: `${name}-${i}`, namespace },
        data: { number: String(i) },
      });
    return { workloads: [{ kind: "Deployment", name }] };
  },
});
