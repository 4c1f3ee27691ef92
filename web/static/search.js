// Search: the box in the menu, a picture to search with, results that come while an index grows.
import { $, $$, on } from "./core.js";

// "/" goes to the nearest box: that of the page, else that of the menu.
document.addEventListener("keydown", e => {
  if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
  if (e.target.matches("input, textarea, select") || $("dialog[open]")) return;
  const box = $("main [data-search]") || $("[data-search]");
  if (!box) return;
  e.preventDefault();
  box.focus();
  box.select();
}, true);

const form = $("[data-picture]");
if (form) {
  const input = $("input[type=file]", form), drop = $(".drop", form), button = $("button", form);
  let shown = "";

  async function send() {
    const file = input.files[0];
    if (!file) return;
    button.disabled = true;
    form.setAttribute("aria-busy", "true");
    say("Looking at the picture …");
    try {
      const answer = await fetch("/search", { method: "POST", body: new FormData(form) });
      show(await answer.text());
      preview(file);
      history.replaceState(null, "", "/search");
    } catch {
      say("The server cannot be reached: is `curate serve` still running?");
    }
    button.disabled = false;
    form.removeAttribute("aria-busy");
  }

  // preview shows what was sent, when the browser can.
  function preview(file) {
    const figure = $("[data-sent]");
    if (!figure) return;
    if (shown) URL.revokeObjectURL(shown);
    shown = URL.createObjectURL(file);
    const img = $("img", figure);
    img.dataset.broken = "1"; // formats that only curate knows
    img.onload = () => { figure.hidden = false; };
    img.alt = file.name;
    img.src = shown;
    $("figcaption", figure).textContent = file.name;
  }

  function give(files) {
    if (!files || !files.length) return false;
    input.files = files;
    send();
    return true;
  }
  form.addEventListener("submit", e => { e.preventDefault(); send(); });
  input.addEventListener("change", send);
  document.addEventListener("paste", e => { if (give(e.clipboardData.files)) e.preventDefault(); });
  for (const kind of ["dragover", "dragenter"]) document.addEventListener(kind, e => { if ([...e.dataTransfer.types].includes("Files")) { e.preventDefault(); drop.classList.add("over"); } });
  document.addEventListener("dragleave", e => { if (!e.relatedTarget) drop.classList.remove("over"); });
  document.addEventListener("drop", e => {
    drop.classList.remove("over");
    if (give(e.dataTransfer.files)) e.preventDefault();
  });
}

// show puts the parts of a page that came into this one; of another page, such as one of an error, all that it says. The list itself stays:
// keys and choosing belong to it.
function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const other = !$("[data-part]", page);
  for (const part of $$("[data-part]")) {
    const fresh = other ? part.dataset.part === "tail" && $("#main", page) : $(`[data-part=${part.dataset.part}]`, page);
    part.replaceChildren(...fresh ? fresh.childNodes : []);
  }
  const line = $("[data-indexing]");
  if (line) follow(line);
}

function say(text) {
  for (const part of $$("[data-part]")) part.replaceChildren();
  const p = document.createElement("p");
  p.setAttribute("role", "status");
  p.textContent = text;
  $("[data-part=tail]").replaceChildren(p);
}

// ---- while the index grows

const pause = 700;

async function follow(line) {
  const bar = $("progress", line), words = $("span", line);
  for (;;) {
    await new Promise(done => setTimeout(done, pause));
    if (!line.isConnected) return;
    if (document.hidden) continue;
    let state;
    try { state = await (await fetch("/api/search/index")).json(); } catch { continue; } // the page says itself that the server is gone
    if (!state.working) break;
    if (state.of) {
      bar.max = state.of;
      bar.value = state.done;
      words.textContent = `Indexing ${state.done.toLocaleString("en")} of ${state.of.toLocaleString("en")}`;
    }
  }
  if ($(".tile.chosen") || document.activeElement.matches(".tile")) { // not under somebody's hands
    line.textContent = "Everything is indexed now. ";
    const again = Object.assign(document.createElement("button"), { type: "button", textContent: "Search again" });
    again.dataset.act = "search-again";
    line.append(again);
    return;
  }
  await refresh();
}

async function refresh() {
  const answer = await fetch(location.href);
  if (answer.ok) show(await answer.text());
}

on("search-again", refresh);
const line = $("[data-indexing]");
if (line) follow(line);
