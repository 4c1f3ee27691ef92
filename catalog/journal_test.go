package catalog

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// state is everything that decisions can change, as text: two equal texts are two equal catalogues.
func state(t testing.TB, c *Catalog) string {
	t.Helper()
	var b strings.Builder
	for _, q := range []string{
		"SELECT hex(topic), hex(a), hex(b), kind, value FROM verdict ORDER BY 1, 2, 3",
		"SELECT id, status, cause, cause_of, note, label, subject, conflict FROM image ORDER BY id",
		"SELECT id, hex(path), hex(container), hex(root), gone <> '', label, size FROM location ORDER BY id",
		"SELECT image, split FROM split ORDER BY image",
		"SELECT m.image, m.rank, m.similarity, c.kind, c.keep FROM member m JOIN cluster c ON c.id = m.cluster ORDER BY c.kind, c.id, m.rank",
		"SELECT kind, threshold FROM marks ORDER BY kind",
	} {
		rows := must(c.read.Query(q))(t)
		names := must(rows.Columns())(t)
		cells, targets := make([]any, len(names)), make([]any, len(names))
		for i := range cells {
			targets[i] = &cells[i]
		}
		for rows.Next() {
			if err := rows.Scan(targets...); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&b, cells...)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// Any sequence of decisions, taken back one by one, leads through every former state to the first; done again, to the last.
func TestUndoAllRedoAll(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			c := fresh(t)
			d := decider{c: c, ids: heap(t, c, 10), rng: rand.New(rand.NewPCG(seed, 2))}
			states := []string{state(t, c)}
			for range 40 {
				if step := d.act(t); step != 0 {
					states = append(states, state(t, c))
				}
			}
			for i := len(states) - 2; i >= 0; i-- {
				s := must(c.Undo(t.Context(), 0))(t)
				if got := state(t, c); got != states[i] {
					t.Fatalf("undo of %+v: got\n%swant\n%s", s, got, states[i])
				}
			}
			if _, err := c.Undo(t.Context(), 0); !errors.Is(err, ErrNothing) {
				t.Errorf("one undo too many gives %v", err)
			}
			for i := 1; i < len(states); i++ {
				s := must(c.Redo(t.Context(), 0))(t)
				if got := state(t, c); got != states[i] {
					t.Fatalf("redo of %+v: got\n%swant\n%s", s, got, states[i])
				}
			}
			if _, err := c.Redo(t.Context(), 0); !errors.Is(err, ErrNothing) {
				t.Errorf("one redo too many gives %v", err)
			}
			if faults := must(c.Check(t.Context()))(t); len(faults) > 0 {
				t.Error(faults)
			}
		})
	}
}

// decider makes random undoable steps.
type decider struct {
	c    *Catalog
	ids  []ImageID
	rng  *rand.Rand
	last StepID
}

// act makes one step, or none, and returns its number.
func (d *decider) act(t *testing.T) StepID {
	ctx := t.Context()
	switch d.rng.IntN(12) {
	case 0:
		w := world{c: d.c, rng: d.rng, ids: d.ids}
		w.dedup(t, []PairKind{CopyPair, SimilarPair}[d.rng.IntN(2)])
	case 1:
		var as []Assignment
		for _, id := range d.ids {
			s := []Split{Train, Val, Test, ""}[d.rng.IntN(4)]
			if must(d.c.Splits(ctx))(t)[id] == Test {
				s = Test
			}
			if s != "" {
				as = append(as, Assignment{id, s})
			}
		}
		if err := d.c.AssignSplits(ctx, "curate split", 0, as); err != nil {
			t.Fatal(err)
		}
	case 2:
		from, to := "/heap", "/heap/deeper"
		if d.rng.IntN(2) == 0 {
			from, to = to, from
		}
		if _, err := d.c.Relocate(ctx, "curate relocate", from, to); err != nil {
			t.Fatal(err)
		}
	case 3:
		l := must(d.c.Locations(ctx, d.ids[d.rng.IntN(10)]))(t)
		for _, ls := range l {
			must(d.c.Forget(ctx, "curate forget", Forgetting{Path: ls[0].Path}))(t)
		}
	default:
		w := world{c: d.c, rng: d.rng, ids: d.ids}
		w.verdict(t, w.any(), w.any())
	}
	if log := must(d.c.Log(ctx, 1))(t); len(log) > 0 && log[0].ID != d.last {
		d.last = log[0].ID
		return d.last
	}
	return 0
}

