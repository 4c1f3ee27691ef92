// The page's script: keys, decisions, comparing. Everything that it does has a button,
// and every decision goes through /api/. A decision shows at once; when it cannot be
// saved, the card comes back with the reason.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// ---- talking to the server

async function post(path, body) {
  let answer;
  try {
    answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    throw new Error("The server cannot be reached: is `curate serve` still running? Whether this was saved, the journal shows.");
  }
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error + ". " + (said.do || ""));
  if ("waiting" in said) showWaiting(said.waiting);
  return said;
}

function showWaiting(n) {
  for (const e of $$("[data-waiting]")) e.textContent = n || "";
  for (const e of $$("[data-left]")) e.textContent = n;
  const bar = $(".progress progress");
  if (bar) bar.value = bar.max - n;
}

let toastTimer;
function toast(text, bad = false) {
  const e = $(".toast");
  e.textContent = text;
  e.classList.toggle("bad", bad);
  e.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { e.hidden = true; }, bad ? 12000 : 3500);
}

// ---- undo: the steps that this tab has made, newest last

const made = [];
function remember(said) {
  if (said.step) made.push({ step: said.step, at: location.pathname + location.search });
}

async function undo() {
  const last = made.pop();
  try {
    const said = await post("/api/undo", { step: last ? last.step : 0 });
    toast("Taken back: " + said.said);
    reshow(last);
  } catch (e) { toast(e.message, true); }
}

async function redo() {
  try {
    const said = await post("/api/redo", { step: 0 });
    made.push({ step: said.id });
    toast("Done again: " + said.said);
    reshow();
  } catch (e) { toast(e.message, true); }
}

// reshow shows what an undo has brought back.
function reshow(last) {
  if (review) review.back(last && last.cluster);
  else location.reload();
}

// ---- pictures that cannot be shown

async function broken(img) {
  if (img.dataset.broken) return;
  img.dataset.broken = "1";
  let text = "This picture cannot be shown.";
  try {
    const r = await fetch(img.src);
    if (!r.ok) text = await r.text();
  } catch { /* the text above says enough */ }
  const p = document.createElement("p");
  p.className = "broken";
  p.textContent = text;
  img.replaceWith(p);
}
document.addEventListener("error", e => { if (e.target.tagName === "IMG") broken(e.target); }, true);

// ---- reviewing clusters

class Review {
  constructor(root) {
    this.root = root;
    this.stage = $(".stage", root);
    this.queue = (root.dataset.queue.match(/\d+/g) || []).map(Number);
    this.before = []; // clusters behind us
    this.cards = new Map(); // id -> promise of HTML
    this.ahead();
    this.choose(1);
  }

  get card() { return $(".card", this.stage); }

  load(id) {
    if (!this.cards.has(id)) {
      this.cards.set(id, fetch("/card/" + id).then(async r => {
        const html = await r.text();
        const probe = document.createElement("template");
        probe.innerHTML = html;
        for (const img of $$("img", probe.content)) new Image().src = img.src;
        return html;
      }));
    }
    return this.cards.get(id);
  }

  // ahead loads the next three.
  ahead() { for (const id of this.queue.slice(0, 3)) this.load(id).catch(() => this.cards.delete(id)); }

