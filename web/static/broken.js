// Pictures that cannot be shown give way to the reason.
import { $$ } from "./core.js";

// broken asks why a picture did not come. If it comes now, it is shown after all.
async function broken(img) {
  const tries = Number(img.dataset.broken || 0);
  if (tries > 1 || !img.getAttribute("src")) return;
  img.dataset.broken = tries + 1;
  let text = "This picture cannot be shown.";
  try {
    const r = await fetch(img.src);
    if (r.ok && !tries) {
      img.src = img.src;
      return;
    }
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
