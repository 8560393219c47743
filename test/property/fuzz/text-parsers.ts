/** Every parser of text that comes from outside, with samples of what it takes. */
import { readDuration } from "../../../src/base/duration.ts";
import { readInstant } from "../../../src/base/instant.ts";
import { readQuantity } from "../../../src/base/quantity.ts";
import { readWeight } from "../../../src/base/weight.ts";
import { readReference, runningDigest } from "../../../src/core/gate/image/reference.ts";
import { digestIn, readPublicKey, readSignatures } from "../../../src/core/gate/image/signature.ts";
import { readJsonPath } from "../../../src/core/gate/json-path.ts";
import { readLimit, readRate } from "../../../src/core/gate/load/stages.ts";
import { logFindingIn } from "../../../src/core/gate/log-findings.ts";
import { maskSecrets } from "../../../src/core/gate/mask.ts";
import { fillText } from "../../../src/core/gate/placeholders.ts";
import { readPorts } from "../../../src/core/gate/ports/port-list.ts";
import { isPlainSelector, scanQuoting } from "../../../src/core/gate/promql-text.ts";
import { parseSelector } from "../../../src/core/gate/series-selector.ts";
import { readShare } from "../../../src/core/gate/share-text.ts";
import { readRaised } from "../../../src/core/plan/floors.ts";
import { readMarks, readRun } from "../../../src/core/traffic/runs.ts";
import { readFailure, readRetryAfter } from "../../../src/kube/status.ts";
import { ExpositionReader } from "../../../src/metrics/scrape/exposition-reader.ts";
import { readSeries, readValue, seriesText } from "../../../src/metrics/scrape/sample-line.ts";
import { readRanges } from "../../../src/net/forbidden-ranges.ts";
import { canonical, meanings, readIp } from "../../../src/net/ip-address.ts";
import { readAuthorities } from "../../../src/probes/functional/authorities.ts";
import { cookiesOf } from "../../../src/probes/functional/cookie-jar.ts";
import { readHealthResponse } from "../../../src/probes/functional/grpc-health.ts";
import { findJson, readJson } from "../../../src/probes/functional/json-answer.ts";
import { readLines } from "../../../src/probes/security/log-lines.ts";
import { readKey } from "../../../src/probes/webhook/sign.ts";
import {
  readCliError,
  readLockHolders,
  readFailure as readStackFailure,
} from "../../../src/stacks/errors.ts";
import { EventLog, objectOf } from "../../../src/stacks/event-log.ts";
import { importOf, readCheckpoint } from "../../../src/stacks/state/checkpoint.ts";
import { readHead } from "../../../src/stacks/state/state-head.ts";
import { redactText } from "../../../src/telemetry/redact.ts";

export interface TextParser {
  /** `file#function` of each export that this runs. */
  readonly of: readonly string[];
  readonly samples: readonly string[];
  readonly read: (text: string) => unknown;
  /** The errors that it says it throws. */
  readonly throws?: new (
    ...of: never[]
  ) => Error;
}

const METRICS = [
  '# TYPE http_requests_total counter\nhttp_requests_total{code="200",path="/a\\"b"} 12 1700000000000\n',
  'http_requests_total{code="500"} 1e3 # {trace="x"} 1\n{"quoted.name",le="+Inf"} NaN\n# EOF\n',
];
const CHECKPOINT = JSON.stringify({
  version: 3,
  checkpoint: {
    stack: "organization/bascule/s",
    latest: { resources: [{ urn: "urn:pulumi:s::p::t::n", type: "t" }] },
  },
});
const HEAD = JSON.stringify({
  ...{
    version: 1,
    stack: "ns.shop.blue",
    generation: 3,
    digest: "a".repeat(64),
    bytes: 9,
    parts: [],
    at: "",
  },
});
const CLI = [
  "code: 255\nstderr: error: the stack is currently locked by 1 lock(s)\ncreated by root@host (pid 17) at 2030-01-01T00:00:00Z\n",
  'error: Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas\nexit code 255',
  'resource "urn:pulumi:x::y::z" was not successfully created by the Kubernetes API server: is forbidden: exceeded quota',
];
const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const SIGNED = JSON.stringify({
  Payload: Buffer.from(
    JSON.stringify({ critical: { type: "cosign container image signature", image: {} } }),
  ).toString("base64"),
  Base64Signature: "AAAA",
});

