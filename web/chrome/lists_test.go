package chrome_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/web/webtest"
)

// pictures is a site of so many pictures of one label.
func pictures(t *testing.T, n int) *page {
	p := emptyPage(t)
	for i := range n {
		p.add(webtest.Picture{Name: fmt.Sprintf("%02d.jpg", i), Seed: uint64(i), W: 64, H: 48, Origin: catalog.Origin{Label: "real", Subject: "car"}})
	}
	return p
}

// at waits until the place in the list has the focus.
func (p *page) at(place int) {
	p.Helper()
	p.wait(fmt.Sprintf("document.activeElement.dataset.place === '%d'", place))
}

func TestBrowseByKeyboard(t *testing.T) {
	p := pictures(t, 30)
	p.open("/browse")
	p.wait("document.querySelectorAll('.wall.live .tile').length > 10")
	p.press("ArrowRight")
	p.at(0)
	p.press("x") // and goes on
	p.becomes(p.ids[0], catalog.Removed)
	p.at(1)
	p.press("Ctrl-z")
	p.becomes(p.ids[0], catalog.Kept)
	p.wait("document.querySelector('.wall .tile') && !document.querySelector('.wall .tile.removed')")
	p.at(1)

	p.press("ArrowRight")
	p.at(2)
	p.press("Shift-ArrowRight")
	p.says("2 chosen")
	p.press("x")
	p.becomes(p.ids[3], catalog.Removed)
	if p.status(p.ids[2]) != catalog.Removed || p.status(p.ids[1]) != catalog.Kept {
		t.Error("not what was chosen is removed")
	}

	p.press("e")
	p.wait("document.querySelector('#single').open")
	p.press("ArrowRight")
	p.says("5 of 30")
	p.press("x")
	p.becomes(p.ids[4], catalog.Removed)
	p.says("6 of 30")
	p.press("g")
	p.wait("!document.querySelector('#single').open")
	p.at(5)

	p.press("Ctrl-a")
	p.says("30 chosen: all that match")
	p.press("x")
	p.says("Remove 30 images?")
	p.press("Escape")
	p.press("x")
	p.says("Remove 30 images?")
	p.eval("document.querySelector('#sure .primary').focus(); ''")
	p.press("Enter")
	p.becomes(p.ids[29], catalog.Removed)
}

func TestIssueSliderCounts(t *testing.T) {
	p := pictures(t, 10)
	scores := make([]catalog.Score, len(p.ids))
	for i, id := range p.ids {
		scores[i] = catalog.Score{Image: id, Value: float64(i) / 10}
	}
	p.must(p.site.Catalog.ReplaceScores(t.Context(), "dark", .75, scores))
	p.open("/issues?name=dark")
	p.wait("document.querySelectorAll('.wall.live .tile').length === 2")
	p.eval("document.querySelector('.scores input[type=range]').focus(); ''")
	p.press("ArrowLeft")
	p.wait("new URL(location).searchParams.get('from') === '0.74' && document.querySelector('.wall.live .tile')")
	p.eval("(() => { const s = document.querySelector('.scores input[type=range]'); s.value = .2; s.dispatchEvent(new Event('input', { bubbles: true })); return ''; })()")
	p.wait("document.querySelector('[data-act=remove-all] [data-live]').textContent === '8'")
	p.eval("document.querySelector('.scores input[type=range]').dispatchEvent(new Event('change', { bubbles: true })); ''")
	p.wait("document.querySelectorAll('.wall.live .tile').length === 8")
	p.must(p.Click("[data-act=remove-all]"))
	p.says("Remove 8 images?")
	p.must(p.Click("#sure .primary"))
	p.becomes(p.ids[2], catalog.Removed)
	if p.status(p.ids[1]) != catalog.Kept {
		t.Error("one below the score is removed")
	}
}

func TestConflictsByKeyboard(t *testing.T) {
	p := emptyPage(t)
	for i, label := range []string{"real", "ai"} {
		p.add(webtest.Picture{Name: label + ".jpg", Seed: uint64(i), W: 64, H: 48, Origin: catalog.Origin{Label: label}})
	}
	p.cluster(webtest.Group{Images: p.ids, Similarity: .98, HashDistance: 2})
	p.open("/labels")
	p.wait("document.activeElement.matches('.suspect')")
	p.press("2")
	p.says("No labels disagree")
	im, err := p.site.Catalog.ImageByID(t.Context(), p.ids[1])
	p.must(err)
	if im.Label != "real" {
		t.Errorf("it is called %q", im.Label)
	}
	p.wait("!document.querySelector('.toast').hidden")
	p.press("Ctrl-z")
	p.says("are called ai and real")
}

// Files move after a summary and the number typed, and come back from the step's page.
func TestApplyAfterASummary(t *testing.T) {
	p := pictures(t, 3)
	heap := filepath.Join(p.site.Dir, "heap")
	p.must(os.MkdirAll(heap, 0o755))
	p.open("/image/" + fmt.Sprint(p.ids[0]))
	p.wait("!document.querySelector('.big img') || document.querySelector('.big img').complete")
	p.press("x")
	p.becomes(p.ids[0], catalog.Removed)
	p.open("/apply")
	p.says("1 file of a removed picture is still in place")
	p.must(p.Click("[data-plan] button"))
	p.says("Type 1 to move")
	if p.eval("String(document.querySelector('[data-apply] button').disabled)") != "true" {
		t.Error("it can be moved without a word")
	}
	p.must(p.Click("[data-apply] input"))
	p.must(p.Type("1"))
	p.press("Enter")
	p.says("1 file ")
	p.wait("document.querySelector('.done a')")
	p.must(p.Click(".done a"))
	p.says("Bring 1 file back")
	p.must(p.Click("[data-act=files-back]"))
	p.must(p.Click("#sure .primary"))
	p.says("Move 1 file again")
	if _, err := os.Stat(filepath.Join(p.site.Dir, "00.jpg")); err != nil {
		t.Error(err)
	}
}
