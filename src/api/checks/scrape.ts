import { z } from "zod";
import { duration, rules } from "../fields.ts";

const nameOr = (description: string) =>
  z
    .string()
    .max(253)
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$|[{][{]/, "must be the name of an object")
    .meta({ description });

/** Direct scraping: counters are read where they are counted, without Prometheus in between. */
export const scrape = z
  .object({
    service: z
      .object({
        name: nameOr("Name of the Service."),
        namespace: nameOr("Its namespace. Default: the plan's.").optional(),
      })
      .optional()
      .meta({
        description:
          "Service of the gateway: each of its ready endpoints is scraped. Without it, with source: pods, every ready pod of both slots' Services is.",
      }),
    port: z
      .union([z.int().min(1).max(65535), z.string()])
      .optional()
      .meta({
        description:
          "Port of the Service by name or number; a number that the Service does not have is taken for the endpoints' own. Default: the Service's first.",
        "x-kubernetes-int-or-string": true,
        maxLength: 63,
        ...rules({
          rule: "type(self) == int ? self >= 1 && self <= 65535 : string(self).matches('^[a-zA-Z0-9-]+$|[{][{]')",
          message: "must be the name or the number of a port",
        }),
      }),
    path: z
      .string()
      .max(1024)
      .regex(/^\/|^\{\{/)
      .default("/metrics")
      .meta({ description: "Path and query of the metrics, beginning with a slash." }),
    scheme: z.enum(["http", "https"]).default("http").meta({
      description: "Scheme. Certificates of endpoints are not verified, as a kubelet's probe does not.",
    }),
    timeout: duration(
      "Longest time of one scrape. A slow one does not hold up the others: its sample is judged when it comes.",
    ).default("1s"),
  })
  .meta({
    description:
      "Direct scraping of metrics endpoints (Prometheus text format or OpenMetrics) each scrapeInterval, at least 250ms apart.",
  });
export type ScrapeSpec = z.output<typeof scrape>;
