import { createSocket, type Socket } from "node:dgram";

/** One record of an answer, as text: an address, a name, a text, or "priority weight port name". */
export interface DnsRecord {
  readonly type: "A" | "AAAA" | "CNAME" | "SRV" | "TXT";
  readonly data: string;
}

/** What is answered to a question: records, a code (3 is no such name), bytes of any kind, or nothing. */
export type DnsAnswer =
  | readonly DnsRecord[]
  | { readonly code: number }
  | { readonly raw: Buffer }
  | undefined;

const TYPES = { A: 1, CNAME: 5, TXT: 16, AAAA: 28, SRV: 33 } as const;

/** A DNS server over UDP on this machine that answers as a test tells it. */
export class DnsServer {
  /** Names that were asked for. */
  readonly asked: string[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket, answerOf: (name: string) => DnsAnswer) {
    this.#socket = socket;
    socket.on("message", (question, from) => {
      const name = nameIn(question);
      this.asked.push(name);
      const answer = answerOf(name);
      if (answer !== undefined) socket.send(render(question, answer), from.port, from.address);
    });
  }

  static async start(answerOf: (name: string) => DnsAnswer): Promise<DnsServer> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return new DnsServer(socket, answerOf);
  }

  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}

/** The name after the head of twelve bytes. */
function nameIn(question: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; at < question.length && question[at] !== 0; at += (question[at] ?? 0) + 1)
    labels.push(question.subarray(at + 1, at + 1 + (question[at] ?? 0)).toString());
  return labels.join(".");
}

function render(question: Buffer, answer: NonNullable<DnsAnswer>): Buffer {
  if ("raw" in answer) return answer.raw;
  const records = "code" in answer ? [] : answer;
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | ("code" in answer ? answer.code : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  // The question is repeated without what the resolver adds after it.
  const asked = question.subarray(12, question.indexOf(0, 12) + 5);
  return Buffer.concat([head, asked, ...records.map(renderRecord)]);
}

function renderRecord({ type, data }: DnsRecord): Buffer {
  const content = renderData(type, data);
  const head = Buffer.alloc(12);
  // The name is that of the question, twelve bytes from the start.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(TYPES[type], 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(1, 6);
  head.writeUInt16BE(content.length, 10);
  return Buffer.concat([head, content]);
}

function renderData(type: DnsRecord["type"], data: string): Buffer {
  switch (type) {
    case "A":
      return Buffer.from(data.split(".").map(Number));
    case "AAAA":
      return Buffer.from(
        data
          .split(":")
          .map((word) => word.padStart(4, "0"))
          .join(""),
        "hex",
      );
    case "CNAME":
      return renderName(data);
    case "TXT":
      return Buffer.concat([Buffer.from([data.length]), Buffer.from(data)]);
    case "SRV": {
      const [priority = 0, weight = 0, port = 0] = data.split(" ").map(Number);
      const numbers = Buffer.alloc(6);
      for (const [i, number] of [priority, weight, port].entries()) numbers.writeUInt16BE(number, i * 2);
      return Buffer.concat([numbers, renderName(data.split(" ")[3] ?? "")]);
    }
  }
}

const renderName = (name: string): Buffer =>
  Buffer.concat([
    ...name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
