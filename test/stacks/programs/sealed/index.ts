/** A slot with a Secret of its own, whose text must be readable nowhere else. */
import { apps, core } from "@pulumi/kubernetes";
import { secret } from "@pulumi/pulumi";
import { defineStack } from "bascule/stack";
import { z } from "zod";

export default defineStack({
  name: "sealed",
  values: z.strictObject({ text: z.string(), more: z.array(z.string()).default([]) }),
  ports: () => [{ name: "http", port: 8080 }],
  slot({ name, namespace, podLabels, selector, images }, { text, more }) {
    new core.v1.Secret(name, { metadata: { name, namespace }, stringData: { text: secret(text) } });
    for (const one of more) new core.v1.ConfigMap(one, { metadata: { name: one, namespace }, data: { one } });
    const containers = [{ name: "main", image: images.main }];
    new apps.v1.Deployment(name, {
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: selector },
        template: { metadata: { labels: podLabels }, spec: { containers } },
      },
    });
    return { workloads: [{ kind: "Deployment", name }] };
  },
});
