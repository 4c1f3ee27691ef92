package chrome_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/web/chrome"
	"github.com/curate/curate/web/webtest"
)

// hostile are names, labels and prompts that would like to be more than text.
var hostile = []string{`<img src=x onerror=alert(1)>.jpg`, `"><script>alert(1)<`, `a&b'c.jpg`, "line\nbreak.jpg", "\u202egpj.exe.jpg", "%2e%2e%2fetc.jpg", "a?b#c.jpg", strings.Repeat("long", 50) + ".jpg"}

// hostilePage is a site where everything has such a name.
func hostilePage(t *testing.T) *page {
	p := emptyPage(t)
	for i, name := range hostile {
		label := "real"
		if i == 3 {
			label = `<b>"bold"</b>`
		}
		p.add(webtest.Picture{Name: strings.ReplaceAll(name, "/", ""), Seed: uint64(i / 2), Edit: []edit.Edit{edit.JPEG(90 - i)}, Origin: catalog.Origin{
			Label: label, Subject: "javascript:alert(3)", Prompt: "</td></script><script>alert(2)</script>", Generator: `' onmouseover='alert(4)`, Source: "--><svg onload=alert(5)>",
		}})
	}
	p.cluster(webtest.Group{Images: p.ids[:2], Similarity: .98, HashDistance: 2})
	p.cluster(webtest.Group{Images: p.ids[2:4], Similarity: .98, HashDistance: 2})
	p.cluster(webtest.Group{Images: p.ids[4:8], Similarity: .98, HashDistance: 2})
	return p
}

// pages lists what the menu leads to, and what these pages lead to.
func (p *page) pages() []string {
	p.Helper()
	p.open("/")
	menu, err := chrome.Eval[[]string](p.Tab, `[...document.querySelectorAll(".top nav a, .top .tools a")].map(a => a.getAttribute("href"))`)
	p.must(err)
	all := append(menu, "/duplicates/bulk?from=0.5", "/duplicates/bulk?from=0.5&keep=largest", "/duplicates?kind=similar", "/search", "/search?q=script+jpg", "/search?q=%22open", "/nothing", fmt.Sprintf("/image/%d", p.ids[0]))
	slices.Sort(all)
	return slices.Compact(all)
}

// Every page, light and dark, on a laptop and on a phone: no errors of scripts, nothing that the
// content security policy had to refuse, nothing run that was in a name, and nothing that keeps people out.
func TestEveryPage(t *testing.T) {
	p := hostilePage(t)
	p.Expect("404") // one of them is a page that is not there
	_, err := chrome.Eval[bool](p.Tab, "true")
	p.must(err)
	paths := p.pages()
	axe := axeScript(t)
	for _, look := range []struct {
		w, h int
		dark bool
	}{{1400, 900, false}, {390, 800, true}} {
		p.must(p.Look(look.w, look.h, look.dark))
		for _, path := range paths {
			p.open(path)
			p.wait("[...document.images].every(i => i.complete || i.loading === 'lazy')")
			faults, err := p.Access()
			p.must(err)
			if axe != "" {
				p.eval(axe + `; ""`)
				more, err := chrome.Eval[[]string](p.Tab, axeFaults)
				p.must(err)
				faults = append(faults, more...)
			}
			for _, f := range faults {
				t.Errorf("%s at %d x %d, dark %t: %s", path, look.w, look.h, look.dark, f)
			}
		}
	}
}

// axeScript is the source of axe-core, which knows many more rules: where CURATE_AXE names its axe.min.js.
func axeScript(t *testing.T) string {
	t.Helper()
	path := os.Getenv("CURATE_AXE")
	if path == "" {
		t.Log("without axe-core: CURATE_AXE names no axe.min.js")
		return ""
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const axeFaults = `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] })
	.then(r => r.violations.map(v => "axe " + v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")))`

// The focus is visible wherever Tab leads, and it leads everywhere.
func TestFocusIsVisible(t *testing.T) {
	p := newPage(t, 1)
	p.open("/duplicates")
	p.shows("a.jpg")
	seen := map[string]bool{}
	for range 40 {
		p.press("Tab")
		at := p.eval(`(() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
			const name = (e.dataset.act || e.getAttribute("href") || e.className || e.tagName);
			return name + (e === document.body || s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && r.bottom > 0 && r.top < innerHeight ? "" : " INVISIBLE"); })()`)
		if strings.Contains(at, "INVISIBLE") {
			t.Errorf("the focus is not seen: %s", at)
		}
		seen[at] = true
	}
	for _, want := range []string{"accept", "distinct", "same", "keep-all", "compare", "zoom", "next", "back", "keeper", "pick", "reject", "undo", "help", "/duplicates", "/browse"} {
		if !seen[want] {
			t.Errorf("Tab does not lead to %q", want)
		}
	}
}

func TestHelpShowsTheKeys(t *testing.T) {
	p := newPage(t, 1)
	p.open("/")
	p.press("?")
	p.wait("document.querySelector('#help').open")
	p.press("Escape")
	p.wait("!document.querySelector('#help').open")
	p.press("/")
	p.wait("document.activeElement.matches('input[type=search]')")
}