function readExposition(text: string): void {
  const wanted = { name: () => true, series: (found: object) => found };
  const reader = new ExpositionReader<object>({ byText: new Map() }, wanted);
  for (let at = 0; at < text.length; at += 1_000) reader.push(text.slice(at, at + 1_000));
  reader.end({ isOpenMetrics: true });
}

function readEvents(text: string): void {
  const log = new EventLog();
  log.take({ diagnosticEvent: { severity: "error", message: text, urn: text } } as never);
  log.take({ resOpFailedEvent: { metadata: { urn: text } } } as never);
  readStackFailure(log.failures, readCliError(new Error(text)));
}

const gate = (file: string): string => `src/core/gate/${file}`;

export const TEXT_PARSERS: readonly TextParser[] = [
  {
    of: ["src/base/duration.ts#readDuration", gate("load/stages.ts#readLimit")],
    samples: ["1h30m", "250ms", "0.5s"],
    read: (text) => [readLimit(text), readDuration(text)],
    throws: RangeError,
  },
  { of: ["src/base/instant.ts#readInstant"], samples: ["2030-01-01T00:00:00.000Z"], read: readInstant },
  { of: ["src/base/quantity.ts#readQuantity"], samples: ["250m", "1.5Gi", "2e3"], read: readQuantity },
  { of: ["src/base/weight.ts#readWeight"], samples: ["20%", "0.55%"], read: readWeight, throws: RangeError },
  { of: [gate("share-text.ts#readShare")], samples: ["0.5%", "0.01"], read: readShare },
  { of: [gate("load/stages.ts#readRate")], samples: ["100"], read: (text) => readRate(text) },
  { of: [gate("ports/port-list.ts#readPorts")], samples: ["80", "8000-8100"], read: readPorts },
  {
    of: [gate("image/reference.ts#readReference")],
    samples: [`registry.example.com:5000/a/b:1@sha256:${"a".repeat(64)}`, "shop"],
    read: (text) => [readReference(text), runningDigest(text)],
  },
  {
    of: [gate("image/signature.ts#readSignatures")],
    samples: [`${SIGNED}\n${SIGNED}`],
    read: (text) => readSignatures(text, 10).map(digestIn),
  },
  {
    of: [gate("image/signature.ts#readPublicKey"), "src/probes/functional/authorities.ts#readAuthorities"],
    samples: [PEM, "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n"],
    read: (text) => [readPublicKey(text), readAuthorities(text)],
  },
  {
    of: [gate("json-path.ts#readJsonPath"), "src/probes/functional/json-answer.ts#readJson"],
    samples: ["$.items[0]['a b'].c[-1]", '{"items":[{"a b":{"c":[1]}}]}'],
    read: (text) => [readJsonPath(text), findJson(text, { items: [{ a: 1 }] }), readJson(text)],
  },
  {
    of: [gate("series-selector.ts#parseSelector")],
    samples: ['http_requests_total{code=~"5..",a!="b"}', "up", '{__name__="x" , a="1",}'],
    read: (text) => [isPlainSelector(text), parseSelector(text), scanQuoting(text)(0)],
  },
  {
    of: [gate("placeholders.ts#fillText")],
    samples: ['x{a="{{ args.v }}"}[{{window}}]', "{{target.plan}}"],
    read: (text) => fillText(text, "promql", () => ({ kind: "value", value: text, literal: true })),
  },
  {
    of: [
      gate("mask.ts#maskSecrets"),
      "src/telemetry/redact.ts#redactText",
      gate("log-findings.ts#logFindingIn"),
    ],
    samples: [
      "password=hunter22 Bearer abcdefghij https://a:b@c/ eyJhbGciOi.eyJ.x",
      "Authorization: Basic abcdefgh",
    ],
    read: (text) => [maskSecrets(text, ["abcdefgh"]), redactText(text), logFindingIn(text)],
  },
  { of: ["src/core/plan/floors.ts#readRaised"], samples: ["3/1/uid/4"], read: readRaised },
  {
    of: ["src/core/traffic/runs.ts#readRun", "src/core/traffic/runs.ts#readMarks"],
    samples: ["0b5f/12"],
    read: (text) => [readRun(text), readMarks({ "bascule.dev/run": text })],
  },
  {
    of: [
      "src/kube/status.ts#readFailure",
      "src/kube/status.ts#readStatus",
      "src/kube/status.ts#readRetryAfter",
    ],
    samples: [
      JSON.stringify({
        kind: "Status",
        code: 409,
        reason: "Conflict",
        details: { causes: [{ reason: "FieldManagerConflict", message: 'conflict with "a"' }] },
      }),
      "Wed, 21 Oct 2030 07:28:00 GMT",
    ],
    read: (text) => [readFailure(500, text), readRetryAfter(text, text)],
  },
  {
    of: ["src/metrics/scrape/sample-line.ts#readSeries", "src/metrics/scrape/sample-line.ts#readValue"],
    samples: ['a{b="c",d="e\\n"} 1 2', '{"a.b",c="d"} +Inf'],
    read: (text) => [readSeries(seriesText(text) ?? text), readValue(text)],
  },
  {
    of: ["src/metrics/scrape/exposition-reader.ts#ExpositionReader"],
    samples: METRICS,
    read: readExposition,
  },
  {
    of: ["src/net/forbidden-ranges.ts#readRanges"],
    samples: ["10.0.0.0/8", "fd00::/8"],
    read: (text) => readRanges([text]),
    throws: RangeError,
  },
  {
    of: ["src/net/ip-address.ts#readIp"],
    samples: ["10.0.0.1", "[fe80::1%eth0]", "::ffff:1.2.3.4", "64:ff9b::1.2.3.4"],
    read: (text) => {
      const ip = readIp(text);
      return ip === undefined ? undefined : [canonical(ip), meanings(ip)];
    },
  },
  {
    of: ["src/probes/functional/cookie-jar.ts#cookiesOf"],
    samples: ["a=b; Max-Age=0; Path=/", "s=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT"],
    read: (text) => cookiesOf({ "set-cookie": [text, text] }, 0),
  },
  {
    of: ["src/probes/functional/grpc-health.ts#readHealthResponse"],
    samples: ["\u0000\u0000\u0000\u0000\u0002\b\u0001", "\u0000\u0000\u0000\u0000\u0000"],
    read: (text) => readHealthResponse(Buffer.from(text, "latin1")),
  },
  {
    of: ["src/probes/security/log-lines.ts#readLines"],
    samples: ["2030-01-01T00:00:00.123456789Z hello\n"],
    read: readLines,
  },
  {
    of: ["src/probes/webhook/sign.ts#readKey"],
    samples: ["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
    read: readKey,
  },
  {
    of: [
      "src/stacks/errors.ts#readCliError",
      "src/stacks/errors.ts#readLockHolders",
      "src/stacks/errors.ts#readFailure",
    ],
    samples: CLI,
    read: (text) => [readEvents(text), readLockHolders(readCliError(new Error(text))), objectOf(text)],
  },
  {
    of: ["src/stacks/state/checkpoint.ts#readCheckpoint"],
    samples: [CHECKPOINT],
    read: (text) => [readCheckpoint(Buffer.from(text)), importOf("ns.shop.blue", text)],
  },
  {
    of: ["src/stacks/state/state-head.ts#readHead"],
    samples: [HEAD],
    read: (text) => readHead(text, "ns.shop.blue"),
  },
];
