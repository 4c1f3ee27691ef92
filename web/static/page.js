// The page's script begins here. Everything that it does has a button, and every decision goes through /api/.
import { $, on, onKey, toast } from "./core.js";
import "./undo.js";
import "./lost.js";
import { watchBroken } from "./broken.js";
import { startViewer } from "./compare.js";
import { startReview } from "./review.js";
import { startBulk } from "./bulk.js";
import { startGrid } from "./grid.js";
import { startThreshold } from "./threshold.js";

const said = sessionStorage.getItem("said");
if (said) toast(said);
sessionStorage.removeItem("said");

watchBroken(document);
startViewer();
const page = { review: $(".review[data-queue]"), sheet: $(".sheet"), grid: $(".grid:not(.wall)"), one: $(".one"), threshold: $(".histogram") };
if (page.review) startReview(page.review);
if (page.sheet) startBulk(page.sheet);
if (page.grid || page.one) startGrid(page.grid, page.one);
if (page.threshold) startThreshold(page.threshold);

const slider = $(".slider input[type=range]");
slider?.addEventListener("input", () => { $(".slider output").textContent = Number(slider.value).toFixed(2); });

on("help", () => $("#help").showModal());
on("close", button => button.closest("dialog").close());
onKey(key => {
  if ($("dialog[open]")) return false;
  if (key === "?") { $("#help").showModal(); return true; }
  if (key === "/") { location.href = $("[data-search]")?.href || "/browse"; return true; }
  return false;
});
