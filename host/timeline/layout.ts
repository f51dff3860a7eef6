import type { Lane, LaneKind, Row } from "./lane.js";
import type { Model } from "./model.js";
import { textWidth } from "./draw/text.js";

/** Where a row's parts are, in pixels from the top of the picture. */
export interface RowBox {
  readonly row: Row;
  readonly y: number;
  readonly height: number;
  /** The bar of a registration or call. */
  readonly barY: number;
  readonly barHeight: number;
  /** Half the size of a sign. */
  readonly sign: number;
}

export interface LaneBox {
  readonly lane: Lane;
  readonly y: number;
  readonly height: number;
  /** What its name takes where it stands above it. */
  readonly nameHeight: number;
  readonly rows: readonly RowBox[];
}

/** Where everything is that does not move with time. Pixels. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The names of lanes stand above them, for want of room beside them. */
  readonly isNarrow: boolean;
  /** The part that shows time. */
  readonly left: number;
  readonly right: number;
  readonly axisHeight: number;
  readonly lanes: readonly LaneBox[];
}

export const AXIS_HEIGHT = 26;
export const FLAG_HEIGHT = 20;
/** Lines of flags with the words of decisions. */
const FLAG_LINES = 3;
const NARROW = 680;
const NAME_HEIGHT = 20;
const LANE_PADDING = 5;
/** Words about an outage stand above the rows of a target, those about what was behind it above these. */
export const WORDS_HEIGHT = 13;
const RUG_HEIGHT = 18;
const PADDING = 12;
const MOST_GUTTER = 230;
/** With more rows in a lane than this they are drawn smaller. */
const LARGE_ROWS = 3;

const large = { height: 40, barHeight: 16, sign: 4.5 };
const plain = { height: 24, barHeight: 16, sign: 4.5 };
const small = { height: 25, barHeight: 7, sign: 3.2 };

const words: Readonly<Record<Exclude<LaneKind, "target">, string>> = {
  decisions: "Decisions",
  service: "Reachable",
  user: "Calls",
  dns: "DNS",
  scenario: "Scenario",
  phone: "Phone",
};

/** How large the rows of a lane are. */
const sizeOf = ({ kind, rows }: Lane): typeof large => {
  if (kind === "service") return plain;
  return rows.length > LARGE_ROWS || kind === "phone" || kind === "scenario" ? small : large;
};

/** What the words above the rows of a lane need. */
const headOf = ({ kind, conditions }: Lane): number =>
  (kind === "target" ? WORDS_HEIGHT + 1 : LANE_PADDING) + (conditions.length > 0 ? WORDS_HEIGHT : 0);

/** How wide the names beside the lanes may be. */
const gutterOf = (model: Model, lanes: readonly Lane[]): number => {
  const widest = Math.max(
    0,
    ...lanes.map((lane) => textWidth(laneName(model, lane), 12, true)),
    ...lanes.map((lane) => textWidth(laneRole(model, lane), 11)),
  );
  const hasRows = lanes.some(({ rows, kind }) => kind === "target" && rows.length > 1);
  return Math.min(MOST_GUTTER, Math.max(96, Math.ceil(widest) + 2 * PADDING + (hasRows ? 24 : 0)));
};

/** The name of a lane, for people: that of the server where the trace gives one. */
export const laneName = (model: Model, { kind, name }: Lane): string =>
  kind === "target" ? (model.trace.header.servers?.[name] ?? name) : words[kind];

/** What stands below the name of a lane. */
export const laneRole = (model: Model, lane: Lane): string => {
  if (lane.kind !== "target") return "";
  return laneName(model, lane) === lane.name ? (lane.role ?? "") : lane.name;
};

/** Lays out the lanes of a model for a picture of this width. */
export const layoutOf = (model: Model, width: number): Layout => {
  const { lanes } = model;
  const isNarrow = width < NARROW;
  const left = isNarrow ? PADDING : gutterOf(model, lanes);
  let y = AXIS_HEIGHT;
  const boxes = lanes.map((lane): LaneBox => {
    const isDecisions = lane.kind === "decisions";
    const size = sizeOf(lane);
    const rowHeight = isDecisions ? FLAG_LINES * FLAG_HEIGHT + RUG_HEIGHT : size.height;
    const head = (isNarrow ? NAME_HEIGHT : 0) + headOf(lane);
    const height = head + rowHeight * lane.rows.length + LANE_PADDING;
    const top = y + head;
    const rows = lane.rows.map((row, index): RowBox => {
      const rowY = top + index * rowHeight;
      const barHeight = isDecisions ? RUG_HEIGHT : size.barHeight;
      const barY = isDecisions ? rowY + rowHeight - RUG_HEIGHT : rowY + (rowHeight - barHeight) / 2;
      return { row, y: rowY, height: rowHeight, barY, barHeight, sign: size.sign };
    });
    const box = { lane, y, height, nameHeight: isNarrow ? NAME_HEIGHT : 0, rows };
    y += height;
    return box;
  });
  return {
    width,
    height: y + AXIS_HEIGHT,
    isNarrow,
    left,
    right: width - PADDING,
    axisHeight: AXIS_HEIGHT,
    lanes: boxes,
  };
};