  async show(id) {
    try {
      this.stage.innerHTML = await this.load(id);
    } catch {
      toast("The server cannot be reached: is `curate serve` still running?", true);
      return;
    }
    this.cards.delete(id);
    history.replaceState(null, "", "/duplicates/" + id + location.search);
    this.ahead();
    this.choose(1);
    $("#main").focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  async next() {
    if (this.card) this.before.push(Number(this.card.dataset.id));
    const id = this.queue.shift();
    if (id === undefined) {
      this.stage.replaceChildren($("#finished").content.cloneNode(true));
      return;
    }
    await this.show(id);
  }

  async back(id) {
    if (!id) id = this.before.pop();
    if (!id) { location.reload(); return; }
    if (this.card) this.queue.unshift(Number(this.card.dataset.id));
    this.cards.delete(id);
    await this.show(id);
  }

  members() { return $$(".member", this.stage); }
  choose(i) {
    const ms = this.members();
    if (!ms.length) return;
    this.chosen = (i + ms.length) % ms.length;
    ms.forEach((m, k) => m.classList.toggle("chosen", k === this.chosen && ms.length > 2));
  }
  get other() { const ms = this.members(); return ms[this.chosen] || ms[1]; }

  // decide goes on at once, and comes back when the decision could not be saved.
  async decide(what) {
    const card = this.card;
    if (!card) return;
    const id = Number(card.dataset.id);
    what.seen = card.dataset.seen;
    const html = card.outerHTML;
    const many = this.members().length > 2;
    if (what.image && many) { // one member of several: stay until all are decided
      try {
        const said = await post("/api/cluster/" + id, what);
        remember(said);
        made[made.length - 1].cluster = id;
        toast(said.said);
        this.cards.delete(id);
        await this.show(id);
      } catch (e) { toast(e.message, true); this.cards.delete(id); await this.show(id); }
      return;
    }
    card.classList.add("leaving");
    const saved = post("/api/cluster/" + id, what);
    const gone = this.next();
    try {
      const said = await saved;
      if (said.step) made.push({ step: said.step, cluster: id });
      toast(said.said);
    } catch (e) {
      await gone;
      if (this.card) this.queue.unshift(Number(this.card.dataset.id));
      this.before.pop();
      this.stage.innerHTML = html;
      toast(e.message, true);
      this.cards.delete(id);
      if (/in the meantime/.test(e.message)) await this.show(id);
    }
  }

  act(name, member) {
    const keeper = $(".member.keeper", this.stage);
    const other = member && !member.classList.contains("keeper") ? member : this.other && !this.other.classList.contains("keeper") ? this.other : this.members()[1];
    const id = other ? Number(other.dataset.image) : 0;
    switch (name) {
      case "accept": return this.decide({ do: "accept" });
      case "keep-all": return this.decide({ do: "keep-all" });
      case "keeper": return this.decide({ do: "accept", keeper: Number(member.dataset.image) });
      case "distinct": return this.decide({ do: "distinct", image: id });
      case "same": return this.decide({ do: "same", image: id });
      case "next": return this.next();
      case "compare": return compare(keeper, other);
      case "zoom": return zoom(this.members()[this.chosen] || keeper);
    }
  }

  key(e) {
    const n = "123456789".indexOf(e.key);
    if (n >= 0) {
      const m = this.members().find(m => m.dataset.number === e.key);
      if (m) this.act("keeper", m);
      return !!m;
    }
    switch (e.key) {
      case "Enter": this.act("accept"); return true;
      case "k": this.act("keep-all"); return true;
      case "d": this.act("distinct"); return true;
      case "s": this.act("same"); return true;
      case "n": this.next(); return true;
      case "b": this.back(); return true;
      case "z": case " ": this.act("zoom"); return true;
      case "c": this.act("compare"); return true;
      case "ArrowRight": this.choose(this.chosen + 1); return true;
      case "ArrowLeft": this.choose(this.chosen - 1); return true;
    }
    return false;
  }
}

// ---- comparing and zooming

function turnOf(member) { return [...member.classList].find(c => /^turn\d$/.test(c)); }

function compare(keeper, other) {
  if (!keeper || !other) return;
  const dialog = $("#compare");
  const under = $(".under", dialog), over = $(".over", dialog);
  under.src = $(".frame img", keeper).src;
  over.src = $(".frame img", other).src;
  over.className = "over " + (turnOf(other) || "");
  mode("flicker");
  dialog.showModal();
}

function mode(name) {
  const dialog = $("#compare"), layers = $(".layers", dialog), range = $("input", dialog);
  layers.className = "layers " + (name === "flicker" ? "" : name);
  range.hidden = name !== "slider";
  for (const b of $$("[data-mode]", dialog)) b.setAttribute("aria-pressed", b.dataset.mode === name);
  $(".over", dialog).style.clipPath = name === "slider" ? `inset(0 0 0 ${range.value}%)` : "";
}

function zoom(member) {
  const img = member && ($(".frame img", member) || $("img", member));
  if (!img) return;
  const dialog = $("#zoom"), big = $("img", dialog);
  big.src = member.dataset.full || img.src;
  big.alt = img.alt;
  $(".pan", dialog).classList.remove("full");
  dialog.showModal();
}

// ---- grids

class Grid {
  constructor(root) {
    this.root = root;
    this.tools = $(".gridtools");
    this.at = -1;
  }
  tiles() { return $$(".tile", this.root); }
  chosen() { return this.tiles().filter(t => t.classList.contains("chosen")); }
  toggle(tile, on) {
    tile.classList.toggle("chosen", on);
    tile.setAttribute("aria-selected", tile.classList.contains("chosen"));
    this.count();
  }
  count() {
    const n = this.chosen().length;
    for (const e of $$("[data-chosen]")) e.textContent = n ? n + " chosen" : "";
    if (this.tools) this.tools.hidden = n === 0 && !$("[data-act=all]", this.tools);
  }
  range(from, to) { this.tiles().slice(Math.min(from, to), Math.max(from, to) + 1).forEach(t => this.toggle(t, true)); }

