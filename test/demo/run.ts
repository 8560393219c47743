import { minutes, seconds } from "../../src/base/duration.ts";
import { type Cluster, clusterUp } from "../cluster/index.ts";
import type { Progress } from "../cluster/lib/progress.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { ControllerProcess } from "../lab/controller.ts";
import { DIRECT_CHECKS, serveGatewayMetrics } from "../lab/gateway-metrics.ts";
import { addTenant, install } from "../lab/install.ts";
import { KIND } from "../lab/kinds.ts";
import { clockNow, Load } from "../lab/load/load.ts";
import { whenServed } from "../lab/load/served.ts";
import { Objects } from "../lab/objects.ts";
import { Observer } from "../lab/observer/observer.ts";
import { Releases } from "../lab/releases.ts";
import { deployByHand, type Shop, writePlan } from "../lab/shop.ts";
import { CHAPTERS, type Chapter } from "./chapters.ts";
import { type ChapterFigures, type DemoFigures, measureChapter, measureDemo } from "./figures.ts";
import { forgetController, HOME, recordController } from "./state.ts";
import type { Timeline } from "./timeline.ts";

export const CLUSTER = "demo";
export const DEMO: Shop = { namespace: "demo-shop", host: "shop.demo.example" };

/** Everything that the chapters need. */
interface Stage {
  readonly objects: Objects;
  readonly releases: Releases;
  readonly observer: Observer;
  readonly load: Load;
  readonly timeline: Timeline;
}

/** Plays the demo on the cluster `demo`, which it starts when it is not up; cluster and controller stay. */
export async function playDemo(timeline: Timeline, progress: Progress): Promise<DemoFigures> {
  const cluster = await clusterUp({ name: CLUSTER, keep: true, progress });
  const objects = new Objects(cluster);
  try {
    const controller = await setUp(cluster, objects, timeline);
    const observer = new Observer(objects, DEMO.namespace);
    await observer.start();
    observer.subscribe((sighting) => timeline.show(sighting));
    timeline.say("100 requests a second go to v0 from here on");
    const load = new Load(cluster, { host: DEMO.host });
    try {
      await load.whenAnswered("v0", 200);
      const releases = new Releases(objects, DEMO.namespace, controller);
      const chapters = await playAll({ objects, releases, observer, load, timeline });
      const answers = await load.stop();
      await observer.stop();
      return measureDemo(chapters, observer.log(), answers, clockNow());
    } finally {
      await Promise.allSettled([load.stop(), observer.stop()]);
    }
  } finally {
    await objects.close();
  }
}

/** A fresh controller, an empty namespace, and the shop as the team has it. */
async function setUp(cluster: Cluster, objects: Objects, timeline: Timeline): Promise<ControllerProcess> {
  await forgetController();
  await install(objects);
  const controller = new ControllerProcess({ cluster, home: HOME, outlives: true });
  await controller.start();
  if (controller.identity) recordController(controller.identity);
  timeline.say(`the controller is ready; its log: ${controller.logFile}`);
  await objects.remove(KIND.namespace, { name: DEMO.namespace });
  await addTenant(objects, DEMO.namespace);
  await serveGatewayMetrics(objects, cluster, DEMO.namespace);
  await deployByHand(objects, DEMO);
  await whenServed(cluster, DEMO.host, "v0");
  timeline.say("v0 of the shop runs: a Deployment, a Service and an HTTPRoute of the team's own");
  return controller;
}

async function playAll(stage: Stage): Promise<readonly ChapterFigures[]> {
  const figures: ChapterFigures[] = [];
  for (const chapter of CHAPTERS) figures.push(await play(stage, chapter));
  return figures;
}

async function play(stage: Stage, chapter: Chapter): Promise<ChapterFigures> {
  const { objects, releases, observer, load, timeline } = stage;
  timeline.chapter(chapter.title);
  await writePlan(objects, DEMO, { strategy: chapter.strategy, verification: DIRECT_CHECKS });
  const from = clockNow();
  await releases.create("shop", chapter.release, chapter.version, `localhost/shop:${chapter.version}`);
  await releases.when(
    chapter.release,
    "is finished",
    (status) => status?.finishedAt !== undefined,
    minutes(3),
  );
  await whenSeen(observer, chapter.release);
  const to = clockNow();
  return measureChapter(chapter, observer.log(), load.answers, { from, to });
}

/** The watches of the observer are not in step with our own reading. */
async function whenSeen(observer: Observer, release: string): Promise<void> {
  const seen = (): boolean =>
    observer
      .log()
      .some(
        (s) =>
          s.kind === "release" && s.name === release && ["Completed", "Reverted", "Failed"].includes(s.phase),
      );
  await waitUntil(`the observer sees the end of ${release}`, seen, { deadline: seconds(5) });
}
