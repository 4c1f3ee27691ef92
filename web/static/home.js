// The overview: a number goes to what waits, Enter to the first of it.
import { $, onKey } from "./core.js";

onKey(key => {
  if ($("dialog[open]")) return false;
  const link = $(`[data-key="${key === "Enter" ? 1 : key.replace(/\D/, "")}"]`);
  if (!link) return false;
  location.href = link.href;
  return true;
});
