/**
 * Every text field of the declared kinds by which somebody could point at a thing that is not his own, and what holds it.
 * `shown` names the test: a file, and words of its title.
 */
export interface Reference {
  readonly bound: string;
  readonly shown: readonly [file: string, title: string];
}

const ADMISSION = "test/api/security/references.test.ts";
const NAMES = [ADMISSION, "a reference is one name, and no way to another place"] as const;
const SECRETS = [ADMISSION, "a Secret is looked for in the check's own namespace and nowhere else"] as const;
const ADDRESS = [
  "src/core/gate/fill-check.test.ts",
  "can't change the host that the template names",
] as const;
const POLICY = ["src/net/address-policy.test.ts", "the address policy"] as const;
const SELECTORS = [
  "src/core/gate/fill-check.test.ts",
  "an argument in a selector of a supervision check",
] as const;
const PROMQL = ["src/core/gate/promql-text.test.ts", "never breaks out of its string"] as const;
const PATHS = ["src/probes/functional/http.test.ts", "can't be turned to another host by its path"] as const;
const BY = ["test/api/security/forged-verifications.test.ts", "is refused by every kind of write"] as const;
const OWN = [
  "test/api/security/forged-verifications.test.ts",
  "can't make a verification in a release's name",
] as const;
const ROUTES = ["src/core/traffic/adopt.test.ts", "BackendElsewhere"] as const;

const ownName = "one name, in the object's own namespace";
const asked = "the address policy is asked with the address that is connected to";
const path = "an absolute path at the slot's own Service; it can't name another host";
const promql = "read by the Prometheus that the operator or the check names; arguments are quoted";
const byName = "the name under which the request is made";

export const REFERENCES: Readonly<Record<string, Reference>> = {
  "ReleasePlan.stack.program.name": {
    bound: "a label; looked up in the administrator's folders and nowhere else",
    shown: NAMES,
  },
  "ReleasePlan.stack.serviceAccountName": {
    bound: ownName,
    shown: [ADMISSION, "a token is asked for in the plan's own namespace"],
  },
  "ReleasePlan.traffic.routes[].name": {
    bound: `${ownName}; backends of another namespace are refused, with a ReferenceGrant too`,
    shown: ROUTES,
  },
  "ReleasePlan.traffic.routes[].parentRefs[].name": {
    bound: "only read; the route's own status says whether that parent accepts it",
    shown: NAMES,
  },
  "ReleasePlan.traffic.routes[].parentRefs[].namespace": {
    bound: "only read; the Gateway's allowedRoutes decide, and its controller says so in the route's status",
    shown: NAMES,
  },
  "ReleasePlan.traffic.create.hostnames": {
    bound: "written into a route of the plan's own namespace with the plan's account; the Gateway decides",
    shown: [ADMISSION, "a reference is one name"],
  },
  "ReleasePlan.traffic.create.parentRefs[].name": {
    bound: "written into a route of the plan's own namespace; the Gateway's allowedRoutes decide",
    shown: NAMES,
  },
  "ReleasePlan.traffic.create.parentRefs[].namespace": {
    bound: "written into a route of the plan's own namespace; the Gateway's allowedRoutes decide",
    shown: NAMES,
  },
  "ReleasePlan.traffic.finishAdoption.service": { bound: ownName, shown: NAMES },
  "ReleasePlan.traffic.finishAdoption.by": {
    bound: byName,
    shown: ["test/api/crd/plan-adoption.test.ts", "somebody else's name is refused"],
  },
  "Release.planRef.name": { bound: ownName, shown: NAMES },
  ...Object.fromEntries(
    ["pause", "abort", "promote", "skip", "resume", "revert", "acceptLive"].map((command) => [
      `Release.control.${command}.by`,
      { bound: byName, shown: BY },
    ]),
  ),
  "Verification.releaseRef.name": { bound: "only the controller sets it", shown: OWN },
  "Verification.target.service": { bound: ownName, shown: NAMES },
  "Verification.target.baselineService": { bound: ownName, shown: NAMES },
  "Verification.target.plan": { bound: ownName, shown: NAMES },
  "Verification.target.serviceAccountName": { bound: ownName, shown: NAMES },
  "Verification.target.image": {
    bound: "run by a Job in the object's own namespace, under the namespace's Pod Security",
    shown: ["src/probes/job/job.test.ts", "restricted"],
  },
  "Verification.answers[].by": {
    bound: byName,
    shown: ["test/api/crd/verification-answers.test.ts", "name"],
  },
  "Verification.answers[].check": {
    bound: "a manual check of the same object",
    shown: ["test/api/crd/verification-answers.test.ts", "is to a manual check"],
  },
  "check.templateRef.name": { bound: `${ownName}, or of the whole cluster`, shown: NAMES },
  ...Object.fromEntries(
    ["http", "journey.steps[]", "load", "headers", "webhook"].map((check) => [
      `check.${check}.url`,
      { bound: `${asked}; arguments can't change the host`, shown: ADDRESS },
    ]),
  ),
  ...Object.fromEntries(
    ["prometheus", "compare.prometheus", "supervision.prometheus"].map((check) => [
      `check.${check}.address`,
      { bound: `${asked}; arguments can't change the host; no credentials go along`, shown: ADDRESS },
    ]),
  ),
  ...Object.fromEntries(
    ["http", "journey.steps[]", "load", "headers", "access.requests[]", "compare.scrape"].map((check) => [
      `check.${check}.path`,
      { bound: path, shown: PATHS },
    ]),
  ),
  ...Object.fromEntries(
    ["tcp", "tls", "grpc"].map((check) => [`check.${check}.host`, { bound: asked, shown: POLICY }]),
  ),
  "check.dns.server": { bound: asked, shown: POLICY },
  "check.compare.scrape.service.name": {
    bound: "endpoints of that Service, asked by GET for counters; the address policy is asked for each",
    shown: POLICY,
  },
  "check.compare.scrape.service.namespace": {
    bound:
      "another only with a ReferenceGrant there, or by the administrator's --allow-scrape-service; only values of the selected series are read",
    shown: ["src/metrics/scrape/scrape-grants.test.ts", "a Service of another namespace"],
  },
  ...Object.fromEntries(
    [
      ...["prometheus.share.bad", "prometheus.share.good", "prometheus.share.total", "prometheus.query.expr"],
      ...["prometheus.split.candidate", "prometheus.split.live"],
      ...["candidate", "live"].flatMap((side) =>
        ["total", "bad", "good"].map((what) => `compare.metrics[].${side}.${what}`),
      ),
    ].map((field) => [`check.${field}`, { bound: promql, shown: PROMQL }]),
  ),
  ...Object.fromEntries(
    ["series", "targets", "alerts", "rules"].map((field) => [
      `check.supervision.${field}`,
      { bound: promql, shown: SELECTORS },
    ]),
  ),
  "check.job.image": {
    bound: "run by a Job in the object's own namespace, under the namespace's Pod Security",
    shown: ["src/probes/job/job.test.ts", "restricted"],
  },
  "check.job.envFrom[].secretRef.name": { bound: ownName, shown: NAMES },
  "check.job.serviceAccountName": { bound: ownName, shown: NAMES },
  "check.image.registries": {
    bound: "compared with what pods name; no registry is asked",
    shown: ["src/core/gate/image/image.test.ts", "registr"],
  },
  "check.image.signedBy.configMap": {
    bound: ownName,
    shown: [ADMISSION, "a ConfigMap is looked for in the check's own namespace"],
  },
  "check.rights.approved.rules[].namespace": { bound: "compared, never read", shown: NAMES },
  "check.rights.approved.secrets": { bound: "compared, never read", shown: NAMES },
  "check.access.identities[].secretRef.name": {
    bound: `${ownName}, with the label that it is meant`,
    shown: SECRETS,
  },
  "check.access.identities[].secretRef.key": { bound: "a key of that Secret", shown: SECRETS },
  "check.webhook.secretRef.name": { bound: `${ownName}, with the label that it is meant`, shown: SECRETS },
  "check.webhook.secretRef.key": { bound: "a key of that Secret", shown: SECRETS },
  "check.manual.role": {
    bound: "a right of the person who answers, in the object's own namespace",
    shown: ["test/api/crd/verification-answers.test.ts", "is of those who hold the role"],
  },
  "check.manual.groups": {
    bound: "groups of the request that answers",
    shown: ["test/api/crd/verification-answers.test.ts", "a member of a group"],
  },
  "check.manual.users": {
    bound: byName,
    shown: ["test/api/crd/verification-answers.test.ts", "of those whom the check names"],
  },
};

