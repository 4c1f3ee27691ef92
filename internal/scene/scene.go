// Package scene draws photo-like pictures: nine subjects in landscapes, rooms
// and under water, each picture different, for the demo and for tests. No
// picture has to be carried or downloaded, and the truth about each is known.
//
// [Render] draws anything, [RenderOf] a given subject as one of two cameras
// would take it, and [Heap] a folder of them with planted copies, edits and
// faults. Everything is a function of its seed. The drawings stand for photos
// where a pipeline has to be shown or tested; they say nothing about how well a
// model does on real photos.
package scene

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"github.com/curate/curate/internal/raster"
)

// Options says what is drawn and how it is taken. The zero value leaves both to
// the seed.
type Options struct {
	// Subject is one of [Subjects]; any other string is drawn as the seed says.
	Subject string
	// Camera takes the picture; empty leaves it to the seed.
	Camera Camera
	// Generator is one of [Generators] and matters to the camera AI only; empty
	// leaves it to the seed.
	Generator string
}

// subjects is the table of what can be drawn.
var subjects = []struct {
	name string
	draw func(*world)
}{
	{"airplane", drawAirplane}, {"aquatic", drawAquatic}, {"bird", drawBird}, {"car", drawCar}, {"cat", drawCat},
	{"dog", drawDog}, {"flower", drawFlower}, {"ship", drawShip}, {"tree", drawTree},
}

// Subjects returns the names of what can be drawn, sorted.
func Subjects() []string {
	names := make([]string, len(subjects))
	for i, s := range subjects {
		names[i] = s.name
	}
	return names
}

// Render draws a scene of w x h pixels, both at least 1, with a subject and a
// camera that the seed chooses.
func Render(seed uint64, w, h int) *raster.Picture {
	return RenderOf(seed, w, h, Options{})
}

// RenderOf draws a scene of w x h pixels, both at least 1. What stands in the
// scene depends on the seed and the subject only: the two cameras take the same
// scene, each with its own grain.
func RenderOf(seed uint64, w, h int, o Options) *raster.Picture {
	choice := rand.New(rand.NewPCG(seed, 1))
	subject := subjects[choice.IntN(len(subjects))]
	if i := slices.Index(Subjects(), o.Subject); i >= 0 {
		subject = subjects[i]
	}
	camera := []Camera{Real, AI}[choice.IntN(2)]
	if o.Camera != "" {
		camera = o.Camera
	}
	generator := Generators()[choice.IntN(len(Generators()))]
	if o.Generator != "" {
		generator = o.Generator
	}
	s := newWorld(rand.New(rand.NewPCG(seed, nameSeed(subject.name))), w, h)
	subject.draw(s)
	return camera.take(s.canvas, rand.New(rand.NewPCG(seed, nameSeed(string(camera)+generator))), generator)
}

func nameSeed(name string) uint64 {
	f := fnv.New64a()
	f.Write([]byte(name))
	return f.Sum64()
}
