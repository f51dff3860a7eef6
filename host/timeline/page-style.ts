/** How the page around the picture looks. */
export const pageStyle = `
*{box-sizing:border-box}
html{background:var(--background);color:var(--text);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
body{margin:0 auto;padding:16px 20px 32px;max-width:1800px}
h1{font-size:1.35rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.05rem;margin:0}
#summary,.remark{margin:2px 0;color:var(--muted)}.remark::before{content:"⚠ ";color:var(--refused)}
#problem{border:1px solid var(--refused);border-radius:6px;padding:8px 12px}
.tools{display:flex;flex-wrap:wrap;gap:6px;margin:12px 0 8px;align-items:center}
button,select,input{font:inherit;color:inherit;background:var(--raised);border:1px solid var(--edge);border-radius:6px;padding:4px 10px;min-height:34px}
button{cursor:pointer}button:hover,select:hover{border-color:var(--muted)}button:disabled{opacity:.5;cursor:default}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
.tools .wide{margin-left:auto}
#overview{margin:0 0 4px}.overview{display:block;width:100%;border-radius:6px;background:var(--raised)}
.tick{stroke:var(--kind);stroke-width:1.6;fill:none}.outage-strong{fill:var(--outage-line);opacity:.55}
.brush .overlay,.overlay{fill:none}.selection{fill:var(--focus);fill-opacity:.13;stroke:var(--focus);stroke-opacity:.8}
#chart{border:1px solid var(--edge);border-radius:6px;overflow:hidden}
#chart>svg{display:block;width:100%;touch-action:pan-y;cursor:grab;user-select:none;-webkit-user-select:none}
#chart>svg:active{cursor:grabbing}#chart>svg.points{cursor:pointer}
#chart:not(:has(>svg[aria-hidden])) svg{height:auto}
.ring{fill:none;stroke:var(--focus);stroke-width:2.5;pointer-events:none}
.tip{position:fixed;z-index:2;max-width:min(460px,90vw);background:var(--background);border:1px solid var(--edge);border-radius:6px;box-shadow:0 4px 16px #0003;padding:7px 10px;font-size:13px;pointer-events:none}
.tip p{margin:2px 0}.tip .chosen:not(:only-of-type){font-weight:600}.where,.more,.time{color:var(--muted)}.where{font-size:12px;margin:0}.time{font-variant-numeric:tabular-nums}
#details{margin-top:10px;border:1px solid var(--edge);border-left:4px solid var(--focus);border-radius:6px;padding:8px 12px}
#details p{margin:0}.sentence{font-weight:600;overflow-wrap:anywhere}
dl{display:flex;flex-wrap:wrap;gap:2px 18px;margin:6px 0 0;font-size:13px}dl div{display:flex;gap:6px;max-width:100%}dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
#legend{margin-top:8px}#legend svg{display:block;width:100%}
#help{margin-top:4px;color:var(--muted);font-size:13px}#help summary{cursor:pointer}
kbd{font:inherit;font-size:12px;border:1px solid var(--edge);border-radius:4px;padding:0 5px;background:var(--raised);color:var(--text)}
#help li{margin:2px 0}
#list{margin-top:18px}.bar-of-list{display:flex;flex-wrap:wrap;gap:10px;align-items:center;margin-bottom:6px}.count{color:var(--muted)}
table{width:100%;border-collapse:collapse;font-size:13.5px}th{text-align:left;color:var(--muted);font-weight:600}
th,td{padding:4px 10px 4px 0;border-bottom:1px solid var(--grid);vertical-align:top}td{overflow-wrap:anywhere}
td:first-child{white-space:nowrap;font-variant-numeric:tabular-nums;width:1%}td:nth-child(2){white-space:nowrap;width:1%;padding-right:18px}
td button{border:0;background:none;padding:0;min-height:0;color:var(--focus);text-decoration:underline;text-underline-offset:2px}
#list .more{margin-top:8px;color:inherit}
#phone{margin:10px 0;display:grid;gap:8px}#standing{display:grid;gap:6px;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr))}
.account-card{border:1px solid var(--edge);border-left:4px solid var(--refused);border-radius:6px;padding:6px 12px;overflow-wrap:anywhere}.account-card.good{border-left-color:var(--accepted)}.account-card p{margin:0}
.call-line{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin-bottom:4px}
#place{display:flex;flex-wrap:wrap;gap:8px;align-items:center}#place label{display:flex;gap:6px;align-items:center}#place input{min-width:0;cursor:text}
#refused,#lost{margin:0;color:var(--trouble);font-weight:600}#follow{margin-left:auto}#follow[aria-pressed=true]{background:var(--registered);color:var(--on-registered);border-color:var(--registered)}
[hidden]{display:none!important}
@media(max-width:680px){#details{position:sticky;bottom:8px;z-index:1;background:var(--background);box-shadow:0 0 12px #0003}#follow{margin-left:0}body{padding:10px 10px 24px}td:nth-child(2),th:nth-child(2){display:none}.tools button{min-width:42px;min-height:42px}select{min-height:42px}.tools .wide{margin-left:0}}
@media(prefers-reduced-motion:no-preference){#chart{scroll-behavior:smooth}}
@media print{#place,#calls{display:none}.bar-of-list{break-after:avoid}@page{size:A4 landscape;margin:12mm}html{font-size:11px}body{padding:0;max-width:none}.tools,#help,.tip,.ring,#list .more,#list select{display:none!important}#chart>svg,.overview,#legend svg{height:auto}#chart,tr,#legend{break-inside:avoid}td button{color:inherit;text-decoration:none}}
`;
