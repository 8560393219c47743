import { type Duration, seconds } from "../../src/base/duration.ts";
import { waitUntil } from "../cluster/lib/wait.ts";

/** Waits until what is read has the members that are wanted. `what` names it, as in `the floor of blue`. */
export async function whenLike<T extends object>(
  what: string,
  read: () => Promise<T>,
  wanted: Partial<T>,
  deadline: Duration,
): Promise<void> {
  let last: T | undefined;
  const is = async (): Promise<boolean> => {
    last = await read();
    return Object.entries(wanted).every(([key, value]) => last?.[key as keyof T] === value);
  };
  const explain = (): string => JSON.stringify(last);
  await waitUntil(`${what} is ${JSON.stringify(wanted)}`, is, { deadline, every: seconds(0.2), explain });
}
