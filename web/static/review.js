// Reviewing clusters: one on the screen, the next three loaded. A decision shows at once;
// when it cannot be saved its card comes back with the reason.
import { $, $$, on, onKey, post, settled, toast } from "./core.js";
import { onBack, remember } from "./undo.js";
import { closeViewer, compare, zoom } from "./compare.js";
import { lost } from "./lost.js";

class Review {
  constructor(root) {
    this.root = root;
    this.stage = $(".stage", root);
    this.kind = root.dataset.kind;
    this.order = Number(root.dataset.order);
    this.queue = (root.dataset.queue.match(/\d+/g) || []).map(Number);
    this.before = []; // behind us, passed over or decided
    this.passed = new Set(); // passed over
    this.cards = new Map(); // id -> promise of the card
    if (this.card) this.settle(this.card);
    this.ahead();
  }

  get card() { return $(".card", this.stage); }
  get id() { return this.card ? Number(this.card.dataset.id) : 0; }
  members() { return $$(".member", this.stage); }
  get keeper() { return $(".member.keeper", this.stage); }
  get chosen() { return $(".member.chosen", this.stage); }
  get other() { return this.chosen && this.chosen !== this.keeper ? this.chosen : this.members().find(m => m !== this.keeper); }

  // fetch asks for a card. Its pictures load as soon as it is made.
  async fetch(id) {
    const answer = await fetch("/card/" + id);
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    const card = document.importNode(made.content, true).firstElementChild;
    if (!answer.ok) card.dataset.gone = answer.status;
    return card;
  }

  load(id) {
    if (!this.cards.has(id)) {
      const card = this.fetch(id);
      card.catch(() => this.cards.delete(id));
      this.cards.set(id, card);
    }
    return this.cards.get(id);
  }
  ahead() { for (const id of this.queue.slice(0, 3)) this.load(id).catch(() => { /* said when it is its turn */ }); }

  // settle does what a card needs that has just come on the screen.
  settle(card, note) {
    $(".note", card)?.remove();
    if (note) {
      const p = document.createElement("p");
      p.className = "note";
      p.setAttribute("role", "alert");
      p.textContent = note;
      $("header", card)?.prepend(p);
    }
    card.classList.remove("leaving");
    this.choose(this.members().findIndex(m => m !== this.keeper));
  }

  put(card, note) {
    this.stage.replaceChildren(card);
    this.settle(card, note);
    if (card.dataset.id) history.replaceState(null, "", "/duplicates/" + card.dataset.id + "?kind=" + this.kind);
    $("h1", card)?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
    this.ahead();
  }

  // show brings a cluster on the screen as it is now.
  async show(id, note) {
    this.cards.delete(id);
    try {
      this.put(await this.load(id), note);
    } catch { document.dispatchEvent(new Event("unreached")); }
    this.cards.delete(id);
  }

  // next goes on to a cluster that nobody has decided.
  async next() {
    if (this.id) this.before.push(this.id);
    for (let id; (id = this.queue.shift()) !== undefined;) {
      let card;
      try {
        card = await this.load(id);
      } catch {
        document.dispatchEvent(new Event("unreached"));
        this.queue.unshift(id);
        this.before.pop();
        return;
      }
      this.cards.delete(id);
      if (card.dataset.gone || "decided" in card.dataset) continue;
      return this.put(card);
    }
    await this.finish();
  }

  async finish() {
    await settled(); // what was decided last may not be saved yet
    if (this.queue.length) return;
    const left = Number($("[data-left]", this.root).dataset.left);
    if (left > this.passed.size && !this.passed.size) { location.href = "/duplicates?kind=" + this.kind; return; }
    this.stage.replaceChildren($("#finished").content.cloneNode(true));
    $("[data-passed]", this.stage).hidden = !this.passed.size;
    $("[data-passed] span", this.stage).textContent = this.passed.size;
    $("h1", this.stage).focus();
  }

  async back(id, note) {
    if (!id) id = this.before.pop(); else this.before = this.before.filter(x => x !== id);
    if (!id) return;
    this.passed.delete(id);
    this.defer();
    await this.show(id, note);
  }

  // defer puts what is on the screen back to the front of the queue.
  defer() {
    if (!this.id || this.queue[0] === this.id) return;
    this.queue.unshift(this.id);
    this.cards.set(this.id, Promise.resolve(this.card));
  }

  // reorder takes over the order of review when the server has looked at more of the clusters.
  async reorder(order) {
    if (order === undefined || order === this.order) return;
    this.order = order;
    try {
      const now = await (await fetch("/api/queue?kind=" + this.kind)).json();
      this.queue = now.clusters.filter(id => id !== this.id && !this.passed.has(id));
      this.ahead();
    } catch { /* the old order will do */ }
  }

  choose(i) {
    const ms = this.members();
    ms.forEach((m, k) => m.classList.toggle("chosen", k === (i + ms.length) % ms.length));
  }
  step(by) {
    this.choose(this.members().indexOf(this.chosen) + by);
    this.chosen?.focus();
  }

