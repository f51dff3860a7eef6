import { escaped } from "../timeline/draw/text.js";

/** What the live page has above the picture: where the accounts stand, calls, and a form to place one. Markup. */
export const liveControls = (accounts: ReadonlyMap<number, string>): string => {
  const options = [...accounts]
    .map(
      ([account, name]) =>
        `<option value="${String(account)}">${escaped(`${String(account)} ${name}`.trimEnd())}</option>`,
    )
    .join("");
  return `<section id="phone" aria-label="Phone">
<p id="lost" role="alert" hidden></p>
<div id="standing"></div>
<div id="calls" aria-label="Calls" role="group"></div>
<form id="place"><label>From <select id="from">${options}</select></label>
<label>Call <input id="to" required autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="1002 or sip:bob@example.com" size="26"></label>
<button type="submit">Call</button>
<button type="button" id="follow" aria-pressed="true">Follow</button>
<p id="refused" role="alert" hidden></p></form>
</section>`;
};
