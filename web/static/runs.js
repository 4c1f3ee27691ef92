// The pages of runs: curves that follow a run under way, a picture dropped on a model,
// two runs marked to be compared. Without it the pages work by reloading and by forms.

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// ---- a run under way

const pause = 2000;

async function follow(place) {
  const state = () => place.firstElementChild.dataset.state;
  while (state() === "running") {
    await new Promise(done => setTimeout(done, pause));
    if (document.hidden) continue;
    let text;
    try {
      const answer = await fetch(place.dataset.live);
      if (!answer.ok) continue;
      text = await answer.text();
    } catch { continue; } // the page says itself that the server is gone
    const fresh = document.createElement("template");
    fresh.innerHTML = text.trim();
    if (fresh.content.firstElementChild.dataset.state !== "running") { location.reload(); return; }
    if (fresh.innerHTML === place.dataset.last) continue;
    place.dataset.last = fresh.innerHTML;
    const open = $$("details", place).map(d => d.open);
    const focused = $$("summary", place).indexOf(document.activeElement);
    place.replaceChildren(fresh.content);
    $$("details", place).forEach((d, i) => { d.open = open[i] || false; });
    if (focused >= 0) $$("summary", place)[focused]?.focus();
  }
}
for (const place of $$("[data-live]")) follow(place);

// ---- a picture for the model

function tryIt(form) {
  const input = form.querySelector("input[type=file]");
  const room = form.parentElement.querySelector("[data-answer]");
  const button = form.querySelector("button");
  async function ask() {
    const file = input.files[0];
    if (!file) return;
    button.disabled = true;
    room.textContent = "Asking the model …";
    const shown = document.createElement("img");
    shown.alt = file.name;
    shown.src = URL.createObjectURL(file);
    shown.onload = () => URL.revokeObjectURL(shown.src);
    shown.onerror = () => shown.remove(); // formats that only curate knows
    shown.dataset.broken = "1";
    try {
      const answer = await fetch(form.action + "?bare=1", { method: "POST", body: new FormData(form) });
      const text = document.createElement("template");
      text.innerHTML = await answer.text();
      const said = text.content.querySelector(answer.ok ? ".answer" : ".empty");
      const asked = document.createElement("div");
      asked.className = "asked";
      const frame = document.createElement("p");
      frame.className = "shown";
      frame.append(shown);
      if (answer.ok) asked.append(frame);
      asked.append(said || "The server did not answer as it should.");
      room.replaceChildren(asked);
    } catch {
      room.textContent = "The server cannot be reached: is `curate serve` still running?";
    }
    button.disabled = false;
  }
  form.addEventListener("submit", e => { e.preventDefault(); ask(); });
  input.addEventListener("change", ask);
  const drop = form.querySelector(".drop");
  for (const kind of ["dragover", "dragenter"]) drop.addEventListener(kind, e => { e.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", e => {
    e.preventDefault();
    drop.classList.remove("over");
    if (!e.dataTransfer.files.length) return;
    input.files = e.dataTransfer.files;
    ask();
  });
}
for (const form of $$("[data-try]")) tryIt(form);

// ---- two runs

function compare(form) {
  const button = form.querySelector("button");
  if (!button) return;
  const show = () => { button.disabled = $$("input:checked", form).length !== 2; };
  form.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
}
for (const form of $$("[data-compare]")) compare(form);
