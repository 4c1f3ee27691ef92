package stage

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/filemove"
)

// tree is what lies under a folder: for each path its kind and content.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		switch {
		case d.IsDir():
			out[rel] = "folder"
		case d.Type()&fs.ModeSymlink != 0:
			text, err := os.Readlink(path)
			out[rel] = "link to " + text
			return err
		default:
			data, err := os.ReadFile(path)
			info, err2 := os.Stat(path)
			if err != nil || err2 != nil {
				return fmt.Errorf("%v, %v", err, err2)
			}
			out[rel] = fmt.Sprintf("%x %v %v", sha256.Sum256(data), info.Mode(), info.ModTime())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sameTree(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if got[path] != want[path] {
			t.Errorf("%s: %s is %q, want %q", what, path, got[path], want[path])
		}
	}
	for path := range got {
		if _, ok := want[path]; !ok {
			t.Errorf("%s: %s should not be there", what, path)
		}
	}
}

// withheld takes the images of these files out of the curated set.
func (h *heap) withhold(names ...string) {
	h.Helper()
	var ds []catalog.Decision
	for _, n := range names {
		v, err := catalog.NewView(h.dir)
		if err != nil {
			h.Fatal(err)
		}
		id, err := h.env.Catalog.Resolve(h.Context(), v, n)
		if err != nil {
			h.Fatal(err)
		}
		ds = append(ds, catalog.Decision{Kind: catalog.Remove, Image: id})
	}
	if _, _, err := h.env.Catalog.Decide(h.Context(), "curate remove", ds); err != nil {
		h.Fatal(err)
	}
}

func (h *heap) apply(o ApplyOptions) ApplyResult {
	h.Helper()
	o.Command = "curate apply"
	r, err := Apply(h.Context(), h.env, o)
	if err != nil {
		h.Fatal(err)
	}
	return r
}

func (h *heap) undo() {
	h.Helper()
	if _, err := Undo(h.Context(), h.env, 0); err != nil {
		h.Fatal(err)
	}
}

func (h *heap) beside(name string) string { return filepath.Join(filepath.Dir(h.dir), name) }

// acrossDisks makes every rename fail as between two file systems.
func acrossDisks(source, target string) error {
	return &os.LinkError{Op: "rename", Old: source, New: target, Err: syscall.EXDEV}
}

// Names that are taken, files that changed or went: nothing is overwritten, and what stays is named.
func TestApplyMeetsOtherFiles(t *testing.T) {
	h := newHeap(t)
	for i, name := range []string{"a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"} {
		h.draw(uint64(i+1), "x/"+name)
	}
	h.ingest()
	h.withhold("x/a.jpg", "x/b.jpg", "x/c.jpg", "x/d.jpg", "x/e.jpg")
	h.write("../moved/x/a.jpg", []byte("another file"))
	h.draw(2, "../moved/x/b.jpg") // the same as is to come
	h.write("x/c.jpg", []byte("changed since"))
	h.must(os.Remove(h.path("x/d.jpg")))
	data, err := os.ReadFile(h.path("x/e.jpg"))
	h.must(err)
	data[len(data)-3] ^= 1 // changed, and as long as before
	h.write("x/e.jpg", data)
	before, there := tree(t, h.dir), tree(t, h.beside("moved"))

	r := h.apply(ApplyOptions{Dir: h.beside("moved")})
	var why []string
	for _, s := range r.Skipped {
		why = append(why, filepath.Base(s.Path)+" "+s.Reason)
	}
	slices.Sort(why)
	if got := strings.Join(why, "; "); r.Files != 2 || !strings.Contains(got, "c.jpg changed since") || !strings.Contains(got, "d.jpg it is no longer there") ||
		!strings.Contains(got, "e.jpg it has changed") {
		t.Errorf("%d files; %s", r.Files, got)
	}
	after := tree(t, h.beside("moved"))
	for path, v := range there {
		if after[path] != v {
			t.Errorf("%s was %q and is %q", path, v, after[path])
		}
	}
	if len(after) != len(there)+1 { // a.jpg, under a name with its content in it
		t.Errorf("%v", after)
	}
	h.undo()
	sameTree(t, "undone", tree(t, h.dir), before)
	sameTree(t, "the folder", tree(t, h.beside("moved")), there)
}

