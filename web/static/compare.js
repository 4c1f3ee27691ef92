// The viewer: one picture in full, or two that lie on each other: side by side, as a
// flicker, with a slider, or as their difference. Pan and zoom hold for both. Another picture
// than the first is turned as the evidence says, and laid where the first shows the same.
import { $, $$, on, onKey } from "./core.js";

// How CSS lays a picture that has an EXIF orientation upright.
const upright = ["", "", "scaleX(-1)", "rotate(180deg)", "scaleY(-1)", "rotate(90deg) scaleY(-1)", "rotate(90deg)", "rotate(90deg) scaleX(-1)", "rotate(270deg)"];
const modes = ["side", "flicker", "slider", "difference"];

class Viewer {
  constructor(dialog) {
    this.dialog = dialog;
    this.views = $(".views", dialog);
    this.panes = $$(".pane", dialog);
    this.slider = $("input", dialog);
    this.pointers = new Map();
    this.slider.addEventListener("input", () => this.draw());
    this.views.addEventListener("wheel", e => { e.preventDefault(); this.zoomBy(Math.exp(-e.deltaY / 400), e); }, { passive: false });
    for (const kind of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) this.views.addEventListener(kind, e => this[kind](e));
    this.views.addEventListener("dblclick", () => this.fit(this.k > 1.01 ? 1 : this.full()));
    dialog.addEventListener("close", () => { for (const img of $$("img", dialog)) img.removeAttribute("src"); });
    new ResizeObserver(() => this.draw()).observe(this.views);
  }

  // open shows pictures: {src, full, alt, word, turn, place}. The first gives the frame.
  open(pictures) {
    this.pictures = pictures;
    pictures.forEach((p, i) => this.load(this.panes[i], p));
    this.dialog.dataset.count = pictures.length;
    this.k = 1; this.x = this.y = 0;
    this.dialog.showModal();
    this.mode(pictures.length === 1 ? "one" : this.last || "flicker");
  }

  // load shows what is there already, and the picture in full as soon as it has come.
  load(pane, p) {
    const img = $("img", pane);
    img.src = p.src;
    img.alt = p.alt;
    $(".word", pane).textContent = p.word || "";
    p.size = [p.width || img.naturalWidth || 4, p.height || img.naturalHeight || 3];
    if (!p.full) return;
    const big = new Image();
    big.src = p.full;
    big.decode().then(() => { if (this.dialog.open && this.pictures.includes(p)) img.src = p.full; }, () => { /* the small one stays */ });
  }

  mode(name) {
    if (modes.includes(name)) this.last = name;
    this.now = name;
    this.views.className = "views " + name;
    this.slider.hidden = name !== "slider";
    for (const b of $$("[data-mode]", this.dialog)) b.setAttribute("aria-pressed", b.dataset.mode === name);
    this.draw();
  }

  get frame() { return this.pictures[0].size; }
  get room() { const r = this.panes[0].getBoundingClientRect(); return [r.width, r.height]; }
  scale() { const [w, h] = this.frame, [rw, rh] = this.room; return Math.min(rw / w, rh / h); }
  full() { return Math.max(1, 1 / this.scale()); }
  fit(k) { this.k = k; this.x = this.y = 0; this.draw(); }

  // zoomBy zooms about a point of the screen, else about the middle.
  zoomBy(by, at) {
    const k = Math.min(Math.max(this.k * by, .5), 40);
    if (at) {
      const r = this.panes.find(p => { const b = p.getBoundingClientRect(); return at.clientX >= b.left && at.clientX <= b.right; })?.getBoundingClientRect();
      if (r) {
        const dx = at.clientX - r.left - r.width / 2, dy = at.clientY - r.top - r.height / 2;
        this.x = dx - (dx - this.x) * k / this.k;
        this.y = dy - (dy - this.y) * k / this.k;
      }
    } else { this.x *= k / this.k; this.y *= k / this.k; }
    this.k = k;
    this.draw();
  }
  pan(dx, dy) { this.x += dx; this.y += dy; this.draw(); }