func TestUndoOfOneStepNamesTheLater(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 3)
	first := decided(t, c, Decision{Kind: Keep, Image: ids[0]})
	other := decided(t, c, Decision{Kind: Remove, Image: ids[1]})
	later := decided(t, c, Decision{Kind: Remove, Image: ids[0]})

	var overlap *OverlapError
	_, err := c.Undo(t.Context(), first)
	if !errors.As(err, &overlap) || overlap.Later != later {
		t.Fatalf("got %v", err)
	}
	if want := fmt.Sprintf("cannot undo step %d: step %d (curate remove) came later and changed the verdict of /heap/000.jpg too; undo step %d first",
		first, later, later); err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	must(c.Undo(t.Context(), other))(t)
	must(c.Undo(t.Context(), later))(t)
	must(c.Undo(t.Context(), first))(t)
	if got := status(t, c, ids[0]); got != "kept" {
		t.Errorf("image 0 is %s", got)
	}
	if _, err := c.Undo(t.Context(), first); !errors.Is(err, ErrNothing) {
		t.Errorf("undone twice: %v", err)
	}
	if _, err := c.Redo(t.Context(), later); !errors.As(err, &overlap) || !overlap.Redo {
		t.Errorf("redo of what built on an undone step: %v", err)
	}
}

func TestRedoEndsWithANewStep(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 3)
	step := decided(t, c, Decision{Kind: Keep, Image: ids[0]})
	must(c.Undo(t.Context(), 0))(t)
	decided(t, c, Decision{Kind: Remove, Image: ids[1]})
	if _, err := c.Redo(t.Context(), 0); !errors.Is(err, ErrNothing) {
		t.Errorf("redo across a new step: %v", err)
	}
	must(c.Redo(t.Context(), step))(t)
	if got := status(t, c, ids[0]); got != "kept: by verdict" {
		t.Errorf("redone by name: %s", got)
	}
}

func TestNotesCannotBeUndoneAndAreSkipped(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 2)
	decided(t, c, Decision{Kind: Keep, Image: ids[0]})
	note := must(c.Note(t.Context(), "curate ingest heap", "ingest", "2 added"))(t)
	if _, err := c.Undo(t.Context(), note); !errors.Is(err, ErrNothing) {
		t.Errorf("undo of a note: %v", err)
	}
	if s := must(c.Undo(t.Context(), 0))(t); s.Kind != "verdicts" || !s.Undone {
		t.Errorf("undid %+v", s)
	}
	log := must(c.Log(t.Context(), 0))(t)
	if len(log) != 2 || log[0].ID != note || log[0].CanUndo || !log[1].Undone || log[1].Summary != "keep: 1" || log[1].Command != "curate keep" {
		t.Errorf("log: %+v", log)
	}
}

func TestForgetAndIngestAgainThenUndo(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 2)
	before := state(t, c)
	if n := must(c.Forget(t.Context(), "curate forget", Forgetting{Path: "/heap"}))(t); n != 2 || status(t, c, ids[0]) != "missing: no location left" {
		t.Fatalf("%d forgotten, image 0 is %s", n, status(t, c, ids[0]))
	}
	record(t, c, sight("/heap/000.jpg", "image0", Origin{}))
	must(c.Undo(t.Context(), 0))(t)
	if len(must(c.Locations(t.Context(), ids...))(t)) != 2 || status(t, c, ids[1]) != "kept" {
		t.Error("the forgotten location is not back")
	}
	if got := state(t, c); strings.Count(got, "kept") != strings.Count(before, "kept") {
		t.Errorf("got\n%s", got)
	}
}

func TestUndoOfARelocateWhosePathsAreTaken(t *testing.T) {
	c := fresh(t)
	heap(t, c, 2)
	if n := must(c.Relocate(t.Context(), "curate relocate", "/heap", "/new"))(t); n != 2 {
		t.Errorf("%d changed", n)
	}
	record(t, c, sight("/heap/000.jpg", "something else", Origin{}))
	before := state(t, c)
	var overlap *OverlapError
	if _, err := c.Undo(t.Context(), 0); !errors.As(err, &overlap) {
		t.Errorf("got %v", err)
	}
	if state(t, c) != before {
		t.Error("a refused undo changed something")
	}
}

