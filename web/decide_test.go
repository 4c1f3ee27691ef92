package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

func TestAcceptUndoRedo(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg", "c.jpg")
	x.clusters([]int{0, 1})
	id, seen := x.firstCluster()
	status, said := x.post(fmt.Sprint("/api/cluster/", id), map[string]any{"do": "accept", "seen": seen})
	if status != 200 || said["waiting"] != 0.0 || x.status(0) != catalog.Kept || x.status(1) != catalog.Removed {
		t.Errorf("accept: %d %v", status, said)
	}
	if status, said = x.post("/api/undo", map[string]any{"step": said["step"]}); status != 200 || said["waiting"] != 1.0 {
		t.Errorf("undo: %d %v", status, said)
	}
	if status, said = x.post("/api/redo", map[string]any{"step": 0}); status != 200 || said["waiting"] != 0.0 {
		t.Errorf("redo: %d %v", status, said)
	}
}

// Not while a command is at work.
func TestUndoWaitsForCommands(t *testing.T) {
	x := newSite(t, "a.jpg")
	unlock, err := x.c.LockForWriting(t.Context(), "curate apply", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if status, said := x.post("/api/undo", map[string]any{"step": 0}); status != http.StatusServiceUnavailable {
		t.Errorf("%d %v", status, said)
	}
}

// While another process writes, a decision is neither lost nor made: it is refused soon, with word that the same request is welcome again.
func TestDecisionWhileAnotherWrites(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	x.clusters([]int{0, 1})
	id, seen := x.firstCluster()
	other, err := catalog.Open(t.Context(), x.c.Path(), catalog.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	ask := func() *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, fmt.Sprint("/api/cluster/", id), strings.NewReader(fmt.Sprintf(`{"do": "distinct", "seen": %q}`, seen)))
		r.Header.Set("Content-Type", "application/json")
		r.Host = x.host
		w := httptest.NewRecorder()
		x.h.ServeHTTP(w, r)
		return w
	}
	_, _, err = other.DecideSeen(t.Context(), "curate keep", time.Second, func(context.Context) (catalog.Said, error) {
		if w := ask(); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "writing to the catalogue") {
			t.Errorf("answered %d %v %s", w.Code, w.Header(), w.Body)
		}
		return catalog.Said{Decide: []catalog.Decision{{Kind: catalog.Keep, Image: x.ids[1]}}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// Asked again, the decision is held against what was written meanwhile.
	if w := ask(); w.Code != http.StatusConflict {
		t.Errorf("of an old fingerprint: %d %s", w.Code, w.Body)
	}
	_, seen = x.firstCluster()
	if w := ask(); w.Code != http.StatusOK || x.status(1) != catalog.Kept {
		t.Errorf("of the new one: %d %s", w.Code, w.Body)
	}
}

// No key moves files: a step of apply is taken back on its own page, and what stands when something fails is not guessed.
func TestUndoOfApplyHasAPageOfItsOwn(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	if _, _, err := x.c.Decide(t.Context(), "curate remove", []catalog.Decision{{Kind: catalog.Remove, Image: x.ids[0]}}); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	r, err := stage.Apply(t.Context(), x.s.env, stage.ApplyOptions{Command: "curate apply", Dir: out})
	if err != nil || r.Files != 1 {
		t.Fatalf("%+v (%v)", r, err)
	}
	_, page := x.get("/journal")
	if want := fmt.Sprintf(`href="/journal/%d">Bring back`, *r.Step); !strings.Contains(page, want) {
		t.Errorf("the journal has no %s", want)
	}
	for _, step := range []any{0, *r.Step} {
		status, said := x.post("/api/undo", map[string]any{"step": step})
		if status != http.StatusConflict || said["do"] != fmt.Sprintf("The journal shows at step %d what it would bring back.", *r.Step) {
			t.Errorf("undo of %v: %d %v", step, status, said)
		}
	}
	if _, err := os.Stat(r.Moved[0].To); err != nil {
		t.Errorf("the page moved a file: %v", err)
	}
	if _, err := stage.Undo(t.Context(), x.s.env, 0); err != nil {
		t.Fatalf("the command: %v", err)
	}
	if status, said := x.post("/api/redo", map[string]any{"step": 0}); status != http.StatusConflict || said["do"] != fmt.Sprintf("The journal shows at step %d what it would move again.", *r.Step) {
		t.Errorf("redo: %d %v", status, said)
	}
	if p := x.s.problemOf(httptest.NewRequest(http.MethodPost, "/api/undo", nil), errors.New("half of it failed")); strings.Contains(p.Do, "Nothing was") {
		t.Errorf("nobody knows that: %q", p.Do)
	}
}

func TestAnotherKeeperDistinctAndKeepAll(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg")
	x.clusters([]int{0, 1}, []int{2, 3}, []int{4, 5})
	for _, c := range []struct {
		do    map[string]any
		first int
		want  [2]catalog.Status
	}{
		{map[string]any{"do": "accept", "keeper": x.ids[1]}, 0, [2]catalog.Status{catalog.Removed, catalog.Kept}},
		{map[string]any{"do": "distinct"}, 2, [2]catalog.Status{catalog.Kept, catalog.Kept}},
		{map[string]any{"do": "keep-all"}, 4, [2]catalog.Status{catalog.Kept, catalog.Kept}},
	} {
		id, seen := x.firstCluster()
		c.do["seen"] = seen
		if status, said := x.post(fmt.Sprint("/api/cluster/", id), c.do); status != 200 {
			t.Errorf("%v: %d %v", c.do, status, said)
		}
		if got := [2]catalog.Status{x.status(c.first), x.status(c.first + 1)}; got != c.want {
			t.Errorf("%v led to %v", c.do, got)
		}
	}
}

// Look-alikes are not one picture: to accept a cluster of them removes what it shows as removed, and says of no two that they are the same.
func TestAcceptLookAlikes(t *testing.T) {
	for name, c := range map[string]struct {
		do   map[string]any
		want string // of the four, k or r
	}{
		"as suggested":          {map[string]any{"do": "accept"}, "kkrr"},
		"one that would leave":  {map[string]any{"do": "accept", "keeper": 4}, "rkrk"},
		"one that stays anyway": {map[string]any{"do": "accept", "keeper": 2}, "kkrr"},
	} {
		t.Run(name, func(t *testing.T) {
			x := newSite(t, "a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg")
			x.clustersOf(catalog.SimilarPair, 2, []int{0, 1, 2, 3}, []int{4, 5})
			waiting := func() int {
				q, err := x.s.queue(t.Context(), catalog.SimilarPair)
				if err != nil {
					t.Fatal(err)
				}
				return q.waiting
			}
			if n := waiting(); n != 1 { // of the two that both stay there is nothing to decide
				t.Fatalf("%d clusters wait", n)
			}
			q, _ := x.s.queue(t.Context(), catalog.SimilarPair)
			path := fmt.Sprint("/api/cluster/", q.items[0].Cluster)
			status, said := x.post(path, c.do)
			got := ""
			for i := range 4 {
				got += string(x.status(i)[:1])
			}
			pairs, err := x.c.PairVerdicts(t.Context())
			if status != 200 || got != c.want || err != nil || len(pairs) != 0 || waiting() != 0 {
				t.Errorf("%d %v: %s, want %s; %d pairs are said to be something, %d wait (%v)", status, said, got, c.want, len(pairs), waiting(), err)
			}
			if card, err := x.s.cluster(t.Context(), q.items[0].Cluster); err != nil || !card.Decided {
				t.Errorf("the card shows it as undecided: %v", err)
			}
			if status, _ := x.post(path, map[string]any{"do": "same", "image": x.ids[1]}); status != 200 {
				t.Errorf("same: %d", status)
			}
		})
	}
}

// Together as one by one.
func TestBulkAcceptsLookAlikes(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg")
	x.clustersOf(catalog.SimilarPair, 2, []int{0, 1, 2}, []int{3, 4, 5})
	if status, page := x.get("/duplicates/bulk?kind=similar&from=0.9"); status != 200 || !strings.Contains(page, "2 pictures would go as look-alikes") {
		t.Errorf("%d %s", status, page)
	}
	status, said := x.post("/api/accept", map[string]any{"from": .9, "kind": "similar", "clusters": 2})
	pairs, err := x.c.PairVerdicts(t.Context())
	if status != 200 || said["changed"] != 2.0 || len(pairs) != 0 || err != nil || x.status(1) != catalog.Kept || x.status(2) != catalog.Removed {
		t.Errorf("%d %v, %d pairs (%v)", status, said, len(pairs), err)
	}
}

func TestTwoTabs(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	x.clusters([]int{0, 1})
	id, seen := x.firstCluster()
	path := fmt.Sprint("/api/cluster/", id)
	if status, _ := x.post(path, map[string]any{"do": "distinct", "seen": seen}); status != 200 {
		t.Fatalf("first tab: %d", status)
	}
	status, said := x.post(path, map[string]any{"do": "accept", "seen": seen})
	if status != http.StatusConflict || x.status(1) != catalog.Kept {
		t.Errorf("second tab: %d %v; the copy is %s", status, said, x.status(1))
	}
}

func TestBulkAcceptsWhatWasShown(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg")
	x.clusters([]int{0, 1}, []int{2, 3}, []int{4, 5}) // .91 .93 .95
	if status, said := x.post("/api/accept", map[string]any{"from": .92, "clusters": 3}); status != http.StatusConflict {
		t.Errorf("a number that nobody saw: %d %v", status, said)
	}
	status, said := x.post("/api/accept", map[string]any{"from": .92, "clusters": 2})
	if status != 200 || said["waiting"] != 1.0 || said["said"] != "2 clusters accepted" {
		t.Errorf("%d %v", status, said)
	}
}

func TestDecideImages(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	for _, c := range []struct {
		do, value string
		want      catalog.Status
	}{{"remove", "", catalog.Removed}, {"clear", "", catalog.Kept}, {"label", "ai", catalog.Kept}} {
		if status, said := x.post("/api/images", map[string]any{"do": c.do, "value": c.value, "images": x.ids[:1]}); status != 200 || x.status(0) != c.want {
			t.Errorf("%s: %d %v, the image is %s", c.do, status, said, x.status(0))
		}
	}
	for name, ask := range map[string]map[string]any{
		"no images": {"do": "keep", "images": []int{}}, "unknown image": {"do": "keep", "images": []int{99}}, "unknown verdict": {"do": "burn", "images": x.ids},
		"no label": {"do": "label", "images": x.ids}, "unknown field": {"do": "keep", "images": x.ids, "path": "/etc/passwd"},
	} {
		if status, said := x.post("/api/images", ask); status < 400 || said["error"] == "" {
			t.Errorf("%s: %d %v", name, status, said)
		}
	}
}

// Of tabs that decide in the same moment, one does.
func TestTabsThatDecideAtOnce(t *testing.T) {
	x := newSite(t, "a.jpg", "b.jpg")
	x.clusters([]int{0, 1})
	id, seen := x.firstCluster()
	var tabs sync.WaitGroup
	var done, late atomic.Int32
	for i := range 8 {
		tabs.Go(func() {
			status, said := x.post(fmt.Sprint("/api/cluster/", id), map[string]any{"do": []string{"accept", "distinct"}[i%2], "seen": seen})
			switch status {
			case http.StatusOK:
				done.Add(1)
			case http.StatusConflict:
				late.Add(1)
			default:
				t.Errorf("%d %v", status, said)
			}
		})
	}
	tabs.Wait()
	if done.Load() != 1 || late.Load() != 7 {
		t.Errorf("%d decided, %d were told that they came late", done.Load(), late.Load())
	}
}

func TestALabelSaysSomething(t *testing.T) {
	x := newSite(t, "a.jpg")
	for value, want := range map[string]int{"": http.StatusBadRequest, "  ": http.StatusBadRequest, " car ": http.StatusOK} {
		if status, said := x.post("/api/images", map[string]any{"do": "label", "value": value, "images": x.ids}); status != want {
			t.Errorf("%q: %d %v", value, status, said)
		}
	}
	if row, err := x.c.ImageByID(t.Context(), x.ids[0]); err != nil || row.Label != "car" {
		t.Errorf("%q (%v)", row.Label, err)
	}
	if status, said := x.post("/api/images", map[string]any{"do": "clear", "images": x.ids}); status != 200 || said["kept"] != 1.0 || said["changed"] != 1.0 {
		t.Errorf("taken back: %d %v", status, said)
	}
}
