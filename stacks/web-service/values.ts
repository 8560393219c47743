import { z } from "zod";

const seconds = (description: string, fallback: string) =>
  z
    .string()
    .regex(/^[0-9]{1,4}(s|m)$/, "write whole seconds or minutes, for instance 5s or 1m")
    .default(fallback)
    .transform((text) => Number.parseInt(text, 10) * (text.endsWith("m") ? 60 : 1))
    .meta({ description });

const port = z.int().min(1).max(65535);
const path = z.string().regex(/^\/\S*$/, "begin with a slash, for instance /healthz");
const quantity = z
  .string()
  .regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, "write a quantity such as 250m, 128Mi or 2");
const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "write the name of an object, in lower case");
const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "write the name of an environment variable");
const absolute = z.string().regex(/^\/[^:]*$/, "write an absolute path");

const probe = (defaultPath: string) =>
  z.strictObject({ path: path.default(defaultPath), port: port.optional() }).prefault({});

const resources = z
  .strictObject({
    requests: z.strictObject({ cpu: quantity.default("50m"), memory: quantity.default("64Mi") }).prefault({}),
    limits: z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() }).optional(),
  })
  .prefault({});

/** Values of `web-service`; anything that is not listed here is refused by name. */
export const values = z
  .strictObject({
    port: port.default(8080).meta({ description: "Port that the container listens on." }),
    command: z.array(z.string()).min(1).optional(),
    args: z.array(z.string()).optional(),
    env: z.record(envName, z.string()).default({}).meta({ description: "Plain environment variables." }),
    config: z
      .record(envName, z.string())
      .default({})
      .meta({ description: "Environment variables kept in a ConfigMap of this release." }),
    files: z
      .strictObject({ path: absolute, content: z.record(z.string().regex(/^[-._a-zA-Z0-9]+$/), z.string()) })
      .optional()
      .meta({ description: "Files of the same ConfigMap, mounted read-only under a path." }),
    secrets: z
      .array(objectName)
      .max(16)
      .default([])
      .meta({ description: "Existing Secrets whose keys become environment variables." }),
    resources,
    readiness: probe("/healthz"),
    liveness: probe("/healthz"),
    drain: seconds("Pause before a pod is told to stop, in which it still answers.", "5s"),
    terminationGracePeriod: seconds("Time that a pod has for its end, the drain included.", "30s"),
    autoscaling: z
      .strictObject({
        min: z.int().min(1).max(10_000).default(1),
        max: z.int().min(1).max(10_000),
        targetCPU: z.int().min(1).max(100).default(70),
      })
      .refine((v) => v.max >= v.min, { path: ["max"], error: "must not be below autoscaling.min" })
      .optional(),
    metrics: z.strictObject({ port: port.optional(), path: path.default("/metrics") }).optional(),
    disruption: z.strictObject({ maxUnavailable: z.int().min(1).default(1) }).prefault({}),
    ingress: z
      .strictObject({ namespaces: z.array(objectName).min(1).max(32) })
      .optional()
      .meta({ description: "Namespaces that may reach the pods besides the plan's; everybody without it." }),
    serviceAccountAnnotations: z.record(z.string(), z.string()).default({}),
    runAsUser: z.int().min(1).default(65532).meta({ description: "Numeric user of the container." }),
    writablePaths: z
      .array(absolute)
      .max(8)
      .default([])
      .meta({ description: "Folders that the container may write to besides /tmp." }),
  })
  .refine((v) => v.terminationGracePeriod > v.drain, {
    path: ["terminationGracePeriod"],
    error: "must be longer than drain, or the pod is killed before it was told to stop",
  });

export type WebServiceValues = z.output<typeof values>;
