import type { Reports } from "../../ports/reports.ts";
import { renderVsr } from "../../reports/vsr/render.ts";

export const reports: Reports = { renderVsr };
