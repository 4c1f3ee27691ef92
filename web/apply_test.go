package web

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
)

// heapSite is a page whose pictures lie in a folder of their own, beside the catalogue, and its first is removed.
func heapSite(t *testing.T) (x *site, heap string) {
	t.Helper()
	x = newSite(t)
	heap = filepath.Join(x.dir, "heap")
	if err := os.Mkdir(heap, 0o755); err != nil {
		t.Fatal(err)
	}
	x.dir = heap
	for i, name := range []string{"a.jpg", "b.jpg", "c.jpg"} {
		x.add(name, uint64(i), catalog.Origin{Label: "real"})
	}
	if status, said := x.post("/api/images", map[string]any{"do": "remove", "images": x.ids[:2]}); status != 200 {
		t.Fatalf("%d %v", status, said)
	}
	return x, heap
}

func there(path string) bool { _, err := os.Lstat(path); return err == nil }

// Files move after a summary and with its number, and come back from the page of their step.
func TestApplyMovesAfterASummary(t *testing.T) {
	x, heap := heapSite(t)
	away := filepath.Join(filepath.Dir(heap), "removed", "a.jpg")
	if _, page := x.get("/apply"); !strings.Contains(page, "2 files of removed pictures are still in place") {
		t.Errorf("the page: %s", page)
	}
	if status, said := x.post("/api/apply", map[string]any{"to": "folder", "files": 2}); status != http.StatusConflict || !there(heap+"/a.jpg") {
		t.Errorf("without a summary: %d %v", status, said)
	}
	x.post("/api/apply/plan", map[string]any{"to": "folder"})
	x.wait(planJob)
	if _, page := x.get("/apply"); !strings.Contains(page, "Type <b>2</b> to move") || !strings.Contains(page, "removed/a.jpg") || !there(heap+"/a.jpg") {
		t.Errorf("the summary: %s", page)
	}
	for name, ask := range map[string]map[string]any{"another number": {"to": "folder", "files": 3}, "another place": {"to": "trash", "files": 2}} {
		if status, said := x.post("/api/apply", ask); status != http.StatusConflict || !there(heap+"/a.jpg") {
			t.Errorf("%s: %d %v", name, status, said)
		}
	}
	if status, said := x.post("/api/apply", map[string]any{"to": "folder", "files": 2}); status != 200 {
		t.Fatalf("%d %v", status, said)
	}
	if s := x.wait(applyJob); s.Error != "" || there(heap+"/a.jpg") || !there(away) || !there(heap+"/c.jpg") {
		t.Fatalf("apply: %+v", s)
	}
	log, err := x.c.Log(t.Context(), 1)
	if err != nil || log[0].Kind != catalog.KindApply || !strings.HasPrefix(log[0].Command, "curate apply --move-removed ") {
		t.Fatalf("journal: %+v (%v)", log, err)
	}
	if _, page := x.get("/apply"); !strings.Contains(page, "2 files") || !strings.Contains(page, fmt.Sprintf("Step %d: bring them back", log[0].ID)) {
		t.Errorf("what was done: %s", page)
	}
	x.backAndAgain(log[0].ID, heap+"/a.jpg", away)
}

// backAndAgain takes a step that moved two files back, and does it again.
func (x *site) backAndAgain(step catalog.StepID, home, away string) {
	x.t.Helper()
	path := fmt.Sprint("/journal/", step)
	if _, page := x.get(path); !strings.Contains(page, "Bring 2 files back") {
		x.t.Errorf("its page: %s", page)
	}
	if status, said := x.post("/api/apply/undo", map[string]any{"step": step, "files": 1}); status != http.StatusConflict || there(home) {
		x.t.Errorf("another number: %d %v", status, said)
	}
	x.post("/api/apply/undo", map[string]any{"step": step, "files": 2})
	if s := x.wait(applyJob); s.Error != "" || !there(home) || there(away) {
		x.t.Fatalf("back: %+v", s)
	}
	if _, page := x.get(path); !strings.Contains(page, "Move 2 files again") {
		x.t.Errorf("its page, taken back: %s", page)
	}
	if status, said := x.post("/api/apply/undo", map[string]any{"step": step, "files": 0}); status != http.StatusConflict {
		x.t.Errorf("twice: %d %v", status, said)
	}
	x.post("/api/apply/redo", map[string]any{"step": step, "files": 2})
	if s := x.wait(applyJob); s.Error != "" || there(home) || !there(away) {
		x.t.Fatalf("again: %+v", s)
	}
}

// A decision after the summary makes it worthless, and a changed file stays, and is named.
func TestApplyNoticesWhatHasChanged(t *testing.T) {
	x, heap := heapSite(t)
	if err := os.WriteFile(heap+"/b.jpg", []byte("another picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	x.post("/api/apply/plan", map[string]any{"to": "folder"})
	x.wait(planJob)
	if _, page := x.get("/apply"); !strings.Contains(page, "1 file stays: changed since it was ingested") || !strings.Contains(page, "Type <b>1</b>") {
		t.Errorf("%s", page)
	}
	x.post("/api/images", map[string]any{"do": "keep", "images": x.ids[:1]})
	if status, said := x.post("/api/apply", map[string]any{"to": "folder", "files": 1}); status != http.StatusConflict || !there(heap+"/a.jpg") {
		t.Errorf("%d %v", status, said)
	}
}

// The places are named by the server, and no path is taken; a command at work is waited for and named.
func TestApplyTakesNoPathAndNoTurn(t *testing.T) {
	x, heap := heapSite(t)
	for _, to := range []string{"", "/tmp", "../heap", heap} {
		if status, said := x.post("/api/apply/plan", map[string]any{"to": to}); status != http.StatusBadRequest {
			t.Errorf("%q: %d %v", to, status, said)
		}
	}
	if status, said := x.post("/api/apply", map[string]any{"to": "folder", "dir": "/tmp", "files": 2}); status != http.StatusBadRequest {
		t.Errorf("a field of a path: %d %v", status, said)
	}
	unlock, err := x.c.LockForWriting(t.Context(), "curate dedup", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	x.post("/api/apply/plan", map[string]any{"to": "folder"})
	x.wait(planJob)
	x.post("/api/apply", map[string]any{"to": "folder", "files": 2})
	if s := x.wait(applyJob); !strings.Contains(s.Error, "curate dedup") || !there(heap+"/a.jpg") {
		t.Errorf("%+v", s)
	}
	if _, page := x.get("/apply"); !strings.Contains(page, "curate dedup") {
		t.Error("the page does not say who works")
	}
}
