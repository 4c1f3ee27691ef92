package stage

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
)

// givePID makes a run that was killed look as if it were under way: its process
// number is that of a process that lives.
func (h *heap) givePID(run string) {
	h.Helper()
	db, err := sql.Open("sqlite3", h.env.Catalog.Path())
	if err != nil {
		h.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE run SET pid = ?, status = 'running' WHERE name = ?", os.Getppid(), run); err != nil {
		h.Fatal(err)
	}
	if r, err := h.env.Catalog.RunByName(h.Context(), run); err != nil || r.Status != catalog.Running {
		h.Fatalf("run %s is %s, %v", run, r.Status, err)
	}
}

// A killed run is taken up also where another process has its number, and one that
// cannot be taken up does not run for ever.
func TestKilledRunWithTheNumberOfALivingProcess(t *testing.T) {
	h, o := trainHeap(t, 20)
	long := longRun(h, o.Model)
	killTraining(t, h, long)
	h.givePID("full-1")
	other := h.trainable(o.Model)
	other.Out = filepath.Join(h.dir, "..", "other")
	h.train(other)
	if r, err := h.env.Catalog.RunByName(t.Context(), "full-1"); err != nil || r.Status != catalog.Interrupted {
		t.Errorf("the killed run is %s, %v", r.Status, err)
	}
	h.givePID("full-1")
	if r := h.train(long); r.Run != "full-1" || r.Continued == 0 {
		t.Errorf("run %s went on from step %d", r.Run, r.Continued)
	}
}

// A kill right after a run is recorded as done leaves its checkpoints to the next.
func TestCheckpointsOfADoneRunGo(t *testing.T) {
	h, o := trainHeap(t, 20)
	o.Mode = ModeProbe
	done := h.train(o)
	left := filepath.Join(done.Dir, "checkpoint-4")
	if err := os.Mkdir(left, 0o755); err != nil {
		t.Fatal(err)
	}
	o.Out = filepath.Join(h.dir, "..", "next")
	h.train(o)
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("%s: %v", left, err)
	}
}

// A kill after the last file is written and before the run is recorded as done
// costs no training.
func TestCheckpointsStayUntilTheRunIsRecorded(t *testing.T) {
	h, o := trainHeap(t, 20)
	killed, err := planTraining(t.Context(), h.env, o)
	if err != nil {
		t.Fatal(err)
	}
	killed.result.Mode = ModeFull
	if err := killed.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := killed.fit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := killed.finish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	again := h.train(o)
	if again.Run != killed.run.Name || again.Continued != r.Steps {
		t.Errorf("run %s went on from step %d, want %s from its last, %d", again.Run, again.Continued, killed.run.Name, r.Steps)
	}
}

func TestTwoRunsDoNotShareAFolder(t *testing.T) {
	h, o := trainHeap(t, 20)
	o.Mode = ModeProbe
	first := h.train(o)
	again := o
	again.Mode = ModeFull
	if _, err := Train(t.Context(), h.env, again); err == nil || !strings.Contains(err.Error(), "probe-1") || !strings.Contains(err.Error(), "--out") {
		t.Fatalf("error %v", err)
	}
	if err := os.RemoveAll(first.Dir); err != nil {
		t.Fatal(err)
	}
	second := h.train(again)
	if _, err := Evaluate(t.Context(), h.env, EvaluateOptions{Run: first.Run, Split: "test"}); err == nil || !strings.Contains(err.Error(), second.Run) {
		t.Errorf("evaluate judges %s by the model of %s: %v", first.Run, second.Run, err)
	}
}

// The checkpoints of an unfinished run are not for another one to remove.
func TestUnfinishedRunKeepsItsFolder(t *testing.T) {
	h, o := trainHeap(t, 20)
	long := longRun(h, o.Model)
	killTraining(t, h, long)
	before, err := filepath.Glob(filepath.Join(long.Out, "checkpoint-*"))
	if err != nil || len(before) == 0 {
		t.Fatal(before, err)
	}
	for _, mode := range []string{ModeFull, ModeProbe} {
		other := h.trainable(o.Model)
		other.Mode, other.Out = mode, long.Out
		if _, err := Train(t.Context(), h.env, other); err == nil || !strings.Contains(err.Error(), "unfinished run") {
			t.Errorf("%s: error %v", mode, err)
		}
	}
	if r := h.train(long); r.Run != "full-1" || r.Continued == 0 {
		t.Errorf("run %s went on from step %d", r.Run, r.Continued)
	}
}
