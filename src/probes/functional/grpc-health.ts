/**
 * The messages of grpc.health.v1, by hand: a request has one text, an answer one number. A frame of gRPC is a
 * byte (compressed or not), four bytes of length, and the message.
 */

/** What the health protocol says of a service. */
export type ServingStatus = "UNKNOWN" | "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";

const STATUSES: readonly ServingStatus[] = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];
const HEAD = 5;

/** A HealthCheckRequest in its frame. */
export function renderHealthRequest(service: string): Buffer {
  const name = Buffer.from(service, "utf8");
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a]), varint(name.length), name]);
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Reads a HealthCheckResponse in its frame; undefined for anything else. */
export function readHealthResponse(body: Buffer): ServingStatus | undefined {
  if (body.length < HEAD || body[0] !== 0) return undefined;
  const length = body.readUInt32BE(1);
  if (body.length !== HEAD + length) return undefined;
  const message = body.subarray(HEAD);
  let status = 0;
  let at = 0;
  while (at < message.length) {
    const tag = readVarint(message, at);
    if (tag === undefined) return undefined;
    const field = skipField(message, tag.end, tag.value & 7);
    if (field === undefined) return undefined;
    // The last one counts, as the encoding demands; a field of a newer protocol is passed over.
    if (tag.value >> 3 === 1 && field.value !== undefined) status = field.value;
    at = field.end;
  }
  return STATUSES[status];
}

interface Read {
  readonly value: number;
  readonly end: number;
}

/** The end of a field, and its value where it is a number. */
function skipField(
  message: Buffer,
  at: number,
  wireType: number,
): { readonly end: number; readonly value?: number } | undefined {
  const fixed = (size: number) => (at + size <= message.length ? { end: at + size } : undefined);
  if (wireType === 0) return readVarint(message, at);
  if (wireType === 1) return fixed(8);
  if (wireType === 5) return fixed(4);
  if (wireType !== 2) return undefined;
  const size = readVarint(message, at);
  return size === undefined || size.end + size.value > message.length
    ? undefined
    : { end: size.end + size.value };
}

/** A number of seven bits a byte. Larger ones than 2^53 are cut: no field here has such. */
function readVarint(message: Buffer, from: number): Read | undefined {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = message[from + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: from + i + 1 };
  }
  return undefined;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}
