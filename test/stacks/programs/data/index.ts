/** A shared part of many objects, which may say more than it should. */
import { apps, core } from "@pulumi/kubernetes";
import { secret } from "@pulumi/pulumi";
import { defineStack, type SharedResult } from "bascule/stack";
import { z } from "zod";

const values = z.strictObject({
  count: z.int().default(1),
  text: z.string().default("one"),
  tell: z.enum(["names", "secret", "nested"]).default("names"),
});

export default defineStack({
  name: "data",
  values,
  ports: () => [{ name: "http", port: 8080 }],
  shared({ plan, namespace }, { count, text, tell }): SharedResult<{ readonly first: string }> {
    const made = Array.from({ length: count }, (_, number) => {
      const name = `${plan}-data-${number}`;
      return new core.v1.ConfigMap(name, { metadata: { name, namespace }, data: { text } });
    });
    const first = made[0]?.metadata.name ?? "none";
    if (tell === "secret") return { first: secret("s3cr3t-of-the-shop") };
    return tell === "names" ? { first } : { first: { deep: first } as unknown as string };
  },
  slot({ name, namespace, podLabels, selector, images, shared }) {
    const env = [{ name: "FIRST", value: shared.first }];
    const containers = [{ name: "main", image: images.main, env }];
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