  // decide sends what a person says. It goes on at once, unless more members are to be decided.
  async decide(what) {
    const card = this.card;
    if (!card || card.classList.contains("leaving")) return;
    if (lost()) { toast("The server cannot be reached: nothing is decided until it answers.", true); return; }
    const id = this.id, on = this.goesOn(what);
    card.classList.add("leaving");
    const saved = post("/api/cluster/" + id, { ...what, seen: card.dataset.seen });
    const gone = on ? this.next() : null;
    try {
      const said = await saved;
      remember(said, { cluster: id });
      toast(said.said);
      if (!on) await this.again(id);
    } catch (e) {
      await gone;
      await this.cameBack(id, card, e);
    }
  }

  // goesOn tells whether nothing is left to be decided of the cluster.
  goesOn(what) {
    if (!what.image) return true;
    return this.members().length === 2 && what.do !== "clear" && what.image !== Number(this.keeper?.dataset.image);
  }

  // again shows what is left of a cluster of several, and goes on when nothing is.
  async again(id) {
    await this.show(id);
    if (this.id !== id || "decided" in this.card.dataset) await this.next();
  }

  // cameBack shows a card again whose decision was not saved.
  async cameBack(id, card, reason) {
    if (reason.status === 409) {
      const now = await this.fetch(id).catch(() => card);
      if (now.dataset.gone) { toast(reason.message, true); if (this.id === id) await this.next(); return; }
      card = now;
    }
    this.before = this.before.filter(x => x !== id);
    if (this.id !== id) this.defer();
    this.put(card, "Not saved. " + reason.message);
  }

  // refresh looks whether what is shown was decided elsewhere, and forgets what was loaded before.
  async refresh(why) {
    this.cards.clear();
    const card = this.card, id = this.id;
    if (!card || card.classList.contains("leaving")) return;
    const now = await this.fetch(id).catch(() => null);
    if (!now || this.card !== card || card.classList.contains("leaving")) return;
    if (now.dataset.gone) { toast(why + " There is nothing left to decide on it.", true); this.next(); return; }
    if (now.dataset.seen !== card.dataset.seen) this.put(now, why); else this.ahead();
  }

  act(name, member) {
    const meant = member || this.chosen;
    const pair = member && member !== this.keeper ? member : this.other;
    const id = m => m ? Number(m.dataset.image) : 0;
    switch (name) {
      case "accept": case "keep-all": return this.decide({ do: name });
      case "keeper": return this.decide({ do: "accept", keeper: id(member) });
      case "distinct": case "same": return this.decide({ do: name, image: id(pair) });
      case "pick": return this.decide({ do: "keep", image: id(meant) });
      case "reject": return this.decide({ do: "remove", image: id(meant) });
      case "unmark": return this.decide({ do: "clear", image: id(meant) });
      case "next": if (this.id) this.passed.add(this.id); return this.next();
      case "back": return this.back();
      case "compare": return compare(this.keeper, pair);
      case "zoom": return zoom(meant || this.keeper);
    }
  }
}

const letters = {
  Enter: "accept", k: "keep-all", d: "distinct", s: "same", p: "pick", x: "reject", u: "unmark", n: "next", b: "back", z: "zoom", " ": "zoom", c: "compare",
};

export function startReview(root) {
  const review = new Review(root);
  for (const name of new Set([...Object.values(letters), "keeper"])) {
    on(name, button => { closeViewer(); review.act(name, button.closest(".member")); });
  }
  root.addEventListener("click", e => { if (e.target.closest(".frame")) zoom(e.target.closest(".member")); });
  root.addEventListener("focusin", e => {
    const member = e.target.closest(".member");
    if (member) review.choose(review.members().indexOf(member));
  });
  onKey((key, e) => {
    const open = $("dialog[open]");
    if (open && open.id !== "viewer") return false;
    const keeper = /^[1-9]$/.test(key) && review.members().find(m => m.dataset.number === key);
    const name = keeper ? "keeper" : letters[key];
    if (!name) {
      if (open || key !== "ArrowRight" && key !== "ArrowLeft") return false;
      review.step(key === "ArrowRight" ? 1 : -1);
      return true;
    }
    if (e.repeat) return true; // a key held down decides once
    closeViewer();
    review.act(name, keeper || undefined);
    return true;
  });
  let turn = Promise.resolve(); // one goes back after the other
  onBack((text, last, again) => { turn = turn.then(() => goBack(text, last, again)); });
  const goBack = async (text, last, again) => {
    toast(text);
    if (last.cluster && !again) return review.back(last.cluster);
    if (last.cluster && last.cluster === review.id) return review.next();
    return review.card ? review.refresh(text) : location.reload();
  };
  document.addEventListener("reached", () => review.refresh("The server answers again."));
  document.addEventListener("elsewhere", () => review.refresh("This cluster was decided in another tab."));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) review.refresh("This cluster has changed in the meantime."); });
  document.addEventListener("waiting", e => {
    const n = e.detail[review.kind === "similar" ? "waiting_similar" : "waiting"], left = $("[data-left]", root), bar = $("progress", root);
    if (n === undefined) return;
    review.reorder(e.detail.order);
    left.dataset.left = left.textContent = n;
    bar.value = bar.max - n;
  });
}
