// Moving files: a summary first, then the number of files typed, then the move, which goes on in the
// server whatever becomes of this page.
import { $, on, post, reload, toast } from "./core.js";
import { answered } from "./ask.js";

async function follow(name) {
  for (;;) {
    await new Promise(done => setTimeout(done, 600));
    let state;
    try {
      state = await (await fetch("/api/jobs/" + name)).json();
    } catch { continue; }
    const line = $("[data-line]");
    if (line) line.textContent = `${state.line || line.dataset.line || (line.dataset.line = line.textContent)} (${state.seconds} s)`;
    if (!state.running) { location.reload(); return; }
  }
}

const plan = $("form[data-plan]"), move = $("form[data-apply]");
plan?.addEventListener("submit", async e => {
  e.preventDefault();
  $("button", plan).disabled = true;
  try {
    await post("/api/apply/plan", { to: plan.elements.to.value });
    await follow("apply-plan");
  } catch (e) { toast(e.message, true); $("button", plan).disabled = false; }
});
plan?.addEventListener("change", () => { if (move) { move.hidden = plan.elements.to.value !== move.dataset.to; } });

move?.addEventListener("input", () => { $("button", move).disabled = move.elements.typed.value.trim() !== move.dataset.files; });
move?.addEventListener("submit", async e => {
  e.preventDefault();
  $("button", move).disabled = true;
  try {
    await post("/api/apply", { to: move.dataset.to, files: Number(move.dataset.files) });
    toast("Moving …");
    await follow("apply");
  } catch (e) { reload(e.message); }
});

async function steps(path, what, button) {
  const d = $("#sure"), files = Number(button.dataset.files), step = Number(button.closest("[data-step]").dataset.step);
  $("#sure-what").textContent = what + "?";
  $("[data-why]", d).textContent = "Files are moved. Each is compared with its record first, and none is overwritten.";
  $("button.primary", d).textContent = what;
  if (!await answered(d)) return;
  button.disabled = true;
  try {
    await post(path, { step, files });
    toast("Moving …");
    await follow("apply");
  } catch (e) { toast(e.message, true); button.disabled = false; }
}
on("files-back", b => steps("/api/apply/undo", b.textContent.replace(" …", ""), b));
on("files-again", b => steps("/api/apply/redo", b.textContent.replace(" …", ""), b));

if ($("[data-working]")) follow($("form[data-plan]") ? "apply-plan" : "apply");