// What cannot come back makes the undo an error until it is put right; what is nowhere any more does not block it.
func TestUndoOfApplyMeetsOtherFiles(t *testing.T) {
	h := newHeap(t)
	h.draw(1, "1.jpg")
	h.draw(2, "2.jpg")
	h.draw(3, "3.jpg")
	h.ingest()
	h.withhold("1.jpg", "2.jpg", "3.jpg")
	before := tree(t, h.dir)
	h.apply(ApplyOptions{Dir: h.beside("moved")})
	h.write("2.jpg", []byte("a new file"))
	h.must(os.Rename(h.beside("moved/3.jpg"), h.beside("3.jpg")))
	if _, err := Undo(t.Context(), h.env, 0); err == nil || !strings.Contains(err.Error(), "1 of 3 files") || !strings.Contains(err.Error(), "another file is at") {
		t.Errorf("undo: %v", err)
	}
	if got := tree(t, h.dir); got["1.jpg"] != before["1.jpg"] || got["2.jpg"] == before["2.jpg"] {
		t.Errorf("%v", got)
	}
	h.must(os.Remove(h.path("2.jpg")))
	h.undo()
	h.must(os.Rename(h.beside("3.jpg"), h.path("3.jpg")))
	sameTree(t, "undone", tree(t, h.dir), before)
	h.expect(h.ingest(), "added 1 changed 0 moved 0 gone 0 unchanged 2 invalid 0 other 0")
	if n := h.countStatuses(); n[catalog.Removed] != 3 {
		t.Errorf("verdicts are lost: %v", n)
	}
}

