package chrome_test

import (
	"fmt"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/web/chrome"
	"github.com/curate/curate/web/webtest"
)

// page is a site and a tab on it.
type page struct {
	*testing.T
	*chrome.Tab
	site *webtest.Site
	ids  []catalog.ImageID
}

// newPage serves a site of so many clusters of two, the least sure first, and opens a tab.
func newPage(t *testing.T, clusters int) *page {
	p := emptyPage(t)
	for k := range clusters {
		keeper := p.add(webtest.Picture{Name: fmt.Sprintf("%c.jpg", 'a'+k), Seed: uint64(k)})
		other := p.add(webtest.Picture{Name: fmt.Sprintf("%c2.jpg", 'a'+k), Seed: uint64(k), Edit: []edit.Edit{edit.Resize(.5)}})
		p.cluster(webtest.Group{Images: []catalog.ImageID{keeper, other}, Similarity: .96 + .01*float64(k), HashDistance: 8})
	}
	return p
}

func emptyPage(t *testing.T) *page {
	t.Helper()
	if browser == nil {
		t.Skip(why)
	}
	site, err := webtest.New(t.Context(), t.TempDir())
	if err == nil {
		err = site.Serve(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	p := &page{T: t, site: site}
	t.Cleanup(func() { p.must(site.Close()) })
	p.Tab = p.tab()
	return p
}

// tab opens a tab, of which nobody may complain.
func (p *page) tab() *chrome.Tab {
	p.Helper()
	tab, err := browser.Tab()
	p.must(err)
	p.Cleanup(func() {
		for _, c := range tab.Complaints() {
			p.Errorf("the browser complains: %s", c)
		}
		tab.Close()
	})
	return tab
}

func (p *page) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func (p *page) add(pic webtest.Picture) catalog.ImageID {
	p.Helper()
	id, err := p.site.Add(p.Context(), pic)
	p.must(err)
	p.ids = append(p.ids, id)
	return id
}

func (p *page) cluster(g webtest.Group) {
	p.Helper()
	p.must(p.site.Cluster(p.Context(), catalog.CopyPair, g))
}

// open goes to a page of the site.
func (p *page) open(path string) {
	p.Helper()
	p.must(p.Open(p.site.URL + path))
}

func (p *page) press(keys ...string) {
	p.Helper()
	p.must(p.Press(keys...))
}

func (p *page) wait(condition string) {
	p.Helper()
	p.must(p.Wait(condition))
}

// says waits until a text is seen.
func (p *page) says(text string) {
	p.Helper()
	p.wait(fmt.Sprintf("document.body.innerText.includes(%q)", text))
}

// shows waits until the card of the cluster with this keeper is there.
func (p *page) shows(name string) {
	p.Helper()
	p.wait(fmt.Sprintf("document.querySelector('.card:not(.leaving) .keeper img')?.alt === %q", name))
}

func (p *page) eval(script string) string {
	p.Helper()
	v, err := chrome.Eval[string](p.Tab, script)
	p.must(err)
	return v
}

// status is what became of a picture.
func (p *page) status(id catalog.ImageID) catalog.Status {
	p.Helper()
	im, err := p.site.Catalog.ImageByID(p.Context(), id)
	p.must(err)
	return im.Status
}

// becomes waits until the catalogue says so.
func (p *page) becomes(id catalog.ImageID, want catalog.Status) {
	p.Helper()
	p.wait(fmt.Sprintf("fetch('/api/images?status=%s').then(r => r.json()).then(rows => rows.some(i => i.id === %d))", want, id))
}

func (p *page) undecided(n int) {
	p.Helper()
	p.wait(fmt.Sprintf("Number(document.querySelector('[data-left]').dataset.left) === %d", n))
}
