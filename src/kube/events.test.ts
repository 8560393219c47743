import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock, turn } from "../../test/support/manual-clock.ts";
import { RudeServer, reply, status } from "../../test/support/rude-server.ts";
import { connect } from "../../test/support/short-connection.ts";
import { until } from "../../test/support/until.ts";
import { minutes, seconds } from "../base/duration.ts";
import type { Happening } from "./event-series.ts";
import { EventSink } from "./events.ts";
import { noMetrics } from "./metrics.ts";

describe("the event sink", () => {
  let clock: ManualClock;
  let server: RudeServer;
  let sink: EventSink;
  let dropped: string[];
  let end: () => Promise<void>;
  beforeEach(async () => {
    clock = new ManualClock();
    server = await RudeServer.start();
    server.use((_request, response) => reply(response, 201, {}));
    const client = connect(server, { clock });
    dropped = [];
    const metrics = { ...noMetrics, eventDropped: (why: string) => void dropped.push(why) };
    sink = new EventSink({
      client,
      clock,
      metrics,
      reporter: { controller: "bascule.dev/c", instance: "i" },
      rate: { burst: 3, every: seconds(10) },
    });
    end = async () => {
      await sink.stop();
      await client.transport.close();
      await server.stop();
    };
  });
  afterEach(() => end());
  const happening = (note: string, name = "shop"): Happening => ({
    regarding: { apiVersion: "v1", kind: "Thing", name, namespace: "ns" },
    ...{ type: "Normal", reason: "Shifted", action: "Shift", note },
  });
  const bodies = () => server.requests.map(({ method, body }) => ({ method, ...JSON.parse(body) }));

  it("creates the first of a series, patches its count afterwards, and begins a new one after some minutes", async () => {
    for (let i = 0; i < 2; i++) {
      sink.publish(happening("20 %"));
      await sink.flush();
    }
    expect(bodies()).toMatchObject([
      { method: "POST", note: "20 %" },
      { method: "PATCH", series: { count: 2 } },
    ]);
    clock.advance(minutes(7));
    sink.publish(happening("20 %"));
    await sink.flush();
    const posts = bodies().filter(({ method }) => method === "POST");
    expect(posts).toHaveLength(2);
    expect(posts[0].metadata.name).not.toBe(posts[1].metadata.name);
  });

  it("lets each object have its own rate, and counts what it drops", async () => {
    for (let i = 0; i < 10; i++) sink.publish(happening(`note ${i}`));
    sink.publish(happening("note", "other"));
    await sink.flush();
    expect(server.requests).toHaveLength(4);
    expect(dropped).toEqual(Array.from({ length: 7 }, () => "rate"));
    clock.advance(seconds(10));
    sink.publish(happening("note 11"));
    await sink.flush();
    expect(server.requests).toHaveLength(5);
  });

  it("keeps a bounded number waiting while the API server is silent, and stop drops them", async () => {
    server.use(() => "done");
    for (let i = 0; i < 300; i++) sink.publish(happening("note", `o-${i}`));
    await until("the first is sent", () => server.requests.length === 1);
    expect(dropped.filter((why) => why === "full")).toHaveLength(99);
    await sink.stop();
    expect(clock.pending).toBe(0);
  });

  it("tries again when the server is busy, and gives up what it refuses", async () => {
    let busy = true;
    server.use((_q, response) =>
      busy ? reply(response, 503, status(503, "ServiceUnavailable", "busy")) : undefined,
    );
    sink.publish(happening("note"));
    await until(
      "it was refused",
      () => server.requests.length === 1 && (clock.untilNext ?? minutes(1)) <= 1_000,
    );
    busy = false;
    clock.advance(seconds(1));
    await sink.flush();
    expect([server.requests.length, dropped]).toEqual([2, []]);
    server.use((_q, response) => reply(response, 403, status(403, "Forbidden", "no")));
    sink.publish(happening("other note"));
    await sink.flush();
    await turn();
    expect(dropped).toEqual(["failed"]);
  });

  it("cuts a note to the API's limit of bytes, between characters", async () => {
    sink.publish(happening("é".repeat(2_000)));
    await sink.flush();
    const { note } = bodies()[0];
    expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1_024);
    expect(note).toMatch(/^é+…$/);
  });
});
