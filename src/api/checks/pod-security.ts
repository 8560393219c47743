import { z } from "zod";
import { text } from "../fields.ts";

export const podSecurityCheck = z
  .object({
    level: z.enum(["baseline", "restricted"]).default("restricted").meta({
      description: "Level of the Pod Security Standards.",
    }),
    except: z
      .array(text("Name of a control, such as restrictedVolumes.", 64))
      .max(32)
      .optional()
      .meta({ description: "Controls that are not asked, by the names in the message of a finding." }),
  })
  .meta({
    description:
      "Security check: the candidate's pods meet a Pod Security level, whatever its namespace enforces.",
  });
export type PodSecurityCheck = z.output<typeof podSecurityCheck>;
