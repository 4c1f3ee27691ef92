// A wall of pictures, of which only those near the screen exist: a hundred thousand scroll as
// a hundred do. Pages of the list are asked for as they come near, and kept. It is a grid
// that a person moves about in: one place has the focus, some pictures are chosen, and a
// decision is about what is chosen, else about the place.
import { $, $$, on, onKey, post, reload, toast } from "./core.js";
import { onBack, remember } from "./undo.js";
import { closeViewer, zoom } from "./compare.js";
import { Listing, Scores } from "./listing.js";
import { confirmed, named, told } from "./ask.js";

const verbs = { pick: "keep", reject: "remove", unmark: "clear", relabel: "label" };
const marks = { removed: "✕ removed", review: "? review", kept: "✓ kept" };

class Wall {
  constructor(root) {
    this.root = root;
    this.list = root.dataset.source === "scored" ? new Scores(root.dataset) : new Listing(root.dataset);
    this.chosen = new Map(); // number of an image -> its place
    this.all = false; // everything that matches is chosen
    this.at = 0;
    this.tools = $(".gridtools");
    this.tiles = new Map(); // place -> element
    root.addEventListener("click", e => this.click(e));
    root.addEventListener("focusin", e => { const t = e.target.closest(".tile"); if (t) this.at = Number(t.dataset.place); });
    addEventListener("scroll", () => this.later(), { passive: true });
    new ResizeObserver(() => this.measure()).observe(root);
  }

  async start() {
    await this.list.start();
    $(".onwards")?.remove();
    this.root.replaceChildren();
    this.root.classList.add("live");
    this.measure();
    const place = Number(history.state?.place) || 0;
    if (place && place < this.list.total) { this.at = place; this.reveal(place); }
    this.count();
  }

  // ---- where things are

  measure() {
    if (!this.root.classList.contains("live")) return;
    const style = getComputedStyle(this.root), wide = this.root.clientWidth;
    const least = parseFloat(style.getPropertyValue("--tile")) || 184, gap = 8;
    this.columns = Math.max(2, Math.floor((wide + gap) / (least + gap)));
    this.width = (wide - gap * (this.columns - 1)) / this.columns;
    this.step = [this.width + gap, (parseFloat(style.getPropertyValue("--high")) || 214) + gap];
    this.root.style.height = Math.ceil(this.list.total / this.columns) * this.step[1] + "px";
    const had = this.root.contains(document.activeElement);
    for (const t of this.tiles.values()) t.remove();
    this.tiles.clear();
    this.draw();
    if (had) this.go(this.at);
  }

