// Grids of images: choosing by mouse and keys, and decisions on what is chosen.
import { $, $$, on, onKey, post, reload, toast } from "./core.js";
import { remember } from "./undo.js";
import { zoom } from "./compare.js";

class Grid {
  constructor(root) {
    this.root = root;
    this.tools = $(".gridtools");
    this.at = -1;
    root.addEventListener("click", e => this.click(e));
    this.count();
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

  // meant is what a decision is about: what is chosen, else what has the focus.
  meant() {
    const chosen = this.chosen(), at = document.activeElement;
    return (chosen.length || !at.matches(".tile") ? chosen : [at]).map(t => Number(t.dataset.image));
  }

  click(e) {
    const tile = e.target.closest(".tile");
    if (!tile || e.target.closest("a") && !e.ctrlKey && !e.metaKey && !e.shiftKey) return;
    e.preventDefault();
    const i = this.tiles().indexOf(tile);
    if (e.shiftKey && this.at >= 0) this.range(this.at, i); else this.toggle(tile);
    this.at = i;
  }

  key(key, e) {
    const tiles = this.tiles(), now = tiles.indexOf(document.activeElement);
    const move = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (move && tiles.length) {
      const to = Math.min(Math.max(now + move, 0), tiles.length - 1);
      tiles[to].focus();
      if (e.shiftKey) this.toggle(tiles[to], true);
      return true;
    }
    if (now < 0) return false;
    switch (key) {
      case " ": this.toggle(tiles[now]); return true;
      case "Enter": $("a", tiles[now]).click(); return true;
      case "z": zoom(tiles[now]); return true;
    }
    return false;
  }
}

const verbs = { pick: "keep", reject: "remove", unmark: "clear", relabel: "label" };

async function decideImages(act, images) {
  if (!images.length) { toast("Choose pictures first: click, or Space."); return; }
  const ask = { do: verbs[act], images };
  if (act === "relabel") {
    const value = prompt("Label of " + images.length + (images.length === 1 ? " picture" : " pictures"));
    if (!value) return;
    ask.value = value.trim();
  }
  try {
    const said = await post("/api/images", ask);
    remember(said);
    reload(said.said);
  } catch (e) { toast(e.message, true); }
}

// startGrid brings a page's grid, or its one image, to life.
export function startGrid(root, one) {
  const grid = root && new Grid(root);
  const meant = () => one ? [Number(one.dataset.image)] : grid.meant();
  for (const act of Object.keys(verbs)) on(act, () => decideImages(act, meant()));
  on("all", () => grid.tiles().forEach(t => grid.toggle(t, true)));
  on("none", () => grid.tiles().forEach(t => grid.toggle(t, false)));
  const letters = { p: "pick", x: "reject", u: "unmark", l: "relabel" };
  onKey((key, e) => {
    if ($("dialog[open]")) return false;
    if (letters[key]) { decideImages(letters[key], meant()); return true; }
    return !!grid && grid.key(key, e);
  });
}
