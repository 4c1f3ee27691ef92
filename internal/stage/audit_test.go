package stage

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/audit"
)

func (h *heap) audit(o AuditOptions) AuditResult {
	h.Helper()
	r, err := Audit(h.Context(), h.env, o)
	if err != nil {
		h.Fatal(err)
	}
	return r
}

// many writes n files of different content that show one scene, in turn of the labels
// and as each label's ending says.
func (h *heap) many(n int, labels ...string) {
	h.Helper()
	drawn := map[string][]byte{}
	for i := range n {
		label, ext, _ := strings.Cut(labels[i%len(labels)], ".")
		if drawn[ext] == nil {
			drawn[ext] = picture(h, 1, "x."+ext)
		}
		h.write(fmt.Sprintf("%s/%03d.%s", label, i, ext), fmt.Appendf(slices.Clip(drawn[ext]), "tail %d", i))
	}
}

// The control that cannot flatter: pictures of one kind, a random half of which went through PNG and is called ai. Nothing tells the
// halves apart but how they were saved.
func TestAuditFindsALabelThatIsOnlyInTheFilesAndFixTakesItAway(t *testing.T) {
	h, rng := newHeap(t), rand.New(rand.NewPCG(8, 8))
	for i := range 240 {
		name := fmt.Sprintf("real/%03d.jpg", i)
		data := picture(t, uint64(i), name)
		if rng.IntN(2) == 0 {
			p, _, err := imageio.Decode(data, imageio.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if data, err = edit.EncodePNG(p); err != nil {
				t.Fatal(err)
			}
			name = fmt.Sprintf("ai/%03d.png", i)
		}
		h.write(name, data)
	}
	h.ingest()
	before := tree(t, h.dir)
	r := h.audit(AuditOptions{Fix: &FixOptions{}})
	if r.AUC < .95 || r.Verdict != audit.Leaks || r.Columns[0].AUC < .95 {
		t.Errorf("before: AUC %.3f, %s, %+v", r.AUC, r.Verdict, r.Columns)
	}
	if after := r.Fix.After; after.AUC > .55 || after.Verdict != audit.Clean || after.Images != 240 {
		t.Errorf("after: AUC %.3f, %s, %d images, %+v", after.AUC, after.Verdict, after.Images, after.Columns)
	}
	sameTree(t, "the originals", tree(t, h.dir), before)
}

// What a killed run has made is kept, and the end is the same as that of a run that
// was not disturbed. What changed its part has moved.
func TestFixGoesOnAfterKill(t *testing.T) {
	whole, killed := newHeap(t), newHeap(t)
	for _, h := range []*heap{whole, killed} {
		h.many(60, "real.jpg", "ai.png")
		h.ingest()
	}
	want := whole.audit(AuditOptions{Fix: &FixOptions{}}).Fix
	dir := killed.beside("curate.audit")
	killFix(t, killed, dir, 20)
	left := len(pictures(t, dir))
	r := killed.audit(AuditOptions{Fix: &FixOptions{}}).Fix
	if left < 20 || left == 60 || r.Made != 60-left || r.Images != 60 {
		t.Errorf("%d files were there, %d of %d made then", left, r.Made, r.Images)
	}
	if !maps.Equal(pictures(t, dir), pictures(t, want.Dir)) {
		t.Error("the set is not that of a run that was not disturbed")
	}
	if again := killed.audit(AuditOptions{Fix: &FixOptions{}}).Fix; again.Made != 0 || again.After.AUC != r.After.AUC {
		t.Errorf("a second run made %d; AUC %g and %g", again.Made, r.After.AUC, again.After.AUC)
	}
}

// pictures are the files of an equal set, by what is in them.
func pictures(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	all, err := filepath.Glob(filepath.Join(dir, fixedPictures, "*", "*", "*"))
	for _, path := range all {
		data, readErr := os.ReadFile(path)
		err = errors.Join(err, readErr)
		out[strings.TrimPrefix(path, dir)] = string(data)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }

func TestFixCarriesSplitAndGroups(t *testing.T) {
	h := newHeap(t)
	h.many(60, "real.jpg", "ai.jpg")
	h.ingest()
	twins := []catalog.Pair{{A: h.id("real/000.jpg"), B: h.id("real/002.jpg"), Score: .8, By: catalog.ByViT}}
	h.marks(map[string]any{"kind": catalog.CopyPair, "threshold": .9, "score": "similarity"}, twins)
	if _, err := h.split(SplitOptions{Val: .2, Test: .2, GroupBy: []string{byCluster}}); err != nil {
		t.Fatal(err)
	}
	r := h.audit(AuditOptions{Fix: &FixOptions{}})
	if r.Groups != 59 || r.Fix.After.Groups != 59 {
		t.Errorf("%d groups, in the set %d, want 59", r.Groups, r.Fix.After.Groups)
	}
	parts := map[string]catalog.Split{}
	for row, err := range h.env.Catalog.Images(t.Context(), catalog.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		parts[row.Hash.String()[:fixedName]] = row.Split
	}
	inner, err := catalog.Open(t.Context(), r.Fix.Catalog, catalog.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer inner.Close()
	n := 0
	for row, err := range inner.Images(t.Context(), catalog.Filter{Status: []catalog.Status{catalog.Kept}}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		name := strings.TrimSuffix(filepath.Base(row.Path), ".jpg")
		if row.Split != parts[name] || row.Split == "" || row.Label != filepath.Base(filepath.Dir(row.Path)) {
			t.Errorf("%s: split %q, label %q, want split %q", row.Path, row.Split, row.Label, parts[name])
		}
	}
	if n != 60 {
		t.Errorf("%d images in the set", n)
	}
}

// A new label, a removed image: the set follows.
func TestFixFollowsTheCatalogue(t *testing.T) {
	h := newHeap(t)
	h.many(40, "real.jpg", "ai.jpg")
	h.ingest()
	h.audit(AuditOptions{Fix: &FixOptions{}})
	_, _, err := h.env.Catalog.Decide(t.Context(), "test", []catalog.Decision{
		{Kind: catalog.Remove, Image: h.id("real/000.jpg")}, {Kind: catalog.Label, Image: h.id("ai/001.jpg"), Value: "real"},
	})
	h.must(err)
	r := h.audit(AuditOptions{Fix: &FixOptions{}}).Fix
	if r.Made != 1 || r.Dropped != 2 || r.Images != 39 || r.After.Labels["real"] != 20 {
		t.Errorf("made %d, dropped %d, of %d; %v", r.Made, r.Dropped, r.Images, r.After.Labels)
	}
}

func TestAuditNamesWhatIsGoneOrChanged(t *testing.T) {
	h := newHeap(t)
	h.many(40, "real.jpg", "ai.png")
	h.ingest()
	h.must(os.Remove(h.path("real/000.jpg")))
	h.draw(77, "ai/001.png")
	r := h.audit(AuditOptions{})
	if r.Missing != 1 || r.Changed != 1 || r.Images != 38 || r.Of != 38 || len(r.Unreadable) != 2 {
		t.Errorf("missing %d, changed %d, %d of %d: %+v", r.Missing, r.Changed, r.Images, r.Of, r.Unreadable)
	}
	fixed := h.audit(AuditOptions{Fix: &FixOptions{}}).Fix
	if fixed.Images != 38 || len(fixed.Unreadable) != 2 {
		t.Errorf("%d images in the set, without %+v", fixed.Images, fixed.Unreadable)
	}
}

func TestAuditSaysWhyItCannot(t *testing.T) {
	for _, c := range []struct {
		want   string
		labels []string
		n      int
	}{
		{"no kept image", nil, 0},
		{"none of the 12 kept images has a label", []string{"x.jpg"}, 12},
		{`all images have the label "real"`, []string{"real.jpg"}, 12},
		{"too few pictures: an audit takes 5 .* of ai, real there are fewer", []string{"real.jpg", "ai.png"}, 8},
	} {
		h := newHeap(t)
		h.many(c.n, c.labels...)
		h.ingest()
		if _, err := Audit(t.Context(), h.env, AuditOptions{}); err == nil || !matches(c.want, err.Error()) {
			t.Errorf("want %q, got %v", c.want, err)
		}
	}
}

func TestAuditOfThreeLabels(t *testing.T) {
	h := newHeap(t)
	h.many(63, "real.jpg", "ai.png", "drawn.png")
	h.draw(7, "lone/1.jpg")
	layout, err := ingest.ParseLayout("{label}")
	h.must(err)
	h.ingest(func(o *IngestOptions) { o.Layout = layout })
	r := h.audit(AuditOptions{})
	if !slices.Equal(r.Rare, []string{"lone"}) || r.Images != 63 || r.AUC < .7 || r.AUC > .9 {
		t.Errorf("AUC %.3f of %d images without %v", r.AUC, r.Images, r.Rare)
	}
}

func TestFixRefusesFolders(t *testing.T) {
	h := newHeap(t)
	h.many(20, "real.jpg", "ai.png")
	h.ingest()
	h.must(os.MkdirAll(h.beside("other"), 0o777))
	h.must(os.WriteFile(h.beside("other/mine.txt"), nil, 0o666))
	h.must(os.WriteFile(h.beside("file"), nil, 0o666))
	for dir, want := range map[string]string{
		h.path("real/set"):         "lies inside .*, which is ingested",
		h.beside("other"):          "holds something else",
		h.beside("file"):           "not a directory",
		h.beside("curate.cache/x"): "belongs to the catalogue",
	} {
		_, err := Audit(t.Context(), h.env, AuditOptions{Fix: &FixOptions{Dir: dir}})
		if !errors.Is(err, ErrFixFolder) || !matches(want, err.Error()) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	h.audit(AuditOptions{Fix: &FixOptions{}})
	if _, err := Audit(t.Context(), h.env, AuditOptions{Fix: &FixOptions{Seed: 7}}); !errors.Is(err, ErrFixFolder) {
		t.Errorf("a set of another seed: %v", err)
	}
	// The set beside the catalogue is passed over, also where its folder is ingested.
	if r := h.ingest(func(o *IngestOptions) { o.Roots = h.options(filepath.Dir(h.dir)).Roots }); r.Found != 20 {
		t.Errorf("the next ingest found %d pictures", r.Found)
	}
}

// A disk that takes no more: the run ends, says so, and the next one goes on.
func TestFixEndsWhereNothingCanBeWritten(t *testing.T) {
	h := newHeap(t)
	h.many(20, "real.jpg", "ai.png")
	h.ingest()
	set := h.beside("curate.audit")
	h.must(os.MkdirAll(filepath.Join(set, fixedPictures, "unsplit"), 0o777))
	h.must(os.WriteFile(filepath.Join(set, fixedPictures, "unsplit", "ai"), nil, 0o666)) // where a folder has to be
	h.must(os.WriteFile(filepath.Join(set, fixedPolicy), []byte(`{"side":48,"view":"detail","zoom":[0.75,0.95],"quality":[75,95],"seed":42}`), 0o666))
	if _, err := Audit(t.Context(), h.env, AuditOptions{Fix: &FixOptions{}}); err == nil || !strings.Contains(err.Error(), "the same command goes on") {
		t.Errorf("%v", err)
	}
	h.must(os.Remove(filepath.Join(set, fixedPictures, "unsplit", "ai")))
	if r := h.audit(AuditOptions{Fix: &FixOptions{}}).Fix; r.Images != 20 {
		t.Errorf("%d images", r.Images)
	}
}

// Neither threads nor the order in which pictures came in change a figure, and no
// group is in two folds.
func TestAuditHangsOnThePicturesAlone(t *testing.T) {
	first, second := newHeap(t), newHeap(t)
	first.many(60, "real.jpg", "ai.png")
	first.ingest()
	second.many(60, "real.jpg", "ai.png")
	for _, label := range []string{"ai", "real"} {
		second.ingest(func(o *IngestOptions) { o.Roots = second.options(second.path(label)).Roots })
	}
	second.env.Threads = 5
	a, b := first.audit(AuditOptions{}), second.audit(AuditOptions{})
	if a.AUC != b.AUC || a.AUCInterval != b.AUCInterval || a.Columns[0].AUC != b.Columns[0].AUC {
		t.Errorf("AUC %v %v and %v %v", a.AUC, a.AUCInterval, b.AUC, b.AUCInterval)
	}
	rng, pairs := rand.New(rand.NewPCG(1, 2)), []catalog.Pair{}
	for x := range catalog.ImageID(59) {
		if rng.IntN(2) == 0 {
			pairs = append(pairs, catalog.Pair{A: x + 1, B: x + 2 + catalog.ImageID(rng.IntN(int(59-x))), Score: .95, By: catalog.ByViT})
		}
	}
	first.marks(map[string]any{"kind": catalog.CopyPair, "threshold": .9, "score": "similarity"}, pairs)
	set, err := loadAudited(t.Context(), first.env, catalog.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	in := map[int]int{}
	for i, fold := range train.DealFolds(set.class, set.group, auditFolds) {
		if was, known := in[set.group[i]]; known && was != fold {
			t.Fatalf("group %d is in the folds %d and %d", set.group[i], was, fold)
		}
		in[set.group[i]] = fold
	}
}

func TestTrainSaysWhatTheFilesTell(t *testing.T) {
	h := newHeap(t)
	h.many(60, "real.jpg", "ai.png")
	h.ingest()
	if _, err := h.split(SplitOptions{Val: .2, Test: .2}); err != nil {
		t.Fatal(err)
	}
	var notices []string
	h.env.Notice = func(format string, args ...any) { notices = append(notices, fmt.Sprintf(format, args...)) }
	dir := t.TempDir()
	h.must(auditFirst(t.Context(), h.env, dir))
	if len(notices) != 1 || !strings.Contains(notices[0], "can be told without looking at a pixel") {
		t.Errorf("notices %q", notices)
	}
	text, err := os.ReadFile(filepath.Join(dir, AuditFile))
	var r AuditResult
	if err = errors.Join(err, json.Unmarshal(text, &r)); err != nil || r.Verdict != audit.Leaks || r.AUC < .95 {
		t.Errorf("%v: %s", err, text)
	}
	// What cannot be audited can be trained on.
	few := newHeap(t)
	few.many(8, "real.jpg", "ai.png")
	few.ingest()
	h.must(auditFirst(t.Context(), few.env, dir))
	if text, err = os.ReadFile(filepath.Join(dir, AuditFile)); err != nil || !strings.Contains(string(text), `"verdict":"unknown"`) {
		t.Errorf("%v: %s", err, text)
	}
}

// A catalogue of an older curate does not say what files are made of: they are read,
// once.
func TestAuditReadsWhatAnOlderIngestHasNotSaid(t *testing.T) {
	h := newHeap(t)
	h.many(1, "real.jpg")
	h.ingest()
	id := h.id("real/000.jpg")
	works, err := h.env.Catalog.Works(t.Context(), id)
	h.must(err)
	im, err := h.env.Catalog.ImageByID(t.Context(), id)
	h.must(err)
	delete(im.Metadata, "structure")
	facts := &fileFacts{files: newOriginals(), structures: loadStructures(h.env.Cache)}
	defer facts.files.Close()
	f, err := facts.of(&catalog.Row{Image: im}, works[id])
	if err != nil || f.Structure == "" || f.Quality != 90 {
		t.Errorf("%+v, %v", f, err)
	}
	h.must(facts.structures.save())
	if names, _, known := loadStructures(h.env.Cache).get(im.Hash); !known || names != f.Structure {
		t.Errorf("%q is kept of it", names)
	}
	h.must(os.WriteFile(filepath.Join(h.env.Cache, structuresFile), []byte("half a fi"), 0o666))
	if _, _, known := loadStructures(h.env.Cache).get(im.Hash); known {
		t.Error("half a file was believed")
	}
}
