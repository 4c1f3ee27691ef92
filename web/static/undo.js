// Undo and redo. What this tab has done is taken back in its own order; when it has done
// nothing, the last step of the journal is.
import { $, on, onKey, post, reload, settled, toast } from "./core.js";

const made = JSON.parse(sessionStorage.getItem("made") || "[]"); // steps, oldest first
const undone = []; // steps that were taken back, the last one last
let back = said => reload(said); // shows what an undo has brought back

// remember notes a step that the server has answered with; more is what showing it again takes.
export function remember(said, more = {}) {
  if (!said.step) return;
  made.push({ step: said.step, ...more });
  undone.length = 0;
  keep();
}

// onBack says how to show what undo has brought back: by loading the page anew, unless told.
export function onBack(show) { back = show; }

function keep() { sessionStorage.setItem("made", JSON.stringify(made.slice(-200))); }

export async function undo() {
  await settled();
  const last = made.pop();
  keep();
  try {
    const said = await post("/api/undo", { step: last ? last.step : 0 });
    undone.push(last || { step: said.id });
    back("Taken back: " + said.said, last || {}, false);
  } catch (e) {
    if (last && !e.status) made.push(last); // not reached: it may still stand
    keep();
    toast(e.message, true);
  }
}

export async function redo() {
  await settled();
  const last = undone.pop();
  try {
    const said = await post("/api/redo", { step: last ? last.step : 0 });
    made.push(last || { step: said.id });
    keep();
    back("Done again: " + said.said, last || {}, true);
  } catch (e) { toast(e.message, true); }
}

async function step(path, button) {
  try {
    reload((await post(path, { step: Number(button.dataset.step) })).said);
  } catch (e) { toast(e.message, true); }
}

on("undo", undo);
on("undo-step", button => step("/api/undo", button));
on("redo-step", button => step("/api/redo", button));
onKey((key, e) => {
  if (key !== "Ctrl-z" || $("dialog[open]")) return false;
  if (e.shiftKey) redo(); else undo();
  return true;
});