  async act(name) {
    if (name === "all") { this.tiles().forEach(t => this.toggle(t, true)); return; }
    if (name === "none") { this.tiles().forEach(t => this.toggle(t, false)); return; }
    let chosen = this.chosen();
    if (!chosen.length && document.activeElement.matches(".tile")) chosen = [document.activeElement];
    await decideImages(name, chosen.map(t => Number(t.dataset.image)));
  }

  key(e) {
    const tiles = this.tiles(), now = tiles.indexOf(document.activeElement);
    const move = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (move && tiles.length) {
      const to = Math.min(Math.max(now + move, 0), tiles.length - 1);
      tiles[to].focus();
      if (e.shiftKey) this.toggle(tiles[to], true);
      return true;
    }
    const act = { p: "pick", x: "reject", u: "unmark", l: "relabel" }[e.key];
    if (act) { this.act(act); return true; }
    if (e.key === " " && now >= 0) { this.toggle(tiles[now]); return true; }
    if (e.key === "Enter" && now >= 0) { $("a", tiles[now]).click(); return true; }
    if ((e.key === "z") && now >= 0) { zoom(tiles[now]); return true; }
    return false;
  }
}

async function decideImages(act, images) {
  if (!images.length) { toast("Choose pictures first: click, or Space."); return; }
  const ask = { do: { pick: "keep", reject: "remove", unmark: "clear", relabel: "label" }[act], images };
  if (act === "relabel") {
    const value = prompt("Label of " + images.length + (images.length === 1 ? " picture" : " pictures"));
    if (!value) return;
    ask.value = value.trim();
  }
  try {
    const said = await post("/api/images", ask);
    remember(said);
    sessionStorage.setItem("said", said.said);
    sessionStorage.setItem("made", JSON.stringify(made));
    location.reload();
  } catch (e) { toast(e.message, true); }
}

// ---- bulk

async function acceptAll(sheet) {
  const button = $("[data-act=accept-all]", sheet);
  button.disabled = true;
  try {
    const said = await post("/api/accept", { from: Number(sheet.dataset.from), kind: sheet.dataset.kind, clusters: Number(sheet.dataset.clusters) });
    remember(said);
    sessionStorage.setItem("said", said.said);
    sessionStorage.setItem("made", JSON.stringify(made));
    location.href = "/duplicates?kind=" + sheet.dataset.kind;
  } catch (e) { toast(e.message, true); button.disabled = false; }
}

// ---- the histogram's handle

function histogram(root) {
  const steps = JSON.parse(root.dataset.steps), handle = $("input", root), say = $("[data-whatif]", root);
  const show = () => {
    const s = steps[handle.value];
    say.textContent = `At ${s.threshold.toFixed(2)}: ${s.pairs} pairs in about ${s.groups} clusters, about ${s.removed} pictures removed.`;
    $("[data-threshold]", root).textContent = s.threshold.toFixed(2);
    $$("rect", root).forEach((r, i) => r.classList.toggle("over", i >= handle.value));
  };
  handle.addEventListener("input", show);
  show();
}

// ---- events

let review = null, grid = null;

document.addEventListener("click", e => {
  const button = e.target.closest("[data-act]");
  if (button) return act(button.dataset.act, button);
  const m = e.target.closest("[data-mode]");
  if (m) return mode(m.dataset.mode);
  if (e.target.matches("#zoom img")) return e.target.parentElement.classList.toggle("full");
  const frame = e.target.closest(".card .frame");
  if (frame) return zoom(frame.closest(".member"));
  const tile = e.target.closest(".grid .tile");
  if (tile && grid && grid.root.contains(tile)) {
    if (e.target.closest("a") && !e.ctrlKey && !e.metaKey && !e.shiftKey) return;
    e.preventDefault();
    const i = grid.tiles().indexOf(tile);
    if (e.shiftKey && grid.at >= 0) grid.range(grid.at, i); else grid.toggle(tile);
    grid.at = i;
  }
});

function act(name, button) {
  switch (name) {
    case "undo": return undo();
    case "help": return $("#help").showModal();
    case "close": return button.closest("dialog").close();
    case "accept-all": return acceptAll(button.closest(".sheet"));
    case "undo-step": return step("/api/undo", button);
    case "redo-step": return step("/api/redo", button);
  }
  if (review) return review.act(name, button.closest(".member"));
  const one = $(".one");
  if (one) return decideImages(name, [Number(one.dataset.image)]);
  if (grid) return grid.act(name);
}

async function step(path, button) {
  try {
    const said = await post(path, { step: Number(button.dataset.step) });
    sessionStorage.setItem("said", said.said);
    location.reload();
  } catch (e) { toast(e.message, true); }
}

document.addEventListener("keydown", e => {
  if (e.target.matches("input, textarea, select")) return;
  const open = $("dialog[open]");
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z") {
    e.preventDefault();
    return e.shiftKey ? redo() : undo();
  }
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (open) {
    if (open.id === "compare" && e.key === "c" && $(".layers", open).className.trim() === "layers") $(".layers", open).classList.add("flick");
    if (open.id === "zoom" && (e.key === "z" || e.key === " ")) { e.preventDefault(); open.close(); }
    return;
  }
  if (e.key === "?") return $("#help").showModal();
  if (e.key === "/") { e.preventDefault(); location.href = "/browse"; return; }
  const own = e.target.closest("button, a, summary"); // they have keys of their own
  if (own && (e.key === "Enter" || e.key === " ")) return;
  const lower = { key: e.key.length === 1 ? e.key.toLowerCase() : e.key, shiftKey: e.shiftKey };
  if (review && review.key(lower) || grid && grid.key(lower)) { e.preventDefault(); return; }
  const one = $(".one"), name = { p: "pick", x: "reject", u: "unmark", l: "relabel" }[lower.key];
  if (one && name) decideImages(name, [Number(one.dataset.image)]);
});

document.addEventListener("keyup", e => {
  if (e.key === "c") $("#compare[open] .layers")?.classList.remove("flick");
});

addEventListener("DOMContentLoaded", () => {
  const said = sessionStorage.getItem("said");
  if (said) { toast(said); sessionStorage.removeItem("said"); }
  try { made.push(...JSON.parse(sessionStorage.getItem("made") || "[]")); } catch { /* nothing to undo then */ }
  sessionStorage.removeItem("made");
  const r = $(".review[data-queue]"), g = $(".grid"), h = $(".histogram");
  if (r) review = new Review(r);
  if (g) { grid = new Grid(g); grid.count(); }
  if (h) histogram(h);
  const slider = $(".slider input[type=range]");
  if (slider) slider.addEventListener("input", () => { $(".slider output").textContent = Number(slider.value).toFixed(2); });
  $("#compare input")?.addEventListener("input", () => mode("slider"));
  for (const img of $$("img")) if (img.complete && !img.naturalWidth) broken(img);
});
