package stage

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/filemove"
)

// dies is the panic that stands for a process that was killed: nothing after it runs but the closing of files, which the system does too.
type dies struct{}

// mortal is a mover that dies at its nth step; n is counted down.
func mortal(n *int, rename func(string, string) error) filemove.Mover {
	return filemove.Mover{Rename: rename, Boundary: func(string) {
		if *n--; *n < 0 {
			panic(dies{})
		}
	}}
}

// until runs f and tells whether it died.
func until(f func()) (died bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(dies); !ok {
				panic(r)
			}
			died = true
		}
	}()
	f()
	return false
}

// randomTree makes pictures in random folders, some of them copies, hard links and links, and removes some. Contents are small.
func (h *heap) randomTree(rng *rand.Rand) {
	h.Helper()
	h.write("../elsewhere/real.jpg", picture(h, 99, "x.jpg"))
	var names, gone []string
	for i := range 3 + rng.IntN(2) {
		name := fmt.Sprintf("%s/%s/%d.jpg", []string{"a", "b b", "ü"}[rng.IntN(3)], []string{"x", "y"}[rng.IntN(2)], i)
		switch k := rng.IntN(6); {
		case k == 0 && i > 0:
			h.mkdirFor(name)
			h.must(os.Link(h.path(names[rng.IntN(i)]), h.path(name)))
		case k == 1:
			h.mkdirFor(name)
			h.must(os.Symlink("../../../elsewhere/real.jpg", h.path(name)))
		default:
			h.write(name, fmt.Appendf(slices.Clip(picture(h, 1, "x.jpg")), "tail %d", rng.IntN(5)))
		}
		names = append(names, name)
		if rng.IntN(2) == 0 || i == 0 {
			gone = append(gone, name)
		}
	}
	h.ingest()
	h.withhold(gone...)
}

func (h *heap) mkdirFor(name string) { h.must(os.MkdirAll(filepath.Dir(h.path(name)), 0o777)) }

func (h *heap) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// contents are the hashes of all files under the heap's parent.
func (h *heap) contents() string {
	h.Helper()
	var all []string
	for _, v := range tree(h.T, filepath.Dir(h.dir)) {
		hash, _, _ := strings.Cut(v, " ")
		all = append(all, hash)
	}
	return strings.Join(all, " ")
}

// Wherever a process dies in the middle of an apply or of its undo, no content is lost, an apply later finishes it, and undo restores the tree.
func TestApplyDiesAnywhere(t *testing.T) {
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 1))
		mode := []string{"folder", "other disk", "trash"}[seed%3]
		t.Run(fmt.Sprint(mode, " ", seed), func(t *testing.T) {
			h := newHeap(t)
			h.env.Notice = func(string, ...any) {}
			t.Setenv("XDG_DATA_HOME", h.beside("data"))
			h.randomTree(rng)
			h.dieEverywhere(mode)
		})
	}
}

func (h *heap) dieEverywhere(mode string) {
	o := ApplyOptions{Command: "curate apply", Dir: h.beside("moved/here")}
	var rename func(string, string) error
	switch mode {
	case "other disk":
		rename = acrossDisks
	case "trash":
		o.Dir, o.Trash = "", true
	}
	before, apply := tree(h.T, h.dir), func(m filemove.Mover) {
		o.mover = m
		h.apply(o)
	}
	back := func(m filemove.Mover) {
		h.env.Catalog.Handle(catalog.KindApply, &applying{env: h.env, mover: m, result: new(ApplyResult)})
		_, err := h.env.Catalog.Undo(h.Context(), 0)
		h.must(err)
	}
	for n, died := 0, true; died; n++ {
		left := n
		died = until(func() { apply(mortal(&left, rename)) })
		h.nothingLost(before)
		if died && n%2 == 0 {
			apply(filemove.Mover{Rename: rename})
			if got := h.leftovers(); got != 0 {
				h.Errorf("died at %d: %d files of removed images are still there", n, got)
			}
		}
		left = n / 2
		if until(func() { back(mortal(&left, rename)) }) {
			h.nothingLost(before)
			back(filemove.Mover{Rename: rename})
		}
		sameTree(h.T, fmt.Sprintf("%s, died at %d", mode, n), tree(h.T, h.dir), before)
		if got := tree(h.T, h.beside("moved")); len(got) != 0 {
			h.Errorf("died at %d: left in the folder: %v", n, got)
		}
		for _, l := range h.content() {
			if strings.Contains(l, "gone=true") {
				h.Errorf("died at %d: %s", n, l)
			}
		}
		if h.Failed() {
			return
		}
	}
}

func (h *heap) nothingLost(before map[string]string) {
	h.Helper()
	all := h.contents()
	for path, v := range before {
		if hash, _, _ := strings.Cut(v, " "); !strings.Contains(all, hash) {
			h.Errorf("the content of %s is nowhere", path)
		}
	}
}

// leftovers counts the files of removed images that have not left.
func (h *heap) leftovers() int {
	h.Helper()
	files, _, err := h.env.Catalog.Leavings(h.Context())
	h.must(err)
	return len(files)
}
