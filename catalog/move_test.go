package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
)

// carrier is a handler that notes what it is asked and where files are.
type carrier struct {
	c     *Catalog
	asked []string
	err   error
}

func (m *carrier) all(ctx context.Context, s Step, state MoveState) error {
	moves, err := m.c.Moves(ctx, s.ID)
	for _, mv := range moves {
		mv.State = state
		err = errors.Join(err, m.c.Moved(ctx, mv))
	}
	return err
}

func (m *carrier) Undo(ctx context.Context, s Step, p json.RawMessage) error {
	m.asked = append(m.asked, "undo "+string(p))
	if m.err != nil {
		return m.err
	}
	return m.all(ctx, s, MoveBack)
}

func (m *carrier) Redo(ctx context.Context, s Step, p json.RawMessage) error {
	m.asked = append(m.asked, "redo "+string(p))
	return m.all(ctx, s, MoveDone)
}

// removedHeap is three images of which the first two are removed.
func removedHeap(t *testing.T, c *Catalog) []ImageID {
	ids := heap(t, c, 3)
	_, _, err := c.Decide(t.Context(), "curate remove", []Decision{{Kind: Remove, Image: ids[0]}, {Kind: Remove, Image: ids[1]}})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// planned journals the move of all that leaves into /out.
func planned(t *testing.T, c *Catalog) (StepID, []FileMove) {
	files, _, err := c.Leavings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var moves []FileMove
	for _, f := range files {
		moves = append(moves, FileMove{Location: f.Location, Image: f.Image, Source: f.Path, Target: "/out" + f.Path, Kind: MoveFile, Hash: f.Hash})
	}
	return must(c.BeginMoves(t.Context(), "curate apply", "2 files", map[string]int{"files": 2}, moves))(t), moves
}

func TestMovesOfFiles(t *testing.T) {
	c := fresh(t)
	ids := removedHeap(t, c)
	before := state(t, c)
	step, moves := planned(t, c)
	if log := must(c.Log(t.Context(), 1))(t); !log[0].Open || len(moves) != 2 {
		t.Errorf("begun: %+v, %d files", log[0], len(moves))
	}
	if s, open, err := c.UnfinishedMoves(t.Context()); s.ID != step || !open || err != nil {
		t.Errorf("unfinished: %v, %v, %v", s, open, err)
	}
	for i, m := range moves {
		m.State = []MoveState{MoveDone, MoveSkipped}[i]
		if err := c.Moved(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.FinishMoves(t.Context(), step, "1 file moved, 1 skipped"); err != nil {
		t.Fatal(err)
	}
	if _, open, _ := c.UnfinishedMoves(t.Context()); open {
		t.Error("finished, and still open")
	}
	if l := must(c.Locations(t.Context(), ids[0]))(t)[ids[0]]; l[0].Path != "/out/heap/000.jpg" || status(t, c, ids[0]) != "removed: by verdict" {
		t.Errorf("moved to %s, %s", l[0].Path, status(t, c, ids[0]))
	}
	if files, _, _ := c.Leavings(t.Context()); len(files) != 1 || files[0].Path != "/heap/001.jpg" {
		t.Errorf("still to leave: %+v", files)
	}
	if h := must(c.History(t.Context(), ids[0]))(t); len(h) != 2 || h[0].ID != step {
		t.Errorf("history: %+v", h)
	}
	undoMoves(t, c, step, before)
}

func undoMoves(t *testing.T, c *Catalog, step StepID, before string) {
	after := state(t, c)
	if _, err := c.Undo(t.Context(), step); err == nil || state(t, c) != after {
		t.Errorf("undone without a handler: %v", err)
	}
	m := &carrier{c: c, err: errors.New("disk full")}
	c.Handle(KindApply, m)
	if _, err := c.Undo(t.Context(), step); err == nil || state(t, c) != after {
		t.Errorf("undone though the handler failed: %v", err)
	}
	m.err = nil
	must(c.Undo(t.Context(), step))(t)
	if state(t, c) != before {
		t.Error("not as before")
	}
	must(c.Redo(t.Context(), step))(t)
	if want := []string{`undo {"files":2}`, `undo {"files":2}`, `redo {"files":2}`}; !reflect.DeepEqual(m.asked, want) {
		t.Errorf("asked %q", m.asked)
	}
}

// A location that says something else by now is left alone, and one whose new place has a location already is gone.
func TestMovesMeetWhatWasRecordedSince(t *testing.T) {
	c := fresh(t)
	ids := removedHeap(t, c)
	_, moves := planned(t, c)
	record(t, c, sight(moves[0].Target, "image0", Origin{}))
	must(c.Forget(t.Context(), "curate forget", Forgetting{Path: moves[1].Source}))(t)
	for _, m := range moves {
		m.State = MoveDone
		if err := c.Moved(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	ls := must(c.Locations(t.Context(), ids...))(t)
	if l := ls[ids[0]]; len(l) != 2 || l[0].Path != moves[0].Target || l[1].Gone.IsZero() {
		t.Errorf("%+v", l)
	}
	if len(ls[ids[1]]) != 0 || status(t, c, ids[1]) != "missing: no location left" {
		t.Errorf("forgotten: %+v, %s", ls[ids[1]], status(t, c, ids[1]))
	}
	if said := must(c.Check(t.Context()))(t); len(said) != 0 {
		t.Error(said)
	}
}

// A verdict that comes between the look at the files and their moves keeps them.
func TestMovesBeginWithWhatStillLeaves(t *testing.T) {
	c := fresh(t)
	ids := removedHeap(t, c)
	files, _, err := c.Leavings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	decided(t, c, Decision{Kind: Keep, Image: ids[1]})
	var moves []FileMove
	for _, f := range files {
		moves = append(moves, FileMove{Location: f.Location, Image: f.Image, Source: f.Path, Target: "/out" + f.Path, Kind: MoveFile, Hash: f.Hash})
	}
	if _, err := c.BeginMoves(t.Context(), "curate apply", "2 files", nil, moves); !errors.Is(err, ErrLeavesNot) {
		t.Errorf("a kept file would leave: %v", err)
	}
	if _, open, err := c.UnfinishedMoves(t.Context()); open || err != nil {
		t.Errorf("a step was begun (%v)", err)
	}
}
