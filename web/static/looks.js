// Comparisons of all pictures: they are started when a page asks for what they find, say how far
// they are, and the page is loaded anew when they are done. The slider of such a page asks at once.
import { $, $$, on, post, toast } from "./core.js";

const look = $("[data-look]");

async function follow(again) {
  const name = look.dataset.look;
  try {
    await post("/api/looks/" + name, { again });
  } catch (e) { toast(e.message, true); return; }
  for (;;) {
    let state;
    try {
      state = await (await fetch("/api/jobs/" + name)).json();
    } catch { await new Promise(done => setTimeout(done, 3000)); continue; }
    if (!state.running) { location.reload(); return; }
    const line = $("[data-line]", look);
    if (line) line.textContent = `${state.line || line.dataset.line || (line.dataset.line = line.textContent)} (${state.seconds} s)`;
    await new Promise(done => setTimeout(done, 700));
  }
}

if (look) {
  on("look", button => { button.disabled = true; follow(true); });
  if ("start" in look.dataset) follow(false);
}
for (const slider of $$("input[data-submit]")) slider.addEventListener("change", () => slider.form.requestSubmit());