func TestApplyRefusesFoldersThatAreIngested(t *testing.T) {
	h := newHeap(t)
	h.draw(1, "1.jpg")
	h.ingest()
	h.withhold("1.jpg")
	h.write("../file", []byte("x"))
	for _, dir := range []string{h.dir, h.path("out/deep"), h.beside("file"), h.beside("curate.cache/x"), filepath.Dir(h.dir)} {
		if _, err := Apply(t.Context(), h.env, ApplyOptions{Dir: dir}); !errors.Is(err, ErrApplyFolder) {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

// A full disk stops the apply with nothing lost; the next goes on, and files in archives are counted.
func TestApplyGoesOnAfterAFullDisk(t *testing.T) {
	h := newHeap(t)
	h.write("a.zip", zipped(t, map[string][]byte{"1.jpg": picture(t, 1, "x.jpg")}))
	h.draw(1, "1.jpg")
	h.draw(2, "2.jpg")
	h.ingest()
	h.withhold("1.jpg", "2.jpg")
	before := tree(t, h.dir)
	full := func(source, target string) error {
		if filepath.Base(source) == "2.jpg" {
			return &os.LinkError{Op: "rename", Old: source, New: target, Err: syscall.ENOSPC}
		}
		return os.Rename(source, target)
	}
	o := ApplyOptions{Command: "curate apply", Dir: h.beside("moved"), mover: filemove.Mover{Rename: full}}
	if _, err := Apply(t.Context(), h.env, o); err == nil || !strings.Contains(err.Error(), "disk is full") || !strings.Contains(err.Error(), "2.jpg") {
		t.Errorf("got %v", err)
	}
	h.nothingLost(before)
	if s := h.steps()[0]; !s.Open {
		t.Errorf("%+v", s)
	}
	r := h.apply(ApplyOptions{Dir: h.beside("moved")})
	if r.Continued == nil || r.Files != 1 || r.Step != nil || r.Members != 1 {
		t.Errorf("%+v", r)
	}
	if s := h.steps()[0]; s.Open || s.Summary != "2 files moved" {
		t.Errorf("%+v", s)
	}
	h.undo()
	sameTree(t, "undone", tree(t, h.dir), before)
}

func (h *heap) steps() []StepRow {
	h.Helper()
	steps, err := Log(h.Context(), h.env, 0)
	h.must(err)
	return steps
}

// An image that is kept by now is not moved again; a trash that was emptied is noticed.
func TestApplyLaterKnowsWhatHappened(t *testing.T) {
	h := newHeap(t)
	t.Setenv("XDG_DATA_HOME", h.beside("data"))
	h.draw(1, "1.jpg")
	h.draw(2, "2.jpg")
	h.ingest()
	h.withhold("1.jpg", "2.jpg")
	h.apply(ApplyOptions{Trash: true})
	step := h.steps()[0].ID
	h.undo()
	v, err := catalog.NewView(h.dir)
	h.must(err)
	_, err = Decide(t.Context(), h.env, "curate keep", catalog.Keep, "", Targets{Args: []string{"2.jpg"}}, v, false)
	h.must(err)
	_, err = Redo(t.Context(), h.env, step)
	h.must(err)
	if got := tree(t, h.dir); got["2.jpg"] == "" || got["1.jpg"] != "" {
		t.Errorf("redone: %v", got)
	}
	h.must(os.RemoveAll(h.beside("data")))
	h.apply(ApplyOptions{Trash: true})
	if n := h.countStatuses(); n[catalog.Missing] != 1 || n[catalog.Kept] != 1 {
		t.Errorf("with an emptied trash: %v", n)
	}
}

func TestApplyMovesRemovedFilesAndUndoBringsThemBack(t *testing.T) {
	for name, o := range map[string]ApplyOptions{
		"folder": {Dir: "moved"}, "other disk": {Dir: "moved", mover: filemove.Mover{Rename: acrossDisks}}, "trash": {Trash: true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHeap(t)
			t.Setenv("XDG_DATA_HOME", h.beside("data"))
			h.draw(1, "real/car/1.jpg", "real/copy.jpg")
			h.draw(2, "real/car/2.jpg")
			h.draw(3, "ai/3.png")
			h.ingest()
			h.withhold("real/copy.jpg", "ai/3.png")
			before := tree(t, h.dir)
			if o.Dir != "" {
				o.Dir = h.beside("moved")
			}
			dry := o
			dry.DryRun = true
			if r := h.apply(dry); r.Files != 3 || r.Bytes == 0 || r.Step != nil {
				t.Errorf("dry run: %+v", r)
			}
			sameTree(t, "dry run", tree(t, h.dir), before)
			if r := h.apply(o); r.Files != 3 || r.Bytes == 0 || len(r.Skipped) != 0 {
				t.Errorf("%+v", r)
			}
			if got := tree(t, h.dir); got["real/car/2.jpg"] == "" || got["real/copy.jpg"]+got["ai/3.png"]+got["real/car/1.jpg"] != "" {
				t.Errorf("after apply: %v", got)
			}
			if o.Dir != "" {
				if got := tree(t, o.Dir); got["real/car/1.jpg"] != before["real/car/1.jpg"] || got["real/copy.jpg"] == "" || got["ai/3.png"] == "" {
					t.Errorf("in the folder: %v", got)
				}
			}
			h.expect(h.ingest(), "added 0 changed 0 moved 0 gone 0 unchanged 1 invalid 0 other 0")
			if n := h.countStatuses(); n[catalog.Removed] != 2 || n[catalog.Missing] != 0 {
				t.Errorf("an ingest later: %v", n)
			}
			if r := h.apply(o); r.Files != 0 || r.Step != nil {
				t.Errorf("a second apply moves what has left: %+v", r)
			}
			h.undo()
			sameTree(t, "undone", tree(t, h.dir), before)
			if o.Dir != "" {
				sameTree(t, "folder that was made", tree(t, o.Dir), map[string]string{})
			}
			h.expect(h.ingest(), "added 0 changed 0 moved 0 gone 0 unchanged 4 invalid 0 other 0")
			if _, err := Redo(t.Context(), h.env, 0); err != nil {
				t.Fatal(err)
			}
			if got := tree(t, h.dir); len(got) != len(before)-3 {
				t.Errorf("redone: %v", got)
			}
			h.undo()
			sameTree(t, "undone again", tree(t, h.dir), before)
		})
	}
}

func (h *heap) countStatuses() map[catalog.Status]int {
	h.Helper()
	n, err := h.env.Catalog.StatusCounts(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	return n
}

// Where other files would move than a summary has said, none does.
func TestApplyOnlyAsManyAsWereSaid(t *testing.T) {
	h := newHeap(t)
	h.draw(1, "1.jpg")
	h.draw(2, "2.jpg")
	h.ingest()
	h.withhold("1.jpg")
	before := tree(t, h.dir)
	_, err := Apply(t.Context(), h.env, ApplyOptions{Dir: h.beside("moved"), Files: 2})
	if !errors.Is(err, catalog.ErrLeavesNot) || !maps.Equal(tree(t, h.dir), before) {
		t.Errorf("it went on: %v", err)
	}
	if r, err := Apply(t.Context(), h.env, ApplyOptions{Dir: h.beside("moved"), Files: 1}); err != nil || r.Files != 1 {
		t.Errorf("as many as were said: %+v, %v", r, err)
	}
}
