// When the server does not answer: it is said until it does, and nothing is decided meanwhile.
import { $ } from "./core.js";

let waiting = false;

// lost tells whether the server did not answer last time.
export function lost() { return waiting; }

async function alive() {
  try {
    return (await fetch("/api/alive")).ok;
  } catch { return false; }
}

async function watch() {
  if (waiting) return;
  waiting = true;
  $(".lost").hidden = false;
  while (!await alive()) await new Promise(done => setTimeout(done, 1500));
  waiting = false;
  $(".lost").hidden = true;
  document.dispatchEvent(new Event("reached"));
}

document.addEventListener("unreached", watch);
