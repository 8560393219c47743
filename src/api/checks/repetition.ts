import { z } from "zod";
import { duration } from "../fields.ts";

/** Members of every functional check: a look is made again and again, and answers in a row decide. */
export const repetition = {
  interval: duration("Time between two looks.").default("1s"),
  timeout: duration("Longest time of one request.").default("5s"),
  successes: z.int().min(1).max(1000).default(3).meta({
    description: "Consecutive good looks that make the check pass.",
  }),
  failures: z.int().min(1).max(1000).default(3).meta({
    description: "Consecutive bad looks that make the check fail.",
  }),
};

/** What `repetition` reads. */
export interface Repetition {
  readonly interval: string;
  readonly timeout: string;
  readonly successes: number;
  readonly failures: number;
}
