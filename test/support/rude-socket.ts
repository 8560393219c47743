import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** Speaks one connection, well or badly. */
export type SocketHandler = (socket: Socket) => void;

/** A local TCP server that behaves as badly as a test tells it. Without a handler it says nothing. */
export class RudeSocket {
  /** Connections accepted so far. */
  connections = 0;
  /** Bytes that came, of all connections. */
  received = Buffer.alloc(0);
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #handler: SocketHandler = () => {};

  private constructor() {
    this.#server = createServer((socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => {});
      this.#handler(socket);
    });
  }

  static async start(handler?: SocketHandler): Promise<RudeSocket> {
    const rude = new RudeSocket();
    if (handler) rude.use(handler);
    await new Promise<void>((resolve, reject) => {
      rude.#server.once("error", reject);
      rude.#server.listen(0, "127.0.0.1", resolve);
    });
    return rude;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections open now. */
  get open(): number {
    return this.#sockets.size;
  }

  use(handler: SocketHandler): void {
    this.#handler = handler;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Keeps what comes. */
export const listening =
  (rude: RudeSocket): SocketHandler =>
  (socket) => {
    socket.on("data", (chunk) => {
      rude.received = Buffer.concat([rude.received, chunk]);
    });
  };

/** Says something, hears nothing, and ends. */
export const ending =
  (last?: string | Buffer): SocketHandler =>
  (socket) => {
    socket.resume();
    if (last === undefined) socket.end();
    else socket.end(last);
  };

/** A byte each 10 ms, for ever. */
export const dripping =
  (byte: string): SocketHandler =>
  (socket) => {
    socket.resume();
    const timer = setInterval(() => socket.write(byte), 10);
    socket.on("close", () => clearInterval(timer));
  };

/** As much as the other side takes; counted. */
export const flooding =
  (chunk: Buffer, count: (bytes: number) => void): SocketHandler =>
  (socket) => {
    socket.resume();
    const more = (): void => {
      if (socket.destroyed) return;
      count(chunk.length);
      if (socket.write(chunk)) setImmediate(more);
      else socket.once("drain", more);
    };
    more();
  };
