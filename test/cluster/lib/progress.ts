import { type Duration, milliseconds, renderDuration, seconds } from "../../../src/base/duration.ts";

/** Where the steps of a long command are shown. */
export type Progress = {
  /** Shows the step with elapsed time while it runs, and once more when it has ended. */
  step<T>(title: string, run: () => Promise<T>, options?: { readonly quiet?: boolean }): Promise<T>;
  /** One line of its own. */
  note(text: string): void;
};

type Sink = { readonly write: (text: string) => unknown; readonly isTTY?: boolean };

/** A library caller that did not ask for progress gets none. */
export const SILENT: Progress = { step: (_title, run) => run(), note: () => undefined };

/** Lines for logs, with a sign of life each `interval`; on a terminal one line that is updated in place. */
export function createProgress(sink: Sink, interval: Duration = seconds(15)): Progress {
  const live = sink.isTTY === true;
  const started = performance.now();
  const total = (): string => `${((performance.now() - started) / 1_000).toFixed(1).padStart(6)} s`;
  const line = (text: string): void => {
    sink.write(`${live ? "\r\u001b[K" : ""}${live ? `\u001b[2m${total()}\u001b[0m` : total()}  ${text}\n`);
  };
  return {
    note: line,
    async step(title, run, options = {}) {
      const from = performance.now();
      const spent = (): string => renderDuration(milliseconds(performance.now() - from));
      if (live) sink.write(`\r\u001b[K${total()}  ${title} …`);
      else if (!options.quiet) line(`${title} …`);
      const timer = setInterval(
        () =>
          live ? sink.write(`\r\u001b[K${total()}  ${title} … ${spent()}`) : line(`${title} … ${spent()}`),
        live ? 500 : interval,
      );
      try {
        const value = await run();
        line(`${title}: done in ${spent()}`);
        return value;
      } catch (error) {
        line(`${title}: failed after ${spent()}`);
        throw error;
      } finally {
        clearInterval(timer);
      }
    },
  };
}