  draw() {
    if (!this.dialog.open) return;
    const [w, h] = this.frame, [rw, rh] = this.room, s = this.scale() * this.k;
    this.pictures.forEach((p, i) => {
      const [px, py, pw, ph] = i === 0 ? [0, 0, 1, 1] : p.place || [0, 0, 1, 1];
      const wide = pw * w * s, high = ph * h * s, turned = p.turn >= 5, style = $("img", this.panes[i]).style;
      style.width = (turned ? high : wide) + "px";
      style.height = (turned ? wide : high) + "px";
      style.transform = `translate(${rw / 2 + this.x + (px + pw / 2 - .5) * w * s}px, ${rh / 2 + this.y + (py + ph / 2 - .5) * h * s}px) translate(-50%, -50%) ${upright[p.turn || 1]}`;
      style.imageRendering = s > 3 ? "pixelated" : "";
    });
    this.panes[1].style.clipPath = this.now === "slider" ? `inset(0 0 0 ${this.slider.value}%)` : "";
    $("[data-zoom]", this.dialog).textContent = Math.round(100 * s) + " %";
  }

  // flick shows the other picture while it is on.
  flick(on) {
    if (on && this.now !== "flicker") this.mode("flicker");
    this.views.classList.toggle("flick", on);
  }

  pointerdown(e) {
    this.pointers.set(e.pointerId, [e.clientX, e.clientY]);
    this.views.setPointerCapture(e.pointerId);
  }
  pointermove(e) {
    const was = this.pointers.get(e.pointerId);
    if (!was) return;
    const apart = () => { const [a, b] = [...this.pointers.values()]; return Math.hypot(a[0] - b[0], a[1] - b[1]); };
    const before = this.pointers.size === 2 ? apart() : 0;
    this.pointers.set(e.pointerId, [e.clientX, e.clientY]);
    if (before) this.zoomBy(apart() / before, e); else this.pan(e.clientX - was[0], e.clientY - was[1]);
  }
  pointerup(e) { this.pointers.delete(e.pointerId); }
  pointercancel(e) { this.pointers.delete(e.pointerId); }

  key(key, e) {
    const step = 80, two = this.pictures.length === 2;
    switch (key) {
      case "c": if (two && !e.repeat) this.flick(true); return true;
      case "m": if (two) this.mode(modes[(modes.indexOf(this.now) + 1) % modes.length]); return true;
      case "+": case "=": this.zoomBy(1.25); return true;
      case "-": this.zoomBy(.8); return true;
      case "0": this.fit(1); return true;
      case "1": if (two && this.decides) return false; this.fit(this.full()); return true;
      case "ArrowLeft": if (e.target.matches("input")) return false; this.pan(step, 0); return true;
      case "ArrowRight": if (e.target.matches("input")) return false; this.pan(-step, 0); return true;
      case "ArrowUp": this.pan(0, step); return true;
      case "ArrowDown": this.pan(0, -step); return true;
      case "z": case " ": this.dialog.close(); return true;
    }
    return false;
  }
}

let viewer;

// start finds the viewer of the page and gives it its keys.
export function startViewer() {
  const dialog = $("#viewer");
  viewer = new Viewer(dialog);
  onKey((key, e) => dialog.open && viewer.key(key, e));
  document.addEventListener("keyup", e => { if (e.key.toLowerCase() === "c") viewer.flick(false); });
  const hold = $("[data-mode=flicker]", dialog);
  hold.addEventListener("pointerdown", () => viewer.flick(true));
  for (const end of ["pointerup", "pointerleave", "pointercancel"]) hold.addEventListener(end, () => viewer.flick(false));
  for (const b of $$("[data-mode]", dialog)) b.addEventListener("click", () => viewer.mode(b.dataset.mode));
  on("zoom-in", () => viewer.zoomBy(1.25));
  on("zoom-out", () => viewer.zoomBy(.8));
  on("zoom-fit", () => viewer.fit(1));
  on("zoom-full", () => viewer.fit(viewer.full()));
}

// pictureOf is what the viewer takes of an element with a picture in it.
function pictureOf(e, word) {
  const img = $(".frame img", e) || $("img", e);
  if (!img) return null;
  const d = e.dataset;
  return {
    src: img.src, full: d.full, alt: img.alt, word, turn: Number(d.turn) || 1, place: d.place && d.place.split(" ").map(Number),
    width: img.naturalWidth, height: img.naturalHeight,
  };
}

// zoom shows one picture in full.
export function zoom(e) {
  const p = e && pictureOf(e, "");
  if (p) viewer.open([{ ...p, turn: 1, place: null }]);
}

// compare shows two members of a cluster on each other.
export function compare(keeper, other) {
  if (!keeper || !other) return;
  const two = [pictureOf(keeper, "✓ " + keeper.dataset.number), pictureOf(other, other.dataset.number)];
  if (two.every(Boolean)) viewer.open(two);
}

// closeViewer closes it if it is open.
export function closeViewer() { viewer.dialog.close(); }
