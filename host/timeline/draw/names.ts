import { laneName, laneRole } from "../layout.js";
import type { LaneBox } from "../layout.js";
import type { Model } from "../model.js";
import type { Picture } from "./picture.js";
import { element, escaped, fitted, textWidth } from "./text.js";

const NAME = 12;
const ROLE = 11;
const ROW = 10;
const PADDING = 12;

/** An account by its number and, where there is room, its name. */
const accountText = (model: Model, account: number, room: number): string => {
  const name = model.trace.header.accounts?.[String(account)] ?? "";
  const number = String(account);
  return name === "" || room === 0 ? number : fitted(`${number} ${name}`, room, ROW) || number;
};

/** The name of a lane beside it or, where that has no room, above it; and the accounts of its rows. */
export const names = (picture: Picture, box: LaneBox): string => {
  const { layout, model } = picture;
  const { lane, y, height } = box;
  const name = laneName(model, lane);
  const role = laneRole(model, lane);
  const text = (words: string, x: number, textY: number, name: string): string =>
    element("text", { class: name, x, y: textY }, escaped(words));
  const hasRows = lane.kind === "target" && lane.rows.length > 1;
  const accounts = hasRows
    ? box.rows.map(({ row, barY, barHeight }) =>
        element(
          "text",
          {
            class: "account",
            x: layout.isNarrow ? layout.left - 4 : layout.left - 8,
            y: barY + barHeight / 2 + 3.5,
            "text-anchor": "end",
            "font-size": ROW,
          },
          escaped(accountText(model, row.account, layout.isNarrow ? 0 : 64)),
        ),
      )
    : [];
  if (layout.isNarrow) {
    const shown = fitted(name, layout.right - layout.left, NAME, true);
    const x = layout.left + textWidth(shown, NAME, true) + 8;
    return text(shown, layout.left, y + 14, "name") + text(role, x, y + 14, "role") + accounts.join("");
  }
  const room = layout.left - 2 * PADDING - (hasRows ? 22 : 0);
  const middle = y + height / 2;
  const shown = fitted(name, room, NAME, true);
  return (
    text(shown, PADDING, role === "" ? middle + 4 : middle - 2, "name") +
    (role === "" ? "" : text(fitted(role, room, ROLE), PADDING, middle + 13, "role")) +
    accounts.join("")
  );
};
