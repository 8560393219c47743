import { z } from "zod";
import { compareCheck, compareRules } from "./compare-check.ts";
import { dnsLabel, duration, exactlyOne, objectName, rules, text } from "./fields.ts";

/** Severity of a check: only `blocking` and `major` findings end a release; `minor` ones become reservations. */
export const SEVERITIES = ["blocking", "major", "minor"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Moments of a release at which a check can run. */
export const MOMENTS = ["beforeTraffic", "steps", "observe"] as const;
export type Moment = (typeof MOMENTS)[number];

/** What happens when a check could not decide by its deadline. */
export const ON_INCONCLUSIVE = ["hold", "revert", "reserve"] as const;
export type OnInconclusive = (typeof ON_INCONCLUSIVE)[number];

export const httpCheck = z
  .object({
    path: z
      .string()
      .max(2048)
      .regex(/^\/|^\{\{/)
      .default("/")
      .meta({ description: "Path and query, beginning with a slash." }),
    method: z.enum(["GET", "HEAD", "OPTIONS", "POST"]).default("GET").meta({ description: "HTTP method." }),
    scheme: z.enum(["http", "https"]).default("http").meta({ description: "Scheme of the slot's port." }),
    port: z.int().min(1).max(65535).optional().meta({
      description: "Port of the slot's Service. Default: its first port.",
    }),
    url: z
      .string()
      .max(2048)
      .regex(/^https?:\/\/|^\{\{/)
      .optional()
      .meta({
        description:
          "Another address than the candidate slot's own, for instance the public one. Then path is ignored.",
      }),
    headers: z.record(z.string().max(256), z.string().max(4096)).optional().meta({
      description: "Request headers.",
      maxProperties: 64,
    }),
    body: text("Request body of a POST.", 65536).optional(),
    expect: z
      .object({
        status: z.array(z.int().min(100).max(599)).min(1).max(20).default([200]).meta({
          description: "Accepted status codes.",
        }),
        headers: z.record(z.string().max(256), z.string().max(1024)).optional().meta({
          description: "Response headers that must be there; the value is a regular expression.",
          maxProperties: 64,
        }),
        body: text("Regular expression that the response body must match.", 1024).optional(),
        maxLatency: duration("Longest time to the whole answer.").optional(),
      })
      .prefault({})
      .meta({ description: "What the answer must look like." }),
    interval: duration("Time between two looks.").default("1s"),
    timeout: duration("Longest time of one request.").default("5s"),
    successes: z.int().min(1).max(1000).default(3).meta({
      description: "Consecutive good looks that make the check pass.",
    }),
    failures: z.int().min(1).max(1000).default(3).meta({
      description: "Consecutive bad looks that make the check fail.",
    }),
  })
  .meta({
    description: "Functional check: one HTTP request to the candidate slot, repeated.",
    ...rules({
      rule: "!has(self.body) || self.method == 'POST'",
      message: "body: only a POST has one; set method: POST or leave the body out",
    }),
  });
export type HttpCheck = z.output<typeof httpCheck>;

export const prometheusCheck = z
  .object({
    address: z
      .string()
      .max(2048)
      .regex(/^https?:\/\//)
      .optional()
      .meta({
        description: "Base URL of Prometheus. Default: the controller's.",
      }),
    share: z
      .object({
        bad: text("Selector of the counters of bad requests.", 2048).optional(),
        good: text(
          "Selector of the counters of good requests, in place of bad: the rest of the total is bad. For histograms: the bucket of the longest accepted time.",
          2048,
        ).optional(),
        total: text("Selector of the counters of all requests.", 2048),
        max: z.number().min(0).max(1).optional().meta({
          description: "Largest allowed share of bad requests, 0 to 1.",
        }),
        limit: text("The same as max, as text, for arguments of templates: 0.01 or 1%.", 64).optional(),
        minSamples: z.int().min(1).max(10_000_000).default(20).meta({
          description: "Requests below which the check can't conclude.",
        }),
      })
      .optional()
      .meta({
        description:
          "Share of bad requests among all, from raw counters (plain series selectors, no functions). No bad series counts as 0 while the total's series exist. Evidence of harm fails at once; the share itself is judged at the end of the window.",
        ...rules(exactlyOne("share", ["bad", "good"]), exactlyOne("share", ["max", "limit"])),
      }),
    query: z
      .object({
        expr: text(
          "PromQL that answers with one number; {{window}} is the time since the split was in force.",
          4096,
        ),
        max: z.number().optional().meta({ description: "Largest allowed value." }),
        min: z.number().optional().meta({ description: "Smallest allowed value." }),
        failures: z.int().min(1).max(1000).default(3).meta({
          description: "Consecutive looks outside the limits that make the check fail.",
        }),
      })
      .optional()
      .meta({
        description: "Any PromQL with limits.",
        ...rules(
          { rule: "has(self.max) || has(self.min)", message: "query: give max, min or both" },
          {
            rule: "!has(self.max) || !has(self.min) || self.min <= self.max",
            message: "query: min must not be above max",
          },
        ),
      }),
    split: z
      .object({
        candidate: text("Selector of the counters of requests that the candidate's backend got.", 2048),
        live: text("Selector of the counters of requests that the live side's backend got.", 2048),
        source: z.enum(["gateway", "pods"]).default("gateway").meta({
          description:
            "Who counts. Counters of a gateway may stop a release, and the last of them are waited for before a slot is scaled down. Pods also count callers inside the cluster and probes: such a check is advisory.",
        }),
        tolerance: z
          .string()
          .max(64)
          .regex(/^([0-9]+([.][0-9]+)?%?|.*[{][{].*)$/, "must be a share such as 0.02 or 2%")
          .default("2%")
          .meta({
            description:
              "Difference from the asked share that does not matter: 0.02 or 2%. At most half of the smaller side's share is used.",
          }),
      })
      .optional()
      .meta({
        description:
          "Share of requests that really reaches the candidate, from raw counters (plain series selectors, no functions), against the share that the step asks for. Only in steps in which both sides get requests.",
      }),
    interval: duration("Time between two looks.").default("1s"),
    staleAfter: duration("Age of the newest sample after which the source counts as silent.").default("15s"),
  })
  .meta({
    description: "Metric check: a value from Prometheus against limits.",
    ...rules(exactlyOne("prometheus", ["share", "query", "split"])),
  });
export type PrometheusCheck = z.output<typeof prometheusCheck>;

export const jobCheck = z
  .object({
    image: text("Image of the Job's only container.", 1024).optional(),
    command: z.array(text("", 4096)).max(64).optional().meta({ description: "Entry point." }),
    args: z.array(text("", 4096)).max(64).optional().meta({ description: "Arguments." }),
    env: z.record(z.string().max(256), z.string().max(4096)).optional().meta({
      description:
        "Environment. BASCULE_TARGET (base URL of the candidate slot), BASCULE_RELEASE and BASCULE_VERSION are always set.",
      maxProperties: 64,
    }),
    envFrom: z
      .array(
        z.object({
          secretRef: z
            .object({ name: objectName("Secret of this namespace.") })
            .meta({ description: "Secret to read from." }),
        }),
      )
      .max(16)
      .optional()
      .meta({
        description: "Secrets whose keys become environment variables.",
      }),
    serviceAccountName: dnsLabel(
      "Service account of the Job's pod. Default: that of the plan's stack.",
    ).optional(),
    timeout: duration("Longest run time; the Job is ended after it.").default("10m"),
  })
  .meta({
    description:
      "Kubernetes Job that must succeed once, for instance a migration or a smoke suite. Default image: the package's own.",
  });
export type JobCheck = z.output<typeof jobCheck>;

/** The check kinds; a check has exactly one of these members. */
export const CHECK_KINDS = ["http", "prometheus", "compare", "job"] as const;
export type CheckKind = (typeof CHECK_KINDS)[number];

/** Members that every entry has, whatever its kind; absent ones get defaults by kind (core/gate/resolve). */
export const checkPolicy = {
  when: z.array(z.enum(MOMENTS)).min(1).max(3).optional().meta({
    "x-kubernetes-list-type": "set",
    description:
      "Moments at which the check runs. Default: http and job beforeTraffic, http also during steps and observation; prometheus and compare during steps and observation, a split during steps.",
  }),
  severity: z.enum(SEVERITIES).optional().meta({ description: "Default: blocking." }),
  advisory: z.boolean().optional().meta({
    description: "An advisory check may not stop a release; what it finds is kept as a reservation.",
  }),
  window: duration(
    "Time that the check looks at before it may pass. Default: the step's hold, at least 30s for metrics.",
  ).optional(),
  deadline: duration(
    "Time after the start of the step's verification by which the check must have concluded. Default: the step's.",
  ).optional(),
  onInconclusive: z.enum(ON_INCONCLUSIVE).optional().meta({
    description:
      "What happens when it can't conclude by then. Default: hold until the step's deadline, then revert.",
  }),
};

/** Rules for an entry of which `split` asks more than other checks: when it runs, and what it may stop. */
const splitRules = [
  {
    rule: "!has(self.prometheus) || !has(self.prometheus.split) || !has(self.when) || self.when.all(m, m == 'steps')",
    message: "when: a split is measured in steps only; set [steps] or leave it out",
  },
  {
    rule: "!has(self.prometheus) || !has(self.prometheus.split) || !has(self.advisory) || self.advisory || self.prometheus.split.source == 'gateway'",
    message: "advisory: pods also count other callers, so this split can only be advisory; leave it out",
  },
] as const;

/** What kinds ask of the policy of their entry. */
export const policyRules = [...splitRules, ...compareRules] as const;

const kinds = {
  http: httpCheck.optional(),
  prometheus: prometheusCheck.optional(),
  compare: compareCheck.optional(),
  job: jobCheck.optional(),
};

export const check = z
  .object({ name: dnsLabel("Name, unique in the list.", 127), ...kinds, ...checkPolicy })
  .meta({
    description: "One check.",
    ...rules(exactlyOne("check", [...CHECK_KINDS]), ...policyRules),
  });
export type Check = z.output<typeof check>;

/** An entry of `ReleasePlan.spec.verification`: a check of its own, or a reference to a template. */
export const verificationEntry = z
  .object({
    name: dnsLabel("Name, unique in the list."),
    ...kinds,
    templateRef: z
      .object({
        name: objectName("Name of the template."),
        kind: z
          .enum(["VerificationTemplate", "ClusterVerificationTemplate"])
          .default("VerificationTemplate")
          .meta({
            description:
              "Kind of the template. A VerificationTemplate that the namespace does not have is looked for among the ClusterVerificationTemplates.",
          }),
      })
      .optional()
      .meta({ description: "Reusable checks." }),
    args: z
      .record(z.string().max(63), z.string().max(2048))
      .optional()
      .meta({ description: "Arguments of the template.", maxProperties: 32 }),
    ...checkPolicy,
  })
  .meta({
    description: "One check, or the checks of a template.",
    ...rules(
      exactlyOne("verification", [...CHECK_KINDS, "templateRef"]),
      {
        rule: "!has(self.args) || has(self.templateRef)",
        message: "args: only a templateRef takes arguments",
      },
      ...policyRules,
    ),
  });
export type VerificationEntry = z.output<typeof verificationEntry>;
