package chrome_test

import (
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/web/chrome"
	"github.com/curate/curate/web/webtest"
)

// compared is the viewer's difference of two pictures: the mean of what its panes show on each other, 0 to 255.
const compared = `(async () => {
	const panes = [...document.querySelectorAll("#viewer .pane")], r = panes[0].getBoundingClientRect();
	const shot = pane => {
		const img = pane.querySelector("img"), c = new OffscreenCanvas(r.width, r.height), g = c.getContext("2d");
		const m = new DOMMatrix(getComputedStyle(img).transform), w = parseFloat(img.style.width), h = parseFloat(img.style.height);
		g.setTransform(new DOMMatrix().translate(w / 2, h / 2).multiply(m).translate(-w / 2, -h / 2).translate(0, 0));
		g.drawImage(img, 0, 0, w, h);
		return g.getImageData(0, 0, c.width, c.height).data;
	};
	await Promise.all(panes.map(p => p.querySelector("img").decode()));
	const a = shot(panes[0]), b = shot(panes[1]);
	let sum = 0, n = 0;
	for (let i = 0; i < a.length; i += 4) if (a[i + 3] && b[i + 3]) { sum += Math.abs(a[i] - b[i]) + Math.abs(a[i + 1] - b[i + 1]) + Math.abs(a[i + 2] - b[i + 2]); n += 3; }
	return n > 1000 ? sum / n : 255;
})()`

// Turned, mirrored and cut copies lie on the one that is kept, whichever of them has the larger number.
func TestCompareLaysOneOnTheOther(t *testing.T) {
	turns := map[string]struct {
		edits []edit.Edit
		exif  int // that lays it upright again
	}{
		"smaller": {[]edit.Edit{edit.Resize(.5)}, 1}, "mirrored": {[]edit.Edit{edit.Mirror()}, 2}, "turned right": {[]edit.Edit{edit.Turn(90)}, 8}, "upside down": {[]edit.Edit{edit.Turn(180)}, 3},
		"turned left": {[]edit.Edit{edit.Turn(270)}, 6}, "mirrored and turned right": {[]edit.Edit{edit.Mirror(), edit.Turn(90)}, 7}, "mirrored and turned left": {[]edit.Edit{edit.Mirror(), edit.Turn(270)}, 5}, "cut": {[]edit.Edit{edit.Crop(.7)}, 1},
		"cut, turned": {[]edit.Edit{edit.Crop(.8), edit.Turn(90)}, 8},
	}
	p := emptyPage(t)
	seed := uint64(0)
	for name, c := range turns {
		for _, keeperFirst := range []bool{true, false} {
			seed++
			keeper := webtest.Picture{Name: name + ".png", Seed: seed, W: 320, H: 240}
			other := webtest.Picture{Name: name + "-other.png", Seed: seed, W: 320, H: 240, Edit: c.edits}
			g := webtest.Group{Similarity: .99, Orientation: c.exif, HashDistance: 4, Images: make([]catalog.ImageID, 2)}
			if keeperFirst {
				g.Images[0], g.Images[1] = p.add(keeper), p.add(other)
			} else {
				keeper.Name, other.Name = "late "+keeper.Name, "late "+other.Name
				g.Images[1], g.Images[0] = p.add(other), p.add(keeper)
			}
			p.cluster(g)
		}
	}
	p.open("/duplicates")
	for range seed {
		p.wait("document.querySelector('.card:not(.leaving) .frame img')?.complete")
		name := p.eval("document.querySelector('.keeper .frame img').alt")
		p.press("c")
		p.wait("document.querySelector('#viewer').open && [...document.querySelectorAll('#viewer img')].every(i => i.src.includes('/picture/'))")
		if off, err := chrome.Eval[float64](p.Tab, compared); err != nil || off > 12 {
			t.Errorf("%s: they differ by %.1f (%v)", name, off, err)
		}
		p.press("n")
	}
}

// C is held to flicker, M goes through the ways, and pan and zoom hold for both.
func TestViewerByKeyboard(t *testing.T) {
	p := newPage(t, 2)
	p.open("/duplicates")
	p.shows("a.jpg")
	p.press("c")
	p.wait("document.querySelector('#viewer').open")
	const other = "getComputedStyle(document.querySelector('#viewer .over')).visibility"
	p.wait(other + " === 'hidden'")
	letGo, err := p.Hold("c")
	p.must(err)
	p.wait(other + " === 'visible'")
	p.must(letGo())
	p.wait(other + " === 'hidden'")
	for _, way := range []string{"slider", "difference", "side"} {
		p.press("m")
		p.wait("document.querySelector('#viewer .views." + way + "')")
	}
	before := p.eval("[...document.querySelectorAll('#viewer .pane img')].map(i => i.style.transform + i.style.width).join()")
	p.press("+", "+", "ArrowRight", "ArrowDown")
	p.wait("[...document.querySelectorAll('#viewer .pane img')].map(i => i.style.transform + i.style.width).join() !== " + quoted(before))
	p.wait("new Set([...document.querySelectorAll('#viewer .pane img')].map(i => i.style.transform + i.style.width)).size === 1")
	p.press("0")
	p.wait("[...document.querySelectorAll('#viewer .pane img')].map(i => i.style.transform + i.style.width).join() === " + quoted(before))
	p.press("d") // a decision closes it
	p.shows("b.jpg")
	p.wait("!document.querySelector('#viewer').open")
	if p.status(p.ids[1]) != catalog.Kept {
		t.Error("distinct was not recorded")
	}
	p.press("z")
	p.wait("document.querySelector('#viewer').open && document.querySelector('#viewer').dataset.count === '1'")
	p.press("Escape")
	p.wait("!document.querySelector('#viewer').open")
}
