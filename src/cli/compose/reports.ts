import type { Reports } from "../../ports/reports.ts";
import { renderJunit } from "../../reports/junit.ts";
import { renderVsr } from "../../reports/vsr/render.ts";

export const reports: Reports = { renderVsr, renderJunit };
