import { Agent, request } from "node:http";

/** Requests a second to one side: enough for a comparison within its window. */
const RATE = 40;

/** Users of one service: GET / at a steady rate until it is stopped. Answers are not looked at. */
export class Traffic {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 50 });
  readonly #timer: NodeJS.Timeout;

  constructor(address: string) {
    this.#timer = setInterval(() => {
      const sent = request(address, { agent: this.#agent, timeout: 5_000 }, (answer) => answer.resume());
      sent.on("timeout", () => sent.destroy());
      sent.on("error", () => {});
      sent.end();
    }, 1_000 / RATE);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#agent.destroy();
  }
}
