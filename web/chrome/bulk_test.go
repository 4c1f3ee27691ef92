package chrome_test

import (
	"strconv"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/web/webtest"
)

func quoted(s string) string { return strconv.Quote(s) }

// From the page of clusters to the contact sheet, one row taken off, accepted and taken back, by keys alone.
func TestBulkByKeyboard(t *testing.T) {
	p := newPage(t, 4) // .96 .97 .98 .99
	p.open("/duplicates")
	p.shows("a.jpg")
	p.eval(`document.querySelector("a.bulk[href*='0.97']").focus(); ""`)
	p.press("Enter")
	p.says("3 clusters at 0.97 or more: 3 pictures would go as copies")
	p.wait("[...document.querySelectorAll('.sheet img')].filter(i => i.naturalWidth).length === 6 && !document.querySelector('.broken')")
	p.eval(`document.querySelector("input[name=off]").focus(); ""`)
	p.press("Space")
	p.says("Accept 2 clusters")
	p.eval(`document.querySelector("[data-act=accept-all]").focus(); ""`)
	p.press("Enter")
	p.says("2 clusters accepted")
	p.undecided(2)
	p.press("Ctrl-z")
	p.undecided(4)
	p.shows("a.jpg")
}

// The largest everywhere: the sheet shows which row it changes, and what stays.
func TestKeepTheLargest(t *testing.T) {
	p := newPage(t, 1)
	small := p.add(webtest.Picture{Name: "small.jpg", Seed: 9, Edit: []edit.Edit{edit.Resize(.5)}})
	large := p.add(webtest.Picture{Name: "large.jpg", Seed: 9})
	p.cluster(webtest.Group{Images: []catalog.ImageID{small, large}, Similarity: .97, HashDistance: 8})
	p.open("/duplicates/bulk?from=0.95")
	p.says("2 clusters at 0.95 or more")
	p.eval(`document.querySelector("select[name=keep]").focus(); ""`)
	p.press("ArrowDown")
	p.wait("location.search.includes('keep=largest')")
	p.says("In 1 row another picture is kept than was suggested.")
	p.must(p.Click("[data-act=accept-all]"))
	p.says("2 clusters accepted")
	if p.status(large) != catalog.Kept || p.status(small) != catalog.Removed {
		t.Errorf("large %s, small %s", p.status(large), p.status(small))
	}
}

// A sheet that is no longer what the catalogue has is not accepted.
func TestSheetThatHasChanged(t *testing.T) {
	p := newPage(t, 3)
	p.open("/duplicates/bulk?from=0.95")
	p.says("3 clusters at 0.95")
	if _, _, err := p.site.Catalog.Decide(t.Context(), "curate keep", []catalog.Decision{{Kind: catalog.Keep, Image: p.ids[1]}}); err != nil {
		t.Fatal(err)
	}
	p.Expect("409")
	p.must(p.Click("[data-act=accept-all]"))
	p.says("There are 2 such clusters now, and not what was shown")
}
