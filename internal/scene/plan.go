package scene

import (
	"fmt"
	"math/rand/v2"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
)

// item is a file of a heap that is to be written.
type item struct {
	File
	shot
	format format
	of     int                                     // index of the item that this one copies; -1: none
	change func(p *raster.Picture) *raster.Picture // nil: as it was taken
	spoil  func(data []byte) []byte                // nil: the file is sound
}

// shot is a scene and how it is taken.
type shot struct {
	seed      uint64
	w, h      int
	camera    Camera
	generator string // with the camera AI
	prompt    string // likewise
	source    string // who took it
}

// planner draws up a heap. Every choice comes from one source of chance, so a
// plan is a function of its options.
type planner struct {
	rng       *rand.Rand
	seed      uint64
	items     []item
	originals int // the first so many items
}

// plan returns the files of a heap, sorted by path. Paths are given last and in
// random order, so that a number tells nothing about what a file is.
func plan(o HeapOptions) []item {
	p := &planner{rng: rand.New(rand.NewPCG(o.Seed, 17)), seed: o.Seed, originals: o.Count}
	for range o.Count {
		p.items = append(p.items, p.scene(Original))
	}
	kinds := edit.All()
	order := p.rng.Perm(len(kinds))
	for i := range max(4, 2*o.Count/9) {
		p.edited(kinds[order[i%len(order)]])
	}
	for range max(2, o.Count/12) {
		p.copied(Exact)
	}
	for range max(1, o.Count/180) {
		p.copied(Conflict)
	}
	for range max(1, o.Count/60) {
		p.faults()
	}
	p.number()
	sortItems(p.items)
	return p.items
}

// scene is the next scene; labels and subjects take turns. Three generated
// scenes of a subject share a prompt.
func (p *planner) scene(kind Kind) item {
	n := len(p.items)
	subject := subjects[n/2%len(subjects)].name
	size := [][2]int{{320, 240}, {300, 300}, {240, 320}, {384, 256}, {256, 384}, {352, 288}}[p.rng.IntN(6)]
	s := shot{seed: p.seed<<20 + uint64(n), w: size[0], h: size[1], camera: [...]Camera{Real, AI}[n%2]}
	s.source = fmt.Sprintf("sketchbook-%d", 1+p.rng.IntN(4))
	generator := Generators()[p.rng.IntN(len(Generators()))]
	if s.camera == AI {
		s.generator, s.source = generator, "studio"
		s.prompt = prompt(p.seed, subject, n/(6*len(subjects)))
	}
	return item{File: File{Kind: kind, Label: string(s.camera), Subject: subject}, shot: s, format: drawFormat(p.rng), of: -1}
}

// prompt is the n-th request for a subject.
func prompt(seed uint64, subject string, n int) string {
	rng := rand.New(rand.NewPCG(seed, nameSeed(fmt.Sprint(subject, n))))
	light := []string{"at noon", "in the evening", "on an overcast day", "at dusk", "in the morning"}[rng.IntN(5)]
	style := []string{"35mm", "wide angle", "photorealistic", "soft light", "vivid colours", "award winning"}[rng.IntN(6)]
	return fmt.Sprintf("photo, %s %s, %s, take %d", subject, light, style, n+1)
}

// edited plants one edit of an original, saved again in a format of its own.
func (p *planner) edited(e edit.Edit) {
	it := p.another(Edited)
	stream := p.rng.Uint64()
	it.Edit, it.format = e.Name, drawFormat(p.rng)
	it.change = func(src *raster.Picture) *raster.Picture { return e.Apply(edit.NewRand(p.seed, stream), src) }
	p.items = append(p.items, it)
}

// copied plants the same bytes again, under the other label for a conflict.
func (p *planner) copied(kind Kind) {
	it := p.another(kind)
	if kind == Conflict {
		it.Label = map[string]string{string(Real): string(AI), string(AI): string(Real)}[it.Label]
	}
	p.items = append(p.items, it)
}

// another is a random original once more.
func (p *planner) another(kind Kind) item {
	i := p.rng.IntN(p.originals)
	it := p.items[i]
	it.Kind, it.of = kind, i
	return it
}

// number gives paths, and turns what copies point at into paths.
func (p *planner) number() {
	used := map[string]int{}
	for _, i := range p.rng.Perm(len(p.items)) {
		it := &p.items[i]
		folder := fmt.Sprintf("%s/%s/%s", rawFolder, it.Label, it.Subject)
		used[folder]++
		it.Path = fmt.Sprintf("%s/%04d%s", folder, used[folder], it.format.extension())
	}
	for i := range p.items {
		if of := p.items[i].of; of >= 0 {
			p.items[i].Of = p.items[of].Path
		}
	}
}
