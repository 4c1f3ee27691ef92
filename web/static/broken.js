// Pictures that cannot be shown give way to the reason.
import { $$ } from "./core.js";

async function broken(img) {
  if (img.dataset.broken || !img.getAttribute("src")) return;
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

// watchBroken looks after the pictures under root, those that failed already too.
export function watchBroken(root) {
  root.addEventListener("error", e => { if (e.target.tagName === "IMG") broken(e.target); }, true);
  for (const img of $$("img", root)) if (img.complete && !img.naturalWidth) broken(img);
}
