import { isPlainSelector } from "./promql-text.ts";

export interface CheckProblem {
  /** Path inside the check, such as `prometheus.share.total`. */
  readonly path: string;
  readonly message: string;
}

/** One problem for each member that is no plain series selector. */
export const selectorProblems = (
  path: string,
  selectors: Readonly<Record<string, string | undefined>>,
): CheckProblem[] =>
  Object.entries(selectors).flatMap(([member, selector]) =>
    selector === undefined || isPlainSelector(selector)
      ? []
      : [
          {
            path: `${path}.${member}`,
            message:
              'must be a plain series selector such as name{label="value"}: no function, range or operator',
          },
        ],
  );
