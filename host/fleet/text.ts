import type { Paint } from "../cli/paint.js";
import { table } from "../cli/render/summary.js";
import { counted } from "../cli/render/words.js";
import type { Report } from "./report.js";
import { cellsText, headText, serverRows, serviceRows, serviceText, stormRows } from "./words.js";
import type { Rows } from "./words.js";

const tableLines = ([head = [], ...rows]: Rows, paint: Paint): string[] =>
  head.length === 0 ? [] : [...table([head.map(paint.dim), ...rows]), ""];

/** A report as tables for a terminal. */
export const reportLines = (report: Report, paint: Paint): string[] => {
  const { unregistered } = report.service;
  return [
    paint.bold(headText(report)),
    "",
    ...tableLines(serviceRows(report), paint),
    serviceText(report),
    ...(unregistered === 0 ? [] : [paint.red(`${counted(unregistered, "phone")} never registered.`)]),
    "",
    ...tableLines(stormRows(report), paint),
    ...tableLines(serverRows(report), paint),
    cellsText(report),
  ];
};
