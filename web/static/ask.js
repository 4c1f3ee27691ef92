// Questions that a person answers before something is decided.
import { $, atWork } from "./core.js";

const number = n => n.toLocaleString("en").replaceAll(",", "\u2009");
const images = n => number(n) + (n === 1 ? " image" : " images");

let asked = 0;

// answered shows a dialog and tells whether it was answered with yes. The browser tells
// of a closed dialog a moment later, when it may be open again for the next question.
export function answered(dialog) {
  const mine = ++asked;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise(done => {
    const closed = () => {
      if (mine === asked && dialog.open) return;
      dialog.removeEventListener("close", closed);
      done(mine === asked && dialog.returnValue === "yes");
    };
    dialog.addEventListener("close", closed);
  });
}

const says = {
  keep: n => [`Keep ${images(n)}?`, "They stay in the set whatever else speaks against them."],
  remove: n => [`Remove ${images(n)}?`, "They leave the set."],
  clear: n => [`Take back what was said of ${images(n)}?`, "Your verdicts on them are taken back."],
  label: n => [`Label ${images(n)}?`, "Their label is what you say."],
  subject: n => [`Give ${images(n)} a subject?`, "Their subject is what you say."],
};

// confirmed asks whether so many images are meant.
export function confirmed(ask, count) {
  const d = $("#sure"), [what, why] = says[ask.do](count);
  $("#sure-what").textContent = ask.value ? what.replace("?", `: ${ask.value}?`) : what;
  $("[data-why]", d).textContent = why + " It is one step of the journal, which undo takes back. No file is touched.";
  $("button.primary", d).textContent = what.replace("?", "");
  return answered(d);
}

// told says how far something is that takes long, until it is done.
export function told(work, count) {
  const began = Date.now();
  let over = false;
  (async () => {
    for (let wait = 300; await new Promise(done => setTimeout(done, wait)), !over; wait = 500) {
      let at = {};
      try {
        at = await (await fetch("/api/recording")).json();
      } catch { /* whoever works is told */ }
      if (over) return;
      const far = !at.total ? "" : at.done + 100 >= at.total ? "All written, working out what follows" : `${number(at.done)} of ${number(at.total)}`;
      atWork(`Recording ${images(count)}. It is one step, and done whole or not at all.`, `${far} (${Math.round((Date.now() - began) / 1000)} s)`);
    }
  })();
  return work.finally(() => { over = true; atWork(""); });
}

// named asks for a label or subject and writes it into ask.
export async function named(ask, count) {
  const d = $("#relabel"), form = $("form", d), value = form.elements.value;
  $("#relabel-what").textContent = `What ${count === 1 ? "is the image" : "are the " + images(count)}?`;
  const field = () => { value.setAttribute("list", "known-" + form.elements.field.value); };
  form.onchange = field;
  field();
  value.value = "";
  setTimeout(() => value.focus());
  if (!await answered(d) || !value.value.trim()) return false;
  ask.do = form.elements.field.value;
  ask.value = value.value.trim();
  return true;
}
