package chrome_test

import (
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/web/webtest"
)

// Searching by keyboard alone: from any page into the box, to what was found, and a decision on it. A file that is no picture is refused
// in the page, without leaving it.
func TestSearchByKeyboard(t *testing.T) {
	p := emptyPage(t)
	for i, prompt := range []string{"a red beetle", "a blue ship", "a red <b>ship</b>"} {
		p.add(webtest.Picture{Name: string('a'+rune(i)) + ".jpg", Seed: uint64(i), Origin: catalog.Origin{Label: "ai", Prompt: prompt}})
	}
	p.open("/journal")
	p.press("/")
	p.eval(`document.activeElement.value = ""; ""`) // keys that are sent to a browser are typed, too, after the page has taken them
	p.must(p.Type("+ship +red"))
	p.press("Enter")
	p.says("1 image") // by itself, also if it was asked before all was indexed
	if got := p.eval(`[...document.querySelectorAll(".excerpt mark")].map(m => m.textContent).join()`); got != "red,ship" {
		t.Errorf("marked are %s", got)
	}
	p.eval(`document.querySelector(".hits .tile").focus(); ""`)
	p.press("x")
	p.says("✕ removed")
	if s := p.status(p.ids[2]); s != catalog.Removed {
		t.Errorf("it is %s", s)
	}
	p.wait(`!document.querySelector(".toast").hidden`) // the page's scripts are there again
	p.press("Ctrl-z")
	p.wait(`document.querySelector(".hits .tile.kept") && !document.querySelector(".toast").hidden`) // and the scripts are there again

	p.Expect("422")
	p.eval(`(() => {
		const files = new DataTransfer(), input = document.querySelector("[data-picture] input");
		files.items.add(new File(["no picture"], "notes.jpg"));
		input.files = files.files;
		input.dispatchEvent(new Event("change"));
		return "";
	})()`)
	p.says("This cannot be read as a picture")
	p.press("/")
	if got := p.eval(`document.activeElement.id`); got != "words" {
		t.Errorf("/ leads to %s", got)
	}
}
