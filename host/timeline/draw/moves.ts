import type { RowBox } from "../layout.js";
import type { Picture } from "./picture.js";
import { element, px } from "./text.js";

/** More in view than this would hide what is below them. */
const MOST = 300;
const HEAD = 5;

/** Where the registrations went: an arrow from the row that was left to the one that was taken. */
export const moves = (picture: Picture): string => {
  const { model, layout, scale, view } = picture;
  const boxes = new Map<string, RowBox[]>();
  for (const { lane, rows } of layout.lanes) if (lane.kind === "target") boxes.set(lane.name, [...rows]);
  const boxOf = (target: string, account: number): RowBox | undefined => {
    const rows = boxes.get(target);
    return rows?.find(({ row }) => row.account === account) ?? rows?.[0];
  };
  let markup = "";
  for (const kind of ["moved", "returned"] as const) {
    const series = model.decisions[kind];
    const first = series.from(view.from);
    const last = series.after(view.to);
    if (last - first > MOST) continue;
    let lines = "";
    let heads = "";
    for (let index = first; index < last; index++) {
      const event = series.eventAt(index);
      const decision = model.decisionAt(event);
      const { account } = model.trace.recordAt(event);
      const from = boxOf(decision?.from ?? "", account);
      const to = boxOf(decision?.to ?? "", account);
      if (from === undefined || to === undefined || from === to) continue;
      const x = scale.x(series.timeAt(index));
      const middle = (box: RowBox): number => box.barY + box.barHeight / 2;
      const isDown = to.y > from.y;
      // The head ends at the bar, which begins where it points to.
      const end = isDown ? to.barY - 1 : to.barY + to.barHeight + 1;
      const back = isDown ? -HEAD * 1.6 : HEAD * 1.6;
      lines += `M${px(x)} ${px(middle(from))}V${px(end + back / 2)}`;
      heads += `M${px(x)} ${px(end)}l${px(-HEAD)} ${px(back)}h${px(2 * HEAD)}Z`;
    }
    if (lines === "") continue;
    markup += element("path", { class: `move ${kind}`, d: lines });
    markup += element("path", { class: `move-head ${kind}`, d: heads });
  }
  return markup;
};
