import type { DecisionKind, Sign } from "../lane.js";
import { px } from "./text.js";

/**
 * Draws a shape as the data of a path: around a point, or stretched from there by `width` where several are drawn as one.
 * `size` is half its own width.
 */
export type Shape = (x: number, y: number, size: number, width?: number) => string;

type Point = readonly [dx: number, dy: number];

/** The points of a shape where it is stretched: what is right of its middle is moved, its middle becomes a side. */
const stretched = (points: readonly Point[], x: number, y: number, size: number, width: number): string[] =>
  points.flatMap(([dx, dy], index) => {
    const at = (shift: number): string => `${px(x + dx * size + shift)} ${px(y + dy * size)}`;
    if (dx !== 0) return [at(dx > 0 ? width : 0)];
    if (width === 0) return [at(0)];
    const [next = 0] = points[(index + 1) % points.length] ?? [];
    return next > 0 ? [at(0), at(width)] : [at(width), at(0)];
  });

const polygon =
  (...points: readonly Point[]): Shape =>
  (x, y, size, width = 0) =>
    `M${stretched(points, x, y, size, width).join("L")}Z`;

const line =
  (...points: readonly Point[]): Shape =>
  (x, y, size, width = 0) =>
    `M${stretched(points, x, y, size, width).join("L")}`;

const down = polygon([-1, -0.9], [1, -0.9], [0, 0.9]);
const up = polygon([-1, 0.9], [1, 0.9], [0, -0.9]);
const square = polygon([-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]);
const diamond = polygon([0, -1.1], [1.1, 0], [0, 1.1], [-1.1, 0]);
const right = polygon([-0.8, -1], [1, 0], [-0.8, 1]);
const left = polygon([0.8, -1], [-1, 0], [0.8, 1]);
/** Open to the bottom: an answer that is none yet. */
const chevron = line([-1, 0.6], [0, -0.6], [1, 0.6]);

/** Several are drawn as one in their middle: what they strike out must be seen. */
const cross: Shape = (x, y, size, width = 0) => {
  const arm = px(size * 0.9);
  const span = px(size * 1.8);
  return `M${px(x + width / 2)} ${px(y)}m-${arm} -${arm}l${span} ${span}m0 -${span}l-${span} ${span}`;
};

const circle: Shape = (x, y, size, width = 0) => {
  const radius = size * 0.8;
  const turn = `a${px(radius)} ${px(radius)} 0 0 1 0`;
  return `M${px(x)} ${px(y - radius)}h${px(width)}${turn} ${px(2 * radius)}h${px(-width)}${turn} ${px(-2 * radius)}Z`;
};

export const signShapes: Readonly<Record<Sign, Shape>> = {
  request: down,
  unanswered: down,
  accepted: up,
  provisional: chevron,
  challenge: up,
  refused: square,
  incoming: circle,
  failed: cross,
  note: diamond,
};

export const decisionShapes: Readonly<Record<DecisionKind, Shape>> = {
  moved: right,
  returned: left,
  trial: diamond,
  trouble: cross,
  recovered: circle,
};