  later() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => { this.waiting = 0; this.draw(); });
  }

  // draw makes what is near the screen, and drops what is far.
  draw() {
    const top = -this.root.getBoundingClientRect().top, [, high] = this.step;
    const from = Math.max(0, Math.floor((top - innerHeight) / high) * this.columns);
    const to = Math.min(this.list.total, Math.ceil((top + 2 * innerHeight) / high) * this.columns);
    for (const [place, t] of this.tiles) if ((place < from || place >= to) && t !== document.activeElement) { t.remove(); this.tiles.delete(place); }
    let lacking = false;
    for (let place = from; place < to; place++) {
      if (this.tiles.has(place)) continue;
      const row = this.list.row(place);
      if (!row) { lacking = true; continue; }
      this.add(place, row);
    }
    if (lacking && !this.asking) {
      this.asking = this.list.need(from, to).then(() => { this.asking = null; if (this.list.grew) { this.list.grew = false; this.measure(); } else this.draw(); },
        e => { this.asking = null; toast(e.message, true); });
    }
  }

  add(place, row) {
    const t = document.createElement("li"), [x, y] = this.step;
    t.className = "tile " + row.status;
    t.tabIndex = place === this.at ? 0 : -1;
    t.dataset.image = row.id;
    t.dataset.place = place;
    t.dataset.full = `/picture/${row.id}/${row.sha256.slice(0, 16)}`;
    t.style.transform = `translate(${place % this.columns * x}px, ${Math.floor(place / this.columns) * y}px)`;
    t.style.width = this.width + "px";
    t.setAttribute("aria-setsize", this.list.total);
    t.setAttribute("aria-posinset", place + 1);
    const link = document.createElement("a"), img = document.createElement("img"), p = document.createElement("p");
    link.href = "/image/" + row.id;
    link.tabIndex = -1;
    img.loading = "lazy";
    img.alt = row.path || "image " + row.id;
    img.src = `/thumb/${row.id}/${row.sha256.slice(0, 16)}`;
    link.append(img);
    const mark = document.createElement("span");
    mark.className = "mark";
    mark.textContent = marks[row.status] || row.status;
    const words = [row.score === undefined ? "" : row.score.toFixed(3), row.label, row.subject, this.list.scored ? "" : row.issues.join(", ")].filter(Boolean).join(" · ");
    p.append(mark, " " + words);
    t.append(link, p);
    this.paint(t);
    // In the order of the list, for whoever reads it aloud.
    const after = [...this.tiles.entries()].filter(([k]) => k > place).sort((a, b) => a[0] - b[0])[0];
    this.root.insertBefore(t, after ? after[1] : null);
    this.tiles.set(place, t);
    return t;
  }

  // paint shows whether a tile is chosen, in words too.
  paint(t) {
    const is = this.all || this.chosen.has(Number(t.dataset.image));
    t.classList.toggle("chosen", is);
    $(".tick", t)?.remove();
    if (!is) return;
    const tick = document.createElement("span");
    tick.className = "tick";
    tick.textContent = "chosen";
    $("p", t).prepend(tick);
  }
  repaint() { for (const t of this.tiles.values()) this.paint(t); this.count(); }

  // reveal scrolls a place onto the screen.
  reveal(place) {
    const y = Math.floor(place / this.columns) * this.step[1] + this.root.getBoundingClientRect().top + scrollY;
    const above = (this.tools && !this.tools.hidden ? this.tools.offsetHeight : 0) + 8;
    if (y - above < scrollY) scrollTo(0, y - above);
    else if (y + this.step[1] > scrollY + innerHeight) scrollTo(0, y + this.step[1] - innerHeight);
  }

  // go moves the focus to a place.
  async go(place) {
    place = Math.min(Math.max(place, 0), this.list.total - 1);
    if (place < 0) return;
    const before = this.tiles.get(this.at);
    if (before) before.tabIndex = -1;
    this.at = place;
    await this.list.need(place, place + 1);
    this.reveal(place);
    this.draw();
    const t = this.tiles.get(place) || this.add(place, this.list.row(place));
    t.tabIndex = 0;
    t.focus({ preventScroll: true });
    history.replaceState({ ...history.state, place }, "");
  }

  // ---- choosing

  toggle(place, on) {
    const row = this.list.row(place);
    if (!row) return;
    this.all = false;
    if (on ?? !this.chosen.has(row.id)) this.chosen.set(row.id, place); else this.chosen.delete(row.id);
    const t = this.tiles.get(place);
    if (t) this.paint(t);
    this.count();
  }

  async range(from, to) {
    [from, to] = [Math.min(from, to), Math.max(from, to) + 1];
    if (to - from > 5000) { toast("That is more than 5,000 at once: choose all that match (Ctrl-A) with a narrower filter.", true); return; }
    await this.list.need(from, to);
    for (let k = from; k < to; k++) this.chosen.set(this.list.row(k).id, k);
    this.repaint();
  }
  none() { this.chosen = new Map(); this.all = false; this.repaint(); }

  count() {
    const n = this.all ? this.list.total : this.chosen.size;
    for (const e of $$("[data-chosen]")) e.textContent = n ? n.toLocaleString("en").replaceAll(",", "\u2009") + (this.all ? " chosen: all that match" : " chosen") : "";
    if (this.tools) this.tools.hidden = n === 0;
  }

  click(e) {
    const t = e.target.closest(".tile");
    if (!t || e.target.closest("a") && !e.ctrlKey && !e.metaKey && !e.shiftKey) return;
    e.preventDefault();
    const place = Number(t.dataset.place), from = this.at;
    if (e.shiftKey) this.range(from, place); else this.toggle(place);
    this.go(place);
  }

  // ---- deciding

  // meant is what a decision is about: the picture that is shown alone, else those that
  // are chosen, else the place.
  meant() {
    if (this.chosen.size && !this.alone()) return [...this.chosen.keys()];
    const row = this.list.row(this.at);
    return row && (this.alone() || document.activeElement.closest(".wall")) ? [row.id] : [];
  }
  alone() { return $("#single").open; }

  async act(name) {
    if (this.all) return this.decideAll(name, this.list.matching(), this.list.total);
    const images = this.meant();
    if (!images.length) { toast("Choose pictures first: click, or move to one with the arrow keys."); return; }
    const ask = { do: verbs[name], images };
    if (name === "relabel" && !await named(ask, images.length)) return;
    const alone = this.alone(), place = this.at, chosen = alone ? new Map() : this.chosen;
    if (chosen.size) this.none(); // at once: the next key is about something else
    try {
      const said = await post("/api/images", ask);
      remember(said);
      toast(said.said);
      await this.refresh(images);
    } catch (e) {
      toast(e.message, true);
      if (chosen.size && !this.chosen.size) { this.chosen = chosen; this.repaint(); }
      return;
    }
    if (chosen.size || this.at !== place) return; // whoever decided is elsewhere by now
    if (!alone) this.go(place + 1);
    else if (this.alone()) this.single(place + 1);
  }

  // decideAll decides on all that match, after their number was confirmed.
  async decideAll(name, which, count) {
    const ask = { do: verbs[name], count, ...which };
    if (name === "relabel" && !await named(ask, count)) return;
    if (!await confirmed(ask, count)) return;
    try {
      const said = await told(post("/api/matching", ask), count);
      remember(said);
      reload(said.said);
    } catch (e) { toast(e.message, true); }
  }

  // refresh shows images as they are now, where they are.
  async refresh(images) {
    const now = await this.list.again(images.slice(0, 400));
    if (images.length > 400) { this.list.forget(); await this.list.need(this.at, this.at + 1); }
    for (const [place, t] of [...this.tiles]) {
      if (!now.has(Number(t.dataset.image)) && images.length <= 400) continue;
      const had = document.activeElement === t;
      t.remove();
      this.tiles.delete(place);
      const row = this.list.row(place);
      if (!row) continue;
      const fresh = this.add(place, row);
      if (had) fresh.focus({ preventScroll: true });
    }
    this.draw();
  }

  // ---- one alone

  async single(place) {
    if (place < 0 || place >= this.list.total) { toast(place < 0 ? "This is the first." : "That was the last."); return; }
    this.at = this.shown = place;
    await this.list.need(place, place + 1);
    const row = this.list.row(place), d = $("#single"), img = $("img", d);
    img.src = `/thumb/${row.id}/${row.sha256.slice(0, 16)}?size=card`;
    img.alt = row.path || "";
    $("[data-path]", d).textContent = row.path || "image " + row.id;
    $("[data-about]", d).textContent = [`${place + 1} of ${this.list.total}`, row.score === undefined ? "" : "score " + row.score.toFixed(3), row.width ? `${row.width} × ${row.height}` : "",
      row.label, row.subject, row.issues.join(", ")].filter(Boolean).join(" · ");
    $("[data-status]", d).textContent = marks[row.status] || row.status;
    $("[data-status]", d).className = "mark " + row.status;
    $("[data-page]", d).href = "/image/" + row.id;
    if (!d.open) d.showModal();
    this.list.need(place + 1, place + 4).then(() => { for (const k of [1, 2]) { const r = this.list.row(place + k); if (r) new Image().src = `/thumb/${r.id}/${r.sha256.slice(0, 16)}?size=card`; } });
  }

  key(key, e) {
    if ($("#sure").open || $("#relabel").open || $("#help").open) return false;
    const move = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.columns, ArrowUp: -this.columns, PageDown: 0, PageUp: 0 }[key];
    if (this.alone()) return this.aloneKey(key, move);
    if ($("dialog[open]")) return false;
    const inside = document.activeElement.closest(".wall"), open = document.activeElement === document.body || document.activeElement.id === "main";
    switch (key) {
      case "p": this.act("pick"); return true;
      case "x": this.act("reject"); return true;
      case "u": this.act("unmark"); return true;
      case "l": this.act("relabel"); return true;
      case "Ctrl-a": this.chosen.clear(); this.all = true; this.repaint(); return true;
      case "e": this.single(this.at); return true;
      case "Escape": if (!this.all && !this.chosen.size) return false; this.none(); return true;
    }
    if (!inside && open && (key === "ArrowRight" || key === "ArrowDown")) { this.go(this.at); return true; }
    if (!inside) return false;
    switch (key) {
      case "ArrowRight": case "ArrowLeft": case "ArrowDown": case "ArrowUp":
        if (e.shiftKey) { const from = this.at; this.go(this.at + move).then(() => this.range(from, this.at)); } else this.go(this.at + move);
        return true;
      case "Home": this.go(0); return true;
      case "End": this.go(this.list.total - 1); return true;
      case "t": this.toggle(this.at); return true;
      case "z": case " ": zoom(this.tiles.get(this.at)); return true;
      case "Enter": location.href = "/image/" + this.list.row(this.at).id; return true;
    }
    return false;
  }

  aloneKey(key, move) {
    if ($("#viewer").open) return false;
    switch (key) {
      case "p": this.act("pick"); return true;
      case "x": this.act("reject"); return true;
      case "u": this.act("unmark"); return true;
      case "l": this.act("relabel"); return true;
      case "g": $("#single").close(); return true;
      case "z": case " ": zoom(this.tiles.get(this.at)); return true;
      case "Enter": location.href = "/image/" + this.list.row(this.at).id; return true;
    }
    if (move) { this.single(this.at + Math.sign(move)); return true; }
    return false;
  }
}

