// Accepting many clusters together, from a contact sheet: what is taken off stays for one
// by one.
import { $, $$, on, post, reload, toast } from "./core.js";
import { remember } from "./undo.js";

export function startBulk(sheet) {
  const button = $("[data-act=accept-all]", sheet), d = sheet.dataset;
  const off = () => $$("input[name=off]", sheet).filter(box => !box.checked).map(box => Number(box.value));
  const count = () => {
    const n = Number(d.clusters) - off().length;
    button.textContent = n === 1 ? "Accept 1 cluster" : `Accept ${n} clusters`;
    button.disabled = n === 0;
  };
  sheet.addEventListener("change", e => {
    if (e.target.matches("input[name=off]")) e.target.closest("li").classList.toggle("off", !e.target.checked);
    if (e.target.matches("select")) e.target.form.requestSubmit();
    count();
  });
  on("accept-all", async () => {
    button.disabled = true;
    try {
      const said = await post("/api/accept", { from: Number(d.from), kind: d.kind, keep: d.keep, clusters: Number(d.clusters), seen: d.seen, except: off() });
      remember(said);
      reload(said.said, "/duplicates?kind=" + d.kind);
    } catch (e) { toast(e.message, true); count(); }
  });
  count();
}
