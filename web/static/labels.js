// What pictures are called: suspects that look like something else, and labels that disagree, one below the other.
import { $, $$, on, onKey, post, reload, toast } from "./core.js";
import { remember } from "./undo.js";
import { zoom } from "./compare.js";
import { answered } from "./ask.js";

const root = $(".mislabels, .conflicts"), field = root.dataset.field;
const rows = () => $$(".suspect:not(.answered)", root);

// the one that is asked about: with the focus, else the first.
function now(button) { return button?.closest(".suspect") || document.activeElement.closest(".suspect") || rows()[0]; }

function go(row) {
  if (!row) { toast("That was the last of this page."); return; }
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}
function beside(row, by) { const all = rows(); return all[all.indexOf(row) + by]; }

// answer records and goes on; what cannot be recorded comes back with the reason.
async function answer(row, path, ask, words) {
  if (!row || row.classList.contains("answered")) return;
  const next = beside(row, 1) || beside(row, -1);
  row.classList.add("answered");
  row.dataset.words = words;
  go(next);
  const left = $("[data-count]");
  try {
    const said = await post(path, ask);
    remember(said);
    toast(said.said);
    if (left) left.textContent = Math.max(0, Number(left.textContent.replace(/\D/g, "")) - 1);
    if (!rows().length) reload(said.said);
  } catch (e) {
    row.classList.remove("answered");
    toast(e.message, true);
    go(row);
  }
}

const is = (row, value) => answer(row, "/api/labels", { field, decide: [{ image: Number(row.dataset.image), value, was: row.dataset.given }] }, "✓ " + value);

function say(row, value) {
  const decide = $$("[data-image]", row).map(m => ({ image: Number(m.dataset.image), value, was: m.dataset.was }));
  return answer(row, "/api/labels", { field: row.dataset.field, decide }, "✓ " + value);
}
function apart(row) {
  return answer(row, "/api/cluster/" + row.dataset.cluster, { do: "distinct", seen: row.dataset.seen }, "✓ different pictures");
}

async function another(row) {
  const d = $("#relabel"), input = $("input", d);
  input.value = "";
  setTimeout(() => input.focus());
  if (!await answered(d) || !input.value.trim()) { go(row); return; }
  (row.classList.contains("conflict") ? say : is)(row, input.value.trim());
}

async function acceptShown() {
  const shown = rows(), d = $("#sure"), n = shown.length;
  $("#sure-what").textContent = `Accept ${n} suggestions?`;
  $("[data-why]", d).textContent = "Each picture of this page is called what it looks like. It is one step of the journal, which undo takes back.";
  $("button.primary", d).textContent = `Accept ${n}`;
  if (!await answered(d)) return;
  try {
    const decide = shown.map(r => ({ image: Number(r.dataset.image), value: r.dataset.suggested, was: r.dataset.given }));
    const said = await post("/api/labels", { field, decide });
    remember(said);
    reload(said.said);
  } catch (e) { toast(e.message, true); }
}

on("accept-suggestion", b => { const r = now(b); is(r, r.dataset.suggested); });
on("keep-given", b => { const r = now(b); is(r, r.dataset.given); });
on("choose-other", b => another(now(b)));
on("say", b => say(now(b), b.dataset.value));
on("apart", b => apart(now(b)));
on("accept-shown", acceptShown);

onKey(key => {
  if ($("dialog[open]")) return false;
  const row = now();
  if (!row) return false;
  const conflict = row.classList.contains("conflict");
  switch (key) {
    case "ArrowDown": case "n": go(document.activeElement.closest(".suspect") ? beside(row, 1) : row); return true;
    case "ArrowUp": case "b": go(beside(row, -1) || row); return true;
    case "z": case " ": zoom(conflict ? $("[data-image]", row) : row); return true;
    case "l": another(row); return true;
    case "Enter": if (conflict) return false; is(row, row.dataset.suggested); return true;
    case "k": if (conflict) return false; is(row, row.dataset.given); return true;
    case "d": if (!conflict || row.dataset.cluster === "0") return false; apart(row); return true;
  }
  const choice = "123456789".includes(key) && conflict && $$("[data-act=say]", row)[Number(key) - 1];
  if (choice) { say(row, choice.dataset.value); return true; }
  return false;
});
if (rows().length && document.activeElement === document.body) rows()[0].focus({ preventScroll: true });
