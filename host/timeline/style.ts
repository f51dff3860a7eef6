/**
 * Colours by what they mean. Blue, orange, purple and green stay apart for people who see red and green alike
 * (after Okabe and Ito), and nothing is told by colour alone: each sign has its shape, each outage its hatching.
 */
type Palette = Readonly<Record<string, string>>;

const light: Palette = {
  background: "#ffffff",
  raised: "#f4f6f8",
  text: "#1b1f24",
  muted: "#57606a",
  grid: "#dfe3e8",
  edge: "#c9d0d8",
  registered: "#2b6cb0",
  "on-registered": "#ffffff",
  leftover: "#9fbfe0",
  lifetime: "#dbe2ea",
  call: "#7b4ea8",
  "on-call": "#ffffff",
  setup: "#c9b3de",
  "on-setup": "#2c1a40",
  request: "#39424d",
  accepted: "#00755a",
  some: "#a9d8ca",
  refused: "#c2410c",
  moved: "#a84300",
  returned: "#1d5a9e",
  trial: "#6b3fa0",
  trouble: "#b3261e",
  recovered: "#00694f",
  outage: "#fbe9dd",
  "outage-line": "#e8b08b",
  "outage-text": "#8f3200",
  condition: "#eceff2",
  "condition-line": "#aab4bf",
  focus: "#0b57d0",
};

const dark: Palette = {
  background: "#13171c",
  raised: "#1a2027",
  text: "#e6eaef",
  muted: "#9ba7b4",
  grid: "#2a323b",
  edge: "#3a444f",
  registered: "#5c9fe6",
  "on-registered": "#06121f",
  leftover: "#335c88",
  lifetime: "#2d3742",
  call: "#b58be0",
  "on-call": "#170a26",
  setup: "#5a4473",
  "on-setup": "#efe4fa",
  request: "#c3ccd6",
  accepted: "#3fc9a2",
  some: "#1f5f4e",
  refused: "#ff9b61",
  moved: "#ffa566",
  returned: "#7db8f5",
  trial: "#c6a2f0",
  trouble: "#ff8f84",
  recovered: "#4fd1ab",
  outage: "#33231a",
  "outage-line": "#8a5636",
  "outage-text": "#ffb98f",
  condition: "#22292f",
  "condition-line": "#56616c",
  focus: "#8ab8ff",
};

const variables = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(";");

const decisionColours = ["moved", "returned", "trial", "trouble", "recovered"]
  .map((kind) => `.${kind}{--kind:var(--${kind})}`)
  .join("");

/** Colours of an element of the class `palette` and what is in it, light or dark as its reader has it; paper is light. */
export const paletteStyle = `
.palette{color-scheme:light dark;${variables(light)}}
@media (prefers-color-scheme:dark){.palette{${variables(dark)}}}
@media print{.palette{color-scheme:light;${variables(light)}}}
`;

/** How the parts of the picture look, whatever page it is in. */
export const pictureStyle = `
.timeline{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;font-size:12px;font-variant-numeric:tabular-nums;background:var(--background);print-color-adjust:exact;-webkit-print-color-adjust:exact}
.timeline text{fill:var(--text)}
.lane{fill:var(--background)}.lane.even{fill:var(--raised)}
.axis path{stroke:var(--grid);fill:none;shape-rendering:crispEdges}.timeline .axis text{fill:var(--muted);font-size:11px}
.name{font-weight:600}.timeline .role,.timeline .account{fill:var(--muted);font-size:11px}
.bar.registered{fill:var(--registered)}.bar.leftover{fill:var(--leftover)}.bar.lifetime{fill:var(--lifetime);stroke:var(--edge)}
.bar.established{fill:var(--call)}.bar.setup,.bar.ending{fill:var(--setup)}
.bar.all{fill:var(--accepted)}.bar.some{fill:var(--some)}.bar.none{fill:var(--background);stroke:var(--refused);stroke-dasharray:3 2}
.bar-text{font-size:10.5px;pointer-events:none}
.timeline .bar-text.registered{fill:var(--on-registered)}.timeline .bar-text.established{fill:var(--on-call)}
.timeline .bar-text.all{fill:var(--background)}.timeline .bar-text.none{fill:var(--refused);font-weight:600}.timeline .bar-text.some{fill:var(--text)}
.timeline .bar-text.setup,.timeline .bar-text.ending{fill:var(--on-setup)}
.sign{stroke:none}.sign.request{fill:var(--request)}
.sign.unanswered{fill:var(--background);stroke:var(--refused);stroke-width:1.3}
.sign.accepted{fill:var(--accepted)}.sign.challenge{fill:var(--background);stroke:var(--muted);stroke-width:1.2}
.sign.provisional{fill:none;stroke:var(--muted);stroke-width:1.5}
.sign.refused{fill:var(--refused)}.sign.incoming{fill:var(--background);stroke:var(--call);stroke-width:1.6}
.sign.failed{fill:none;stroke:var(--trouble);stroke-width:2.2;stroke-linecap:round}
.sign.note{fill:var(--muted)}
.exchange{fill:none;stroke:var(--muted);stroke-width:1}
.outage{fill:var(--outage)}.outage-lines{stroke:var(--outage-line);stroke-width:1.2}
.outage-edge{fill:none;stroke:var(--outage-line)}.timeline .outage-text{fill:var(--outage-text);font-size:10.5px}
.condition{fill:var(--condition)}.condition-lines{stroke:var(--condition-line);stroke-width:1}
.condition-edge{fill:none;stroke:var(--condition-line);stroke-dasharray:3 2}.timeline .condition-text{fill:var(--muted);font-size:10.5px}
.outage-hatch,.condition-hatch{pointer-events:none}
${decisionColours}
.decision{fill:var(--kind);stroke:var(--kind);stroke-width:1;stroke-linejoin:round}
.decision.trouble{fill:none;stroke-width:2.2;stroke-linecap:round}
.pole{stroke:var(--kind);fill:none;stroke-width:1;opacity:.6}
.flag rect{fill:var(--background);stroke:var(--kind);stroke-width:1}
.timeline .flag text{fill:var(--kind);font-size:11px;font-weight:600;pointer-events:none}
.move{fill:none;stroke:var(--kind);stroke-width:2}.move-head{fill:var(--kind)}
`;
