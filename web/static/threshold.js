// The histogram's handle: what another threshold would bring.
import { $, $$ } from "./core.js";

export async function startThreshold(root) {
  const answer = await fetch("/api/thresholds");
  if (!answer.ok) return;
  const steps = await answer.json(), handle = $("input", root), say = $("[data-whatif]", root);
  const show = () => {
    const s = steps[handle.value];
    say.textContent = `At ${s.threshold.toFixed(2)}: ${s.pairs} pairs in about ${s.groups} clusters, about ${s.removed} pictures removed.`;
    $("[data-threshold]", root).textContent = s.threshold.toFixed(2);
    $$("rect", root).forEach((r, i) => r.classList.toggle("over", i >= handle.value));
  };
  handle.addEventListener("input", show);
  show();
}
