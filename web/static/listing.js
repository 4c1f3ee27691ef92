// Lists of images that are longer than a page may hold: pages are asked for when they are
// needed, and kept.

async function ask(address) {
  let answer;
  try {
    answer = await fetch(address);
  } catch {
    document.dispatchEvent(new Event("unreached"));
    throw new Error("The server cannot be reached: the pictures come when it answers again.");
  }
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error + ". " + (said.do || ""));
  return said;
}

// again asks for some images as they are now, and puts them where they were.
async function again(rows, images) {
  if (!images.length) return new Map();
  const now = new Map((await ask("/api/images?limit=1000&" + images.map(id => "id=" + id).join("&"))).map(r => [r.id, r]));
  for (const [k, page] of rows) rows.set(k, page.map(r => now.has(r.id) ? { ...r, ...now.get(r.id) } : r));
  return now;
}

// Listing is the images of a filter by number: it can be entered anywhere, since the server says
// at which image each of its pages begins.
export class Listing {
  constructor(data) {
    this.query = data.query;
    this.pages = new Map();
    this.total = 0;
  }
  async start() {
    const said = await ask(`/api/anchors?limit=200&${this.query}`);
    this.total = said.total;
    this.page = said.page;
    this.after = said.after;
  }
  row(place) { return this.pages.get(Math.floor(place / this.page))?.[place % this.page]; }
  async need(from, to) {
    const wanted = [];
    to = Math.min(to, this.total);
    for (let k = Math.floor(from / this.page); k * this.page < to; k++) if (!this.pages.has(k) && k < this.after.length) wanted.push(k);
    await Promise.all(wanted.map(async k => this.pages.set(k, await ask(`/api/images?limit=${this.page}&after=${this.after[k]}&${this.query}`))));
  }
  again(images) { return again(this.pages, images); }
  forget() { this.pages.clear(); }
  matching() { return { where: this.query }; }
}

// Scores is the images with a fault, the worst first: each page says where the next begins.
export class Scores {
  constructor(data) {
    this.issue = data.issue;
    this.from = Number(data.from);
    this.pages = new Map();
    this.total = Number(data.total);
    this.page = 200;
    this.scored = true;
  }
  async start() {}
  row(place) { return this.pages.get(Math.floor(place / this.page))?.[place % this.page]; }
  async need(from, to) {
    to = Math.min(to, this.total);
    for (let k = 0; k * this.page < to; k++) {
      if (this.pages.has(k)) continue;
      const before = k && this.pages.get(k - 1), last = before && before[before.length - 1];
      if (k && !last) return;
      const rows = await ask(`/api/scored?issue=${encodeURIComponent(this.issue)}&from=${this.from}&limit=${this.page}&after=${encodeURIComponent(last ? last.key : "")}`);
      this.pages.set(k, rows);
      if (rows.length < this.page) { // fewer than were counted: something has changed meanwhile
        const is = k * this.page + rows.length;
        if (is !== this.total) { this.total = is; this.grew = true; }
        return;
      }
    }
  }
  again(images) { return again(this.pages, images); }
  forget() { this.pages.clear(); }
  matching() { return { issue: this.issue, from: this.from }; }
}
