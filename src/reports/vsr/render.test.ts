import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fullRecord } from "../../../test/support/vsr-record.ts";
import { LANGUAGES, VSR_FORMATS } from "../../ports/reports.ts";
import { renderVsr } from "./render.ts";

const GOLDEN = join(import.meta.dirname, "..", "..", "..", "test", "golden", "vsr");
const SUFFIX = { markdown: "md", json: "json.txt", html: "html" } as const;

describe.each(LANGUAGES)("the record in %s", (language) => {
  it.each(VSR_FORMATS)("as %s is the text that was approved", async (format) => {
    const text = renderVsr(fullRecord(), format, language);
    await expect(text).toMatchFileSnapshot(join(GOLDEN, `record.${language}.${SUFFIX[format]}`));
  });
});
