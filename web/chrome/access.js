// What a page that is open does wrong, as a list of sentences.
(() => {
  const out = [];
  const name = e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (typeof e.className === "string" && e.className ? "." + e.className.trim().split(/\s+/).join(".") : "") + " " + JSON.stringify(e.textContent.trim().slice(0, 30));
  const shown = e => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !e.closest(".visually-hidden, .skip");
  const all = selector => [...document.querySelectorAll(selector)].filter(shown);

  if (!document.documentElement.lang) out.push("the page has no language");
  if (!document.title.trim()) out.push("the page has no title");
  if (document.querySelectorAll("main").length !== 1) out.push("there is not one main part");
  for (const img of document.querySelectorAll("main img")) if (!img.hasAttribute("alt")) out.push("a picture has no text: " + img.src);

  const open = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(h => h.checkVisibility());
  if (open.filter(h => h.tagName === "H1").length !== 1) out.push("there is not one h1");
  open.reduce((before, h) => {
    const level = Number(h.tagName[1]);
    if (level > before + 1) out.push(`after h${before} comes ${name(h)}`);
    return level;
  }, 0);

  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) out.push("two elements are #" + id);
  for (const e of document.querySelectorAll("[aria-labelledby], [aria-describedby], label[for]")) {
    for (const id of [e.getAttribute("aria-labelledby"), e.getAttribute("aria-describedby"), e.getAttribute("for")].filter(Boolean).flatMap(v => v.split(/\s+/))) {
      if (!document.getElementById(id)) out.push(`${name(e)} names #${id}, which is not there`);
    }
  }

  // Contrast of text against the nearest background that is not seen through.
  const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return c.startsWith("color(") ? [m[0] * 255, m[1] * 255, m[2] * 255, m[3] ?? 1] : [m[0], m[1], m[2], m[3] ?? 1]; };
  const luminance = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] + under[i] * (1 - top[3])).concat(1);
  const background = e => {
    const layers = [];
    for (let p = e; p; p = p.parentElement) {
      const c = parse(getComputedStyle(p).backgroundColor);
      if (c[3] > 0) layers.push(c);
      if (c[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const seen = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const e = node.parentElement;
    if (!node.data.trim() || !shown(e) || e.closest("[disabled], script, style, template, option")) continue;
    const style = getComputedStyle(e), size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
    let opacity = 1;
    for (let p = e; p; p = p.parentElement) opacity *= getComputedStyle(p).opacity;
    const back = background(e), ink = parse(style.color);
    ink[3] *= opacity;
    const [a, b] = [luminance(over(ink, back)), luminance(back)], ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const what = `${name(e)} has a contrast of ${ratio.toFixed(2)}`;
    if (ratio < (large ? 3 : 4.5) && !seen.has(what)) { seen.add(what); out.push(what); }
  }

  // Controls are 24 pixels at least, but for links within text.
  for (const e of all("button, select, summary, input:not([type=range]):not([type=hidden]), a.button")) {
    const r = e.getBoundingClientRect();
    if (r.width && (r.width < 24 || r.height < 24)) out.push(`${name(e)} is ${r.width.toFixed(0)} x ${r.height.toFixed(0)} pixels`);
  }

  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) {
    const far = all("body *").filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest(".scroll, .journal, dialog")).slice(0, 3);
    out.push(`the page is ${wide} pixels wider than the screen: ${far.map(name).join("; ")}`);
  }
  return out;
})()
