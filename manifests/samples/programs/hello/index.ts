import { apps } from "@pulumi/kubernetes";
import { defineStack } from "bascule/stack";
import { z } from "zod";

export default defineStack({
  name: "hello",
  values: z.strictObject({ port: z.int().default(8080), greeting: z.string().default("hello") }),
  ports: (values) => [{ name: "http", port: values.port }],
  slot({ name, namespace, podLabels, selector, images }, { port, greeting }) {
    const env = [{ name: "GREETING", value: greeting }];
    const container = { name: "main", image: images.main, ports: [{ containerPort: port }], env };
    const template = { metadata: { labels: { ...podLabels } }, spec: { containers: [container] } };
    const spec = { selector: { matchLabels: { ...selector } }, template };
    new apps.v1.Deployment(name, { metadata: { name, namespace }, spec });
    return { workloads: [{ kind: "Deployment", name }] };
  },
});