func TestRelocate(t *testing.T) {
	c := fresh(t)
	record(t, c, sight("/a/b/1.jpg", "1", Origin{}), sight("/a/bc/2.jpg", "2", Origin{}), sight("/a/b/\xff\"'%.jpg", "3", Origin{}),
		Sighting{Path: "/a/b/x.zip/4.jpg", Kind: KindMember, Container: "/a/b/x.zip", Root: "/a/b", Content: content("4")})
	if n := must(c.Relocate(t.Context(), "curate relocate", "/a/b", "/z"))(t); n != 3 {
		t.Errorf("%d changed", n)
	}
	known := must(c.KnownUnder(t.Context(), "/"))(t)
	for _, p := range []string{"/z/1.jpg", "/a/bc/2.jpg", "/z/\xff\"'%.jpg", "/z/x.zip/4.jpg"} {
		if _, ok := known[p]; !ok {
			t.Errorf("no %q", p)
		}
	}
	if k := known["/z/x.zip/4.jpg"]; k.Container != "/z/x.zip" || k.Root != "/z" {
		t.Errorf("member: %+v", k)
	}
	record(t, c, sight("/y/1.jpg", "1", Origin{}), sight("/x/1.jpg", "other", Origin{}))
	if _, err := c.Relocate(t.Context(), "curate relocate", "/z", "/x"); err == nil || !strings.Contains(err.Error(), "/x/1.jpg") {
		t.Errorf("onto other content: %v", err)
	}
	must(c.Relocate(t.Context(), "curate relocate", "/z", "/y"))(t)
	if k := must(c.KnownUnder(t.Context(), "/z"))(t)["/z/1.jpg"]; k.Gone.IsZero() {
		t.Error("a location that is recorded at both ends is still live at the old one")
	}
}

func TestForgetBySource(t *testing.T) {
	c := fresh(t)
	record(t, c, sight("/a", "1", Origin{Source: "x"}), sight("/b", "2", Origin{Source: "y"}))
	if n := must(c.Forget(t.Context(), "curate forget", Forgetting{Source: "x"}))(t); n != 1 {
		t.Errorf("%d forgotten", n)
	}
	for _, f := range []Forgetting{{}, {Path: "/a", Source: "x"}} {
		if _, err := c.Forget(t.Context(), "curate forget", f); err == nil {
			t.Errorf("%+v was taken", f)
		}
	}
}

func TestUndoOfDedupBringsTheFormerClustersBack(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 4)
	one := dedup(t, c, nil, cluster(ids[0], ids[1]))
	if again := dedup(t, c, nil, cluster(ids[0], ids[1])); again.Step != 0 || again.Removed != 1 {
		t.Errorf("the same marks again: %+v", again)
	}
	two := dedup(t, c, nil, cluster(ids[2], ids[3]))
	var overlap *OverlapError
	if _, err := c.Undo(t.Context(), one.Step); !errors.As(err, &overlap) || overlap.Later != two.Step {
		t.Errorf("undo of the first: %v", err)
	}
	must(c.Undo(t.Context(), 0))(t)
	if a, b := status(t, c, ids[1]), status(t, c, ids[3]); !strings.HasPrefix(a, "removed") || b != "kept" {
		t.Errorf("after undo: %s, %s", a, b)
	}
	must(c.Redo(t.Context(), 0))(t)
	if a, b := status(t, c, ids[1]), status(t, c, ids[3]); a != "kept" || !strings.HasPrefix(b, "removed") {
		t.Errorf("after redo: %s, %s", a, b)
	}
}

func TestRowTextRoundTrip(t *testing.T) {
	row := rowValues{"a": int64(-1 << 63), "b": 2.0, "c": "plain \"'\n\x00", "d": "bad \xff", "e": []byte{0, 255}, "f": nil, "g": []byte{}}
	text := must(row.text())(t).(string)
	back := must(readRow(&text))(t)
	if !reflect.DeepEqual(row, back) {
		t.Errorf("got %#v from %s", back, text)
	}
}

// A folder that moved into itself: a path is free only once its own file has left it, on the way there and on the way back.
func TestRelocateDeeperAndBack(t *testing.T) {
	c := fresh(t)
	record(t, c, sight("/a/1", "one", Origin{}), sight("/a/b/1", "two", Origin{}), sight("/a/b/b/1", "three", Origin{}))
	before := state(t, c)
	must(c.Relocate(t.Context(), "curate relocate", "/a", "/a/b"))(t)
	after := state(t, c)
	known := must(c.KnownUnder(t.Context(), "/a"))(t)
	for path, name := range map[string]string{"/a/b/1": "one", "/a/b/b/1": "two", "/a/b/b/b/1": "three"} {
		if known[path].Hash != content(name).Hash {
			t.Errorf("%s is not %s", path, name)
		}
	}
	must(c.Undo(t.Context(), 0))(t)
	if state(t, c) != before {
		t.Error("not as before")
	}
	must(c.Redo(t.Context(), 0))(t)
	if state(t, c) != after {
		t.Error("not as after")
	}
	must(c.Relocate(t.Context(), "curate relocate", "/a/b", "/a"))(t)
	if state(t, c) != before {
		t.Error("the other way does not lead back")
	}
}
