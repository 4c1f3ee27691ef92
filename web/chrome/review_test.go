package chrome_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/web/webtest"
)

// The whole way by keyboard: accept, distinct, another keeper, keep all, undo and redo.
func TestReviewByKeyboard(t *testing.T) {
	p := newPage(t, 4)
	p.open("/duplicates")
	p.shows("a.jpg")
	p.press("Enter")
	p.shows("b.jpg")
	p.press("d")
	p.shows("c.jpg")
	p.press("2")
	p.shows("d.jpg")
	p.undecided(1)
	for i, want := range []catalog.Status{catalog.Kept, catalog.Removed, catalog.Kept, catalog.Kept, catalog.Removed, catalog.Kept} {
		if got := p.status(p.ids[i]); got != want {
			t.Errorf("picture %d is %s, want %s", i, got, want)
		}
	}
	p.press("Ctrl-z")
	p.shows("c.jpg")
	p.undecided(2)
	p.press("Ctrl-Shift-z")
	p.shows("d.jpg")
	p.undecided(1)
	p.press("k")
	p.says("That was the last one")
	p.undecided(0)
	if p.status(p.ids[7]) != catalog.Kept {
		t.Error("not all are kept")
	}
}

// Undo goes back over what this tab has done, in its order, also after another page.
func TestUndoGoesBackInOrder(t *testing.T) {
	p := newPage(t, 3)
	p.open("/duplicates")
	p.shows("a.jpg")
	p.press("Enter")
	p.shows("b.jpg")
	p.press("Enter")
	p.shows("c.jpg")
	p.press("Ctrl-z", "Ctrl-z")
	p.shows("a.jpg")
	p.undecided(3)
	p.press("Enter")
	p.shows("b.jpg")
	p.open("/journal")
	p.press("Ctrl-z")
	p.says("Taken back")
	p.becomes(p.ids[1], catalog.Removed) // by the marks again, no more by a verdict
}

func TestPassedOverComesBack(t *testing.T) {
	p := newPage(t, 2)
	p.open("/duplicates")
	p.shows("a.jpg")
	p.press("n")
	p.shows("b.jpg")
	p.press("b")
	p.shows("a.jpg")
	p.press("n")
	p.shows("b.jpg")
	p.press("Enter")
	p.says("You passed over 1 of them")
	p.press("Tab", "Enter")
	p.shows("a.jpg")
}

// Of several, one can be told to be another picture, removed, or kept; then it goes on.
func TestSeveralMembers(t *testing.T) {
	p := newPage(t, 1)
	keeper := p.add(webtest.Picture{Name: "s1.jpg", Seed: 50})
	g := webtest.Group{Images: []catalog.ImageID{keeper}, Similarity: .95, HashDistance: 3}
	for i, name := range []string{"s2.jpg", "s3.jpg", "s4.jpg"} {
		g.Images = append(g.Images, p.add(webtest.Picture{Name: name, Seed: 50, Edit: []edit.Edit{edit.Resize(.8 - .1*float64(i))}}))
	}
	p.cluster(g)
	p.open("/duplicates")
	p.shows("s1.jpg")
	p.says("4 versions of one picture")
	p.press("ArrowRight", "x") // the third
	p.wait("document.querySelectorAll('.member')[2]?.innerText.includes('removed by you')")
	p.press("s") // the second
	p.wait("document.querySelectorAll('.member')[1]?.innerText.includes('same')")
	p.press("ArrowRight", "ArrowRight", "d") // the fourth
	p.shows("a.jpg")
	if p.status(g.Images[2]) != catalog.Removed || p.status(g.Images[3]) != catalog.Kept {
		t.Errorf("%s %s", p.status(g.Images[2]), p.status(g.Images[3]))
	}
}

// A key that is held down decides once, and two quick ones decide two clusters.
func TestHeldKeyDecidesOnce(t *testing.T) {
	p := newPage(t, 4)
	p.open("/duplicates")
	p.shows("a.jpg")
	p.eval(`for (let i = 0; i < 20; i++) document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", repeat: i > 0, bubbles: true })); ""`)
	p.shows("b.jpg")
	p.undecided(3)
}

// What is decided in one tab is seen in another, and what is decided twice counts once.
func TestTwoTabs(t *testing.T) {
	p := newPage(t, 3)
	p.open("/duplicates")
	p.shows("a.jpg")
	other := *p
	other.Tab = p.tab()
	other.open("/duplicates")
	other.shows("a.jpg")
	other.press("d")
	other.shows("b.jpg")
	p.undecided(2)
	p.says("decided in another tab")
	p.press("n")
	p.shows("b.jpg")
	// Without word from the other tab: the server tells.
	p.eval(`document.addEventListener("elsewhere", e => e.stopImmediatePropagation(), true); ""`)
	other.press("d")
	other.shows("c.jpg")
	p.Expect("409")
	p.press("Enter")
	p.says("Not saved. This cluster was decided or changed elsewhere")
	if p.status(p.ids[3]) != catalog.Kept {
		t.Error("the second tab has overruled the first")
	}
}

// A server that has gone is said, nothing is lost, and the page goes on when it is back.
func TestLostConnection(t *testing.T) {
	p := newPage(t, 3)
	p.open("/duplicates")
	p.shows("a.jpg")
	p.Expect("ERR_CONNECTION")
	p.Expect("Failed to")
	p.must(p.site.Stop())
	p.press("Enter")
	p.says("The server cannot be reached")
	p.says("Not saved")
	p.shows("a.jpg")
	p.press("Enter")
	p.says("nothing is decided until it answers")
	p.must(p.site.Again(t.Context()))
	p.wait("document.querySelector('.lost').hidden")
	p.press("Enter")
	p.shows("b.jpg")
	p.undecided(2)
}

// While another process writes, the page says whom it waits for, takes further decisions, and saves all of them in their order.
func TestAnotherProcessWrites(t *testing.T) {
	p := newPage(t, 3)
	p.open("/duplicates")
	p.shows("a.jpg")
	other, err := catalog.Open(t.Context(), p.site.Catalog.Path(), catalog.ReadWrite)
	p.must(err)
	defer func() { p.must(other.Close()) }()
	p.Expect("503")
	_, _, err = other.DecideSeen(t.Context(), "curate keep", time.Minute, func(context.Context) (catalog.Said, error) {
		p.press("Enter")
		p.shows("b.jpg")
		p.says("is writing to the catalogue. 1 decision waits")
		p.press("d")
		p.shows("c.jpg")
		p.says("2 decisions wait")
		return catalog.Said{}, nil
	})
	p.must(err)
	p.undecided(1)
	p.wait("document.querySelector('.busy').hidden")
	if p.status(p.ids[1]) != catalog.Removed || p.status(p.ids[3]) != catalog.Kept {
		t.Errorf("they are %s and %s", p.status(p.ids[1]), p.status(p.ids[3]))
	}
	log, err := p.site.Catalog.Log(t.Context(), 0)
	p.must(err)
	said := slices.DeleteFunc(log, func(s catalog.Step) bool { return s.Command != "page" })
	if len(said) != 2 {
		t.Errorf("the journal has %d decisions, want 2: %+v", len(said), said)
	}
}

func TestPictureDeletedOnDisk(t *testing.T) {
	p := newPage(t, 1)
	p.must(os.Remove(filepath.Join(p.site.Dir, "a2.jpg")))
	p.Expect("410")
	p.open("/duplicates")
	p.says("The file cannot be shown")
	p.says("Run `curate ingest` again")
}
