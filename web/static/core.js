// What every script of the page builds on: finding elements, asking the server, saying
// what happened, and who answers to which button and key.
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Refused is what the server said instead of doing what it was asked.
export class Refused extends Error {
  constructor(status, said) {
    super(said.error + ". " + (said.do || ""));
    this.status = status;
  }
}

// Unreached says that no answer came: whether the server did it, nobody knows here.
export class Unreached extends Error {
  constructor() { super("The server cannot be reached. Whether this was saved shows as soon as it answers again."); }
}

let last = Promise.resolve(); // the request before
const tabs = new BroadcastChannel("curate");
tabs.onmessage = e => { heard(e.data); document.dispatchEvent(new Event("elsewhere")); };

// post asks the server to do something, and returns what it says. Requests go one after the
// other, so that the journal has them in the order in which they were made.
export function post(path, body) {
  unsaved++;
  const asked = last.then(() => send(path, body)).finally(() => { unsaved--; });
  last = asked.catch(() => { /* whoever asked is told */ });
  return asked;
}

// settled is when every request so far was answered, and whoever asked was told.
export async function settled() {
  await last;
  await new Promise(done => setTimeout(done));
}

// send asks until somebody has an answer. While another process writes to the catalogue nothing was
// recorded, so that it can be asked again: nothing is lost, and nothing done twice.
async function send(path, body) {
  let answer, said;
  for (const began = Date.now(); ; await new Promise(done => setTimeout(done, 250))) {
    try {
      answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
      said = await answer.json();
    } catch {
      busy("");
      document.dispatchEvent(new Event("unreached"));
      throw new Unreached();
    }
    if (answer.status !== 503 || !answer.headers.has("Retry-After")) break;
    busy(said.error, Math.round((Date.now() - began) / 1000));
  }
  busy("");
  if (!answer.ok) throw new Refused(answer.status, said);
  heard(said);
  tabs.postMessage({ waiting: said.waiting, waiting_similar: said.waiting_similar });
  return said;
}

let unsaved = 0; // requests that have no answer yet
let held = false; // by another process that writes
const stay = e => e.preventDefault();

// busy says who is waited for, and keeps the page from being left with what is not saved; "" = nobody.
function busy(who, seconds) {
  held = !!who;
  if (!held) { foot(""); removeEventListener("beforeunload", stay); return; }
  const n = unsaved === 1 ? "1 decision waits" : unsaved + " decisions wait";
  foot(`${who}. ${n}, and will be saved by themselves as soon as it is done: keep this page open.`, seconds > 1 ? `(${seconds} s)` : "");
  addEventListener("beforeunload", stay);
}

// atWork says how far something is, unless busy says that it has to wait.
export function atWork(what, far) { if (!held) foot(what, far); }

// foot shows what is waited for at the foot of the page; "" = nothing. How far it is changes too often to be read out.
function foot(what, far = "") {
  const e = $(".busy"), [is, now] = e.children;
  if (is.textContent !== what) is.textContent = what;
  now.textContent = far;
  e.hidden = !what;
}

// heard shows how many clusters are still to be decided.
function heard(said) {
  if (said.waiting === undefined) return;
  for (const e of $$("[data-waiting]")) e.textContent = said.waiting || "";
  document.dispatchEvent(new CustomEvent("waiting", { detail: said }));
}

let toastTimer;

// toast says for some seconds what happened.
export function toast(text, bad = false) {
  const e = $(".toast");
  e.textContent = text;
  e.classList.toggle("bad", bad);
  e.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { e.hidden = true; }, bad ? 12000 : 3500);
}

// reload shows the page as it is now, with what was said before.
export function reload(said, address) {
  sessionStorage.setItem("said", said);
  if (address) location.href = address; else location.reload();
}

const acts = new Map(), keys = [];

// on says what a button with data-act does: do(button) is told which was pressed.
export function on(name, act) { acts.set(name, act); }

// onKey adds a listener to keys that no field and no open dialog has: it is told the key
// (letters small) and the event, and returns whether it was meant.
export function onKey(listener) { keys.push(listener); }

document.addEventListener("click", e => {
  const button = e.target.closest("[data-act]");
  if (button && acts.has(button.dataset.act)) acts.get(button.dataset.act)(button, e);
});

document.addEventListener("keydown", e => {
  if (e.target.matches("input:not([type=range]), textarea, select") || e.defaultPrevented || e.isComposing) return;
  if (e.altKey) return;
  const command = (e.ctrlKey || e.metaKey) ? "Ctrl-" : "";
  if (!command) {
    if (e.target.matches("input")) return;
    const own = e.target.closest("button, a, summary"); // they have keys of their own
    if (own && (e.key === "Enter" || e.key === " ")) return;
  }
  const key = command + (e.key.length === 1 ? e.key.toLowerCase() : e.key);
  if (keys.some(listener => listener(key, e))) e.preventDefault();
});