/** Text that points at nothing: times, sizes, words for people, what is sent to or expected of the own slot. */
export const PLAIN: readonly RegExp[] = [
  /\.(interval|timeout|window|deadline|staleAfter|maxLatency|appearWithin|within|validFor|scrapeInterval|duration)$/,
  /^ReleasePlan\.timing\./,
  /\.(reason|description|question|hold|weight|detect|max|tolerance|limit|share|podLabel)$/,
  /^check\.load\.(limits\..*|stages\[\]\.(rate|from)|headers|body)$/,
  // Names inside of the object itself.
  /^(check|ReleasePlan\.strategy\.canary\.steps\[\]|check\.(journey\.steps|compare\.metrics|access\.identities)\[\]|check\.journey\.steps\[\]\.capture\[\]|VerificationTemplate\.args\[\])\.name$/,
  /^(check\.(onlyWith|access\.requests\[\]\.as)|Verification\.(step|endChecks)|Release\.control\.\w+\.(step|change))$/,
  /^ReleasePlan\.traffic\.routes\[\]\.rules$|\.parentRefs\[\]\.(sectionName|group|kind)$/,
  // Values of a program are checked by its schema; packages are names of images, pulled by the namespace's own nodes and Secrets.
  /^(Release|ReleasePlan)\.(stack\.values|package\.(version|image|images|values)|change)$/,
  /^Verification\.target\.(version|packageDigest)$/,
  /^check\.args$|^VerificationTemplate\.args\[\]\.default$/,
  // What is sent, and what an answer has to be.
  /^check\.(http|journey\.steps\[\]|grpc)\.(headers|body)$|\.expect\.(headers|body|answers|json\[\]\.(path|equals|matches))$/,
  /^check\.journey\.steps\[\]\.capture\[\]\.(json|header|cookie)$|^check\.access\.identities\[\]\.header$/,
  /^check\.tcp\.(send|expect)$|^check\.dns\.name$|^check\.(tls|grpc)\.(ca|serverName)$|^check\.grpc\.service$/,
  /^check\.headers\.(require|forbid|cookies\.except)$|^check\.logs\.(expect|forbid|allow|containers)$/,
  /^check\.(podSecurity\.except|image\.signedBy\.(publicKeys|signatures\[\]\.\w+)|ports\.(allow|require|scan))$/,
  /^check\.rights\.approved\.(capabilities|rules\[\]\.(apiGroups|resources|verbs|resourceNames|nonResourceURLs))$/,
  /^check\.job\.(command|args|env)$|^check\.webhook\.data$|^check\.compare\.scrape\.port$/,
];