const root = $(".wall"), menus = $(".menus");
if (menus && innerWidth < 800) menus.open = false; // on a phone the pictures come first
if (root) {
  const wall = new Wall(root);
  wall.start().catch(e => toast(e.message, true)); // the first page stays
  for (const act of Object.keys(verbs)) on(act, () => wall.act(act));
  on("all", () => wall.key("Ctrl-a"));
  on("none", () => wall.none());
  on("before", () => wall.single(wall.at - 1));
  on("after", () => wall.single(wall.at + 1));
  on("remove-all", () => wall.decideAll("reject", wall.list.matching(), wall.list.total));
  on("keep-all-shown", () => wall.decideAll("pick", wall.list.matching(), wall.list.total));
  onKey((key, e) => wall.key(key, e));
  $("#single").addEventListener("close", () => { closeViewer(); wall.go(wall.shown); }); // not where the browser puts the focus back
  onBack(async said => { toast(said); await wall.list.start(); wall.list.forget(); wall.none(); wall.measure(); if (wall.alone()) wall.single(wall.at); });
  const form = $("form.scores"), slider = form && $("input[type=range]", form);
  if (slider) {
    const counts = JSON.parse(form.dataset.counts);
    const live = () => { for (const e of $$("[data-live]")) e.textContent = counts[Math.round(slider.value * 100)].toLocaleString("en").replaceAll(",", "\u2009"); };
    slider.addEventListener("input", () => { $("output", form).textContent = Number(slider.value).toFixed(2); live(); });
    slider.addEventListener("change", () => form.requestSubmit());
    form.addEventListener("submit", () => sessionStorage.setItem("slider", "1"));
    if (sessionStorage.getItem("slider")) { sessionStorage.removeItem("slider"); slider.focus(); }
  }
}
