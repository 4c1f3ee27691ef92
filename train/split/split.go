// Package split divides a dataset into train, val and test so that nothing in
// test was seen, in another copy or from the same prompt, in training.
//
// [Assign] is the entry point. It moves whole groups only, keeps the shares in
// every label and as far as possible in every subject, and depends on nothing
// but the items' keys and the seed, so that the same set is split the same way
// anywhere and a growing set keeps its split as far as the shares allow. What was
// test stays test. It reads and writes no files and knows no pictures.
package split

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Part is a part of the dataset.
type Part string

// The parts. None is what an item was in that has not been split before.
const (
	None  Part = ""
	Train Part = "train"
	Val   Part = "val"
	Test  Part = "test"
)

// Item is one thing to be split.
type Item struct {
	Key            string // unique and stable, such as the SHA-256 of the content
	Label, Subject string // the strata; may be empty
	// Groups names all groups that the item is in, such as "cluster 12" or "prompt
	// a red car". Items that share one, also through others, stay together.
	Groups []string
	Was    Part // of an earlier split; only Test matters
}

// Options says how to split.
type Options struct {
	Val, Test float64 // shares of the whole, 0 to 1; the rest is train
	Seed      uint64
}

// Result is the split of the items.
type Result struct {
	Parts  []Part // of each item, in the order given
	Groups int    // how many groups there were, single items included
}

// Assign splits the items. The parts do not depend on the order of the items.
//
// Every label with at least three groups gets some in each part that has a share;
// a label that has too few, or one group so large that a part stays under half of
// its share, is a *[GroupError]. Items without a label may end up anywhere.
func Assign(items []Item, o Options) (Result, error) {
	if err := o.check(); err != nil {
		return Result{}, err
	}
	groups, err := gather(items, o.Seed)
	if err != nil {
		return Result{}, err
	}
	for _, part := range []struct {
		name  Part
		share float64
	}{{Test, o.Test}, {Val, o.Val}} {
		newFill(groups, part.name, part.share).run()
	}
	for i := range groups {
		if groups[i].part == None {
			groups[i].part = Train
		}
	}
	if err := verify(groups, o); err != nil {
		return Result{}, err
	}
	r := Result{Parts: make([]Part, len(items)), Groups: len(groups)}
	for _, g := range groups {
		for _, i := range g.items {
			r.Parts[i] = g.part
		}
	}
	return r, nil
}

func (o Options) check() error {
	for _, share := range []float64{o.Val, o.Test, o.Val + o.Test} {
		if !(share >= 0 && share < 1) {
			return fmt.Errorf("split: val %g and test %g must be shares of 0 or more that leave something for train", o.Val, o.Test)
		}
	}
	return nil
}

// stratum is a label and a subject.
type stratum struct{ label, subject string }

// group is items that stay together.
type group struct {
	items   []int
	key     string // smallest of its items' keys
	order   uint64 // where it stands in the queue
	part    Part
	stratum stratum // the one most of its items are in
	counts  map[stratum]int
}

func (g *group) size() int { return len(g.items) }

// gather makes the groups, in the order of their place in the queue. Groups with
// an item that was test before are test at once.
func gather(items []Item, seed uint64) ([]group, error) {
	parent, err := unite(items)
	if err != nil {
		return nil, err
	}
	byRoot := map[int]*group{}
	var roots []int
	for i, it := range items {
		root := find(parent, i)
		g, ok := byRoot[root]
		if !ok {
			g = &group{key: it.Key, counts: map[stratum]int{}}
			byRoot[root] = g
			roots = append(roots, root)
		}
		g.items = append(g.items, i)
		g.key = min(g.key, it.Key)
		g.counts[stratum{it.Label, it.Subject}]++
		if it.Was == Test {
			g.part = Test
		}
	}
	groups := make([]group, len(roots))
	for i, root := range roots {
		groups[i] = *byRoot[root]
		groups[i].stratum = largest(groups[i].counts)
		groups[i].order = place(seed, groups[i].key)
	}
	slices.SortFunc(groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.key, b.key))
	})
	return groups, nil
}

// place draws a group's place in the queue from its key.
func place(seed uint64, key string) uint64 {
	sum := sha256.Sum256(append(binary.LittleEndian.AppendUint64(nil, seed), key...))
	return binary.LittleEndian.Uint64(sum[:])
}

// largest returns the stratum with the most items, the first by name of several.
func largest(counts map[stratum]int) stratum {
	var best stratum
	most := 0
	for s, n := range counts {
		if n > most || n == most && (s.label < best.label || s.label == best.label && s.subject < best.subject) {
			best, most = s, n
		}
	}
	return best
}

// unite joins the items that share a group.
func unite(items []Item) ([]int, error) {
	parent := make([]int, len(items))
	keys := make(map[string]bool, len(items))
	first := map[string]int{}
	for i, it := range items {
		parent[i] = i
		if keys[it.Key] {
			return nil, errors.New("split: two items have the key " + it.Key)
		}
		keys[it.Key] = true
		for _, name := range it.Groups {
			if j, ok := first[name]; ok {
				parent[find(parent, i)] = find(parent, j)
			} else {
				first[name] = i
			}
		}
	}
	return parent, nil
}

func find(parent []int, i int) int {
	for parent[i] != i {
		parent[i] = parent[parent[i]]
		i = parent[i]
	}
	return i
}

// GroupError says which group stands in the way of a split.
type GroupError struct {
	Label  string
	Part   Part // that gets too little
	Key    string
	Size   int // items of the label in the group
	Total  int // items of the label
	Groups int // groups that have the label
}

// Error names the group and says what helps.
func (e *GroupError) Error() string {
	return fmt.Sprintf("split: label %q cannot be split: its %d images form %d groups, the largest (round %s) has %d, and %s gets too few; "+
		"collect more images, group by fewer things, or ask for no %s part", e.Label, e.Total, e.Groups, e.Key, e.Size, e.Part, e.Part)
}

// verify holds every label against the shares.
func verify(groups []group, o Options) error {
	labels := tallyLabels(groups)
	names := make([]string, 0, len(labels))
	for name := range labels {
		if name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		t := labels[name]
		for _, want := range []struct {
			part  Part
			share float64
		}{{Test, o.Test}, {Val, o.Val}, {Train, 1 - o.Test - o.Val}} {
			quota := want.share * float64(t.total)
			// Sticky test images may leave train short of its share; that is no fault.
			enough := quota / 2
			if want.part == Train {
				enough = 0
			}
			got := float64(t.parts[want.part])
			if want.share > 0 && (got == 0 || got < math.Floor(enough)) {
				return &GroupError{name, want.part, t.largest, t.size, t.total, t.groups}
			}
		}
	}
	return nil
}

// tally counts what became of one label.
type tally struct {
	parts         map[Part]int
	total, groups int
	largest       string // key of the group with most of it
	size          int
}

func tallyLabels(groups []group) map[string]*tally {
	labels := map[string]*tally{}
	for _, g := range groups {
		mine := map[string]int{}
		for s, n := range g.counts {
			mine[s.label] += n
		}
		for label, n := range mine {
			t, ok := labels[label]
			if !ok {
				t = &tally{parts: map[Part]int{}}
				labels[label] = t
			}
			t.parts[g.part] += n
			t.total += n
			t.groups++
			if n > t.size {
				t.size, t.largest = n, g.key
			}
		}
	}
	return labels
}
