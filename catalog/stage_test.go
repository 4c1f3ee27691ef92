package catalog

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// ids are the images of a sequence of work.
func works(t *testing.T, c *Catalog, n Need) (ids []ImageID) {
	t.Helper()
	for _, w := range all(t, c.Queue(t.Context(), n)) {
		ids = append(ids, w.Image)
	}
	if k := must(c.QueueLen(t.Context(), n))(t); k != len(ids) {
		t.Errorf("the queue has %d and says %d", len(ids), k)
	}
	return ids
}

func TestQueuesShrinkAsResultsAreSaved(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 5)
	broken := sight("/heap/broken.jpg", "broken", Origin{})
	broken.Content = &Content{Hash: broken.Content.Hash, Invalid: "truncated"}
	gone := record(t, c, broken, sight("/heap/gone.jpg", "gone", Origin{}))[1]
	must(c.MarkGone(t.Context(), []LocationID{gone.Location}))(t)
	decided(t, c, Decision{Kind: Remove, Image: ids[4]}) // still usable: a person may think again
	space := must(c.EnsureSpace(t.Context(), SpaceKey{ModelHash: "h", Model: "m", Dim: 1}))(t)

	if err := errors.Join(
		c.SaveChecks(t.Context(), 2, []Checked{{ids[0], nil}, {ids[1], nil}}),
		c.SavePHashes(t.Context(), 2, []Hashed{{ids[2], PHash{9}}}),
		c.SaveVectors(t.Context(), space.ID, []Vector{{ids[3], []float32{1}}}),
	); err != nil {
		t.Fatal(err)
	}
	without := func(out ...int) (rest []ImageID) {
		for i, id := range ids {
			if !slices.Contains(out, i) {
				rest = append(rest, id)
			}
		}
		return rest
	}
	for _, k := range []struct {
		need Need
		want []ImageID
	}{
		{Need{Check: 2}, without(0, 1)}, {Need{Check: 3}, without()}, {Need{PHash: 2}, without(2)}, {Need{PHash: 1}, nil},
		{Need{Space: space.ID}, without(3)},
	} {
		if got := works(t, c, k.need); !slices.Equal(got, k.want) {
			t.Errorf("%+v: %v, want %v", k.need, got, k.want)
		}
	}
	for _, bad := range []Need{{}, {Check: 1, PHash: 1}} {
		if err := drain(c.Queue(t.Context(), bad)); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	if im := must(c.ImageByID(t.Context(), ids[2]))(t); *im.PHash != (PHash{9}) || im.PHashVersion != 2 {
		t.Errorf("hash %v", im.PHash)
	}
}

// A stage that saves while it reads sees each image once, over page boundaries too.
func TestQueueWhileSaving(t *testing.T) {
	c := fresh(t)
	n := 2*queuePage + 7
	heap(t, c, n)
	seen := map[ImageID]bool{}
	for w, err := range c.Queue(t.Context(), Need{Check: 1}) {
		if err != nil || seen[w.Image] {
			t.Fatalf("image %d again (%v)", w.Image, err)
		}
		seen[w.Image] = true
		if len(seen)%3 == 0 {
			if err := c.SaveChecks(t.Context(), 1, []Checked{{w.Image, nil}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d seen", len(seen), n)
	}
	for range c.Queue(t.Context(), Need{Check: 1}) {
		break // leaving early is no fault
	}
}

func TestThresholdsFlag(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 3)
	var rs []Checked
	for i, id := range ids {
		rs = append(rs, Checked{id, []Issue{{"dark", float64(i) / 2, 0.9, i == 2}, {"blurry", 0.3, 0.5, false}}})
	}
	if err := c.SaveChecks(t.Context(), 1, rs); err != nil {
		t.Fatal(err)
	}
	for threshold, want := range map[float64]int{0.9: 1, 0.5: 2, 0: 3, 1: 1} {
		if n := must(c.SetThreshold(t.Context(), "dark", threshold))(t); n != want {
			t.Errorf("at %g: %d flagged", threshold, n)
		}
		if n := must(c.CountImages(t.Context(), Filter{Issue: []string{"dark"}}))(t); n != want {
			t.Errorf("at %g: %d listed", threshold, n)
		}
	}
	must(c.SetThreshold(t.Context(), "dark", 0.4))(t)
	want := []Issue{{"dark", 0.5, 0.4, true}, {"blurry", 0.3, 0.5, false}}
	if got := must(c.Issues(t.Context(), ids[1]))(t); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if got := all(t, c.Images(t.Context(), Filter{Issue: []string{"blurry", "dark"}, MinScore: 0.9})); len(got) != 1 || got[0].ID != ids[2] {
		t.Errorf("by score: %d images", len(got))
	}
}

func TestVectors(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 3)
	key := SpaceKey{ModelHash: "h", Model: "m", Layers: "last", Resolution: 224, Precision: "fp32", Preprocessing: 1, Purpose: ForHead, Dim: 3}
	s := must(c.EnsureSpace(t.Context(), key))(t)
	if again := must(c.EnsureSpace(t.Context(), key))(t); again.ID != s.ID {
		t.Error("a second space of the same key")
	}
	other := key
	other.Purpose = ForCopies
	o := must(c.EnsureSpace(t.Context(), other))(t)
	wrong := key
	wrong.Dim = 4
	if _, err := c.EnsureSpace(t.Context(), wrong); err == nil {
		t.Error("another length under the same key was taken")
	}
	in := []Vector{{ids[1], []float32{0.5, -0.25, 65504}}, {ids[0], []float32{0, 1, 2}}}
	if err := c.SaveVectors(t.Context(), s.ID, in); err != nil {
		t.Fatal(err)
	}
	in[1].Values = []float32{3, 4, 5}
	if err := errors.Join(c.SaveVectors(t.Context(), s.ID, in[1:]), c.SaveVectors(t.Context(), o.ID, in)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for v, err := range c.Vectors(t.Context(), s.ID) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(v.Image, v.Values))
	}
	if want := []string{fmt.Sprint(ids[0], []float32{3, 4, 5}), fmt.Sprint(ids[1], []float32{0.5, -0.25, 65504})}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	m, present, err := c.VectorsOf(t.Context(), s.ID, []ImageID{ids[2], ids[1], ids[1]})
	if want := []float32{0, 0, 0, 0.5, -0.25, 65504, 0.5, -0.25, 65504}; err != nil || !slices.Equal(m, want) || !slices.Equal(present, []bool{false, true, true}) {
		t.Errorf("got %v %v %v", m, present, err)
	}
	for name, v := range map[string][]float32{"short": {1}, "NaN": {1, 2, float32(math.NaN())}, "infinite": {1, 2, float32(math.Inf(1))}, "large": {65505, 0, 0}} {
		if err := c.SaveVectors(t.Context(), s.ID, []Vector{{ids[2], v}}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if err := c.SaveVectors(t.Context(), 99, in); err == nil {
		t.Error("an unknown space was taken")
	}
	if err := drain(c.Vectors(t.Context(), 99)); err == nil {
		t.Error("an unknown space was read")
	}
	if err := errors.Join(c.SetCalibration(t.Context(), s.ID, []byte{1, 2}, []byte(`{"a":1}`)), c.DropSpace(t.Context(), o.ID)); err != nil {
		t.Fatal(err)
	}
	ss := must(c.Spaces(t.Context()))(t)
	if len(ss) != 1 || string(ss[0].Calibration) != `{"a":1}` || len(ss[0].Whitening) != 2 || ss[0].SpaceKey != key {
		t.Errorf("spaces %+v", ss)
	}
}

func TestBackup(t *testing.T) {
	c := fresh(t)
	sample(t, c)
	file := filepath.Join(t.TempDir(), "copy of ?it.db")
	if err := c.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := c.Backup(t.Context(), file); err == nil || !strings.Contains(err.Error(), "not overwritten") {
		t.Errorf("over an existing file: %v", err)
	}
	if err := c.Backup(t.Context(), filepath.Join(t.TempDir(), "no", "folder.db")); err == nil {
		t.Error("into a folder that is not there")
	}
	if left := must(os.ReadDir(filepath.Dir(file)))(t); len(left) != 1 {
		t.Errorf("left beside the copy: %v", left)
	}
	b := must(Open(t.Context(), file, ReadWrite))(t)
	defer b.Close()
	checkSample(t, b)
	if got, want := state(t, b), state(t, c); got != want {
		t.Errorf("the copy holds\n%s", got)
	}
	var mode string
	if err := b.write.QueryRow("PRAGMA journal_mode").Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("a copy that is written to is in mode %s (%v)", mode, err)
	}
	must(b.Undo(t.Context(), 0))(t)
}

func TestRuns(t *testing.T) {
	c := fresh(t)
	ctx := t.Context()
	a := must(c.StartRun(ctx, "train", "", "/runs/a", map[string]any{"lr": 5e-5}))(t)
	b := must(c.StartRun(ctx, "train", "mine", "", nil))(t)
	d := must(c.StartRun(ctx, "dedup", "", "", nil))(t)
	if a.Name != "train-1" || a.Status != Running || string(a.Settings) != `{"lr":0.00005}` || a.PID != os.Getpid() || a.Started.IsZero() || a.Dir != "/runs/a" {
		t.Errorf("started %+v", a)
	}
	if _, err := c.StartRun(ctx, "train", "mine", "", nil); err == nil || !strings.Contains(err.Error(), `"mine"`) {
		t.Errorf("a name taken twice: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := errors.Join(
		c.ReportRun(ctx, a.ID, map[string]int{"epoch": 1}),
		c.FinishRun(cancelled, a.ID, nil, fmt.Errorf("training: %w", context.Canceled)),
		c.FinishRun(ctx, b.ID, map[string]float64{"f1": 0.5}, nil),
		c.FinishRun(ctx, d.ID, nil, errors.New("disk full")),
	); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range must(c.Runs(ctx, "", 0))(t) {
		got = append(got, fmt.Sprintf("%s %s %s %s", r.Name, r.Status, r.Metrics, r.Error))
	}
	want := []string{"dedup-1 failed null disk full", `mine done {"f1":0.5} `, `train-1 interrupted {"epoch":1} training: context canceled`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if rs := must(c.Runs(ctx, "train", 1))(t); len(rs) != 1 || rs[0].ID != b.ID {
		t.Errorf("last of train: %+v", rs)
	}
	if err := c.ResumeRun(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	if r := must(c.RunByName(ctx, fmt.Sprint(a.ID)))(t); r.Status != Running || r.Error != "" || !r.Finished.IsZero() {
		t.Errorf("resumed %+v", r)
	}
	for _, err := range []error{c.FinishRun(ctx, 99, nil, nil), second(0, func() error { _, err := c.RunByName(ctx, "none"); return err }())} {
		if !errors.Is(err, ErrNoRun) {
			t.Errorf("got %v", err)
		}
	}
}

func TestARunWhoseProcessDiedIsInterrupted(t *testing.T) {
	c := fresh(t)
	r := must(c.StartRun(t.Context(), "train", "", "", nil))(t)
	again := must(Open(t.Context(), c.Path(), ReadOnly))(t) // as another process that was given the same number
	defer again.Close()
	if got := must(again.RunByName(t.Context(), r.Name))(t); got.Status != Interrupted {
		t.Errorf("own number: %s", got.Status)
	}
	if got := must(c.RunByName(t.Context(), r.Name))(t); got.Status != Running {
		t.Errorf("for the process that runs it: %s", got.Status)
	}
	must(c.write.Exec("UPDATE run SET pid = ?", 1<<22+1))(t)
	if got := must(c.RunByName(t.Context(), r.Name))(t); got.Status != Interrupted {
		t.Errorf("dead process: %s", got.Status)
	}
}

func TestSplitsAreSticky(t *testing.T) {
	c := fresh(t)
	ctx := t.Context()
	ids := heap(t, c, 4)
	if err := c.AssignSplits(ctx, "curate split", 0, []Assignment{{ids[0], Test}, {ids[1], Train}, {ids[2], Val}}); err != nil {
		t.Fatal(err)
	}
	var sticky *StickyError
	if err := c.AssignSplits(ctx, "curate split", 0, []Assignment{{ids[3], Train}, {ids[0], Train}}); !errors.As(err, &sticky) || sticky.Image != ids[0] {
		t.Errorf("test to train: %v", err)
	}
	if err := c.AssignSplits(ctx, "curate split", 0, []Assignment{{ids[3], "holdout"}}); err == nil {
		t.Error("an unknown split was taken")
	}
	if err := c.AssignSplits(ctx, "curate split", 0, []Assignment{{ids[1], Test}, {ids[3], Train}}); err != nil {
		t.Fatal(err)
	}
	want := map[ImageID]Split{ids[0]: Test, ids[1]: Test, ids[3]: Train}
	if got := must(c.Splits(ctx))(t); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	if got := all(t, c.Images(ctx, Filter{Split: []Split{"", Train}})); len(got) != 2 || got[0].ID != ids[2] || got[1].Split != Train {
		t.Errorf("listed %+v", got)
	}
	run := must(c.StartRun(ctx, "train", "", "", nil))(t)
	if _, err := c.Undo(ctx, 0); err == nil || !strings.Contains(err.Error(), run.Name) {
		t.Errorf("undo of a split that was learnt from: %v", err)
	}
}

func TestPairsAndClusters(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 5)
	pairs := []Pair{
		{A: ids[0], B: ids[1], Score: 0.97, Cosine: 0.8, HashDistance: 4, Orientation: 6, By: ByHash | ByViT},
		{A: ids[1], B: ids[2], Score: 0.99, Cosine: math.NaN(), HashDistance: -1, By: ByExact},
		{A: ids[3], B: ids[4], Score: 0.5, By: ByViT},
	}
	n := dedup(t, c, pairs, cluster(ids[1], ids[0], ids[2]))
	if n.Step == 0 || n.Pairs != 2 || n.Clusters != 1 || n.Kept != 3 || n.Removed != 2 || n.Review != 0 {
		t.Errorf("counts %+v", n)
	}
	var got []string
	for _, p := range all(t, c.Pairs(t.Context(), PairFilter{MinScore: 0.6})) {
		got = append(got, fmt.Sprint(p.PathA, p.PathB, p.Score, p.Cosine, p.HashDistance, p.Orientation, p.By.Names()))
	}
	want := []string{"/heap/001.jpg/heap/002.jpg0.99 NaN -1 0 [exact]", "/heap/000.jpg/heap/001.jpg0.97 0.8 4 6 [hash vit]"}
	if !slices.Equal(got, want) {
		t.Errorf("pairs %q", got)
	}
	if ps := all(t, c.Pairs(t.Context(), PairFilter{Image: ids[4], Limit: 1})); len(ps) != 1 || ps[0].A != ids[3] {
		t.Errorf("pairs of one image: %+v", ps)
	}
	cs := all(t, c.Clusters(t.Context(), ClusterFilter{Image: ids[2]}))
	if len(cs) != 1 || cs[0].Keeper != ids[1] || cs[0].Rule != "larger" || len(cs[0].Members) != 3 || cs[0].Members[2].Path != "/heap/002.jpg" ||
		cs[0].Members[1].Status != Removed || cs[0].Members[1].Cause.OfPath != "/heap/001.jpg" {
		t.Errorf("clusters %+v", cs)
	}
	decided(t, c, Decision{Kind: Remove, Image: ids[1]})
	if cs := all(t, c.Clusters(t.Context(), ClusterFilter{})); cs[0].Keeper != ids[0] {
		t.Errorf("after the keeper was removed, image %d is", cs[0].Keeper)
	}
	for name, m := range map[string]Marks{
		"pair the wrong way": {Kind: CopyPair, Pairs: slices.Values([]Pair{{A: ids[1], B: ids[0], Score: 1}})},
		"score over 1":       {Kind: CopyPair, Pairs: slices.Values([]Pair{{A: ids[0], B: ids[1], Score: 1.1}})},
		"lonely":             {Kind: CopyPair, Clusters: []Cluster{cluster(ids[0])}},
		"in two clusters":    {Kind: CopyPair, Clusters: []Cluster{cluster(ids[0], ids[1]), cluster(ids[1], ids[2])}},
		"stranger":           {Kind: CopyPair, Clusters: []Cluster{cluster(ids[0], 99)}},
	} {
		if _, err := c.ReplaceMarks(t.Context(), "curate dedup", m); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if ps := all(t, c.Pairs(t.Context(), PairFilter{})); len(ps) != 3 {
		t.Errorf("a refused result left %d pairs", len(ps))
	}
}

func TestCandidates(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 3)
	late := sight("/heap/zz.jpg", "image0", Origin{Label: "ai"})
	late.ModTime = 5
	record(t, c, late)
	decided(t, c, Decision{Kind: Keep, Image: ids[1]})
	must(c.MarkGone(t.Context(), []LocationID{must(c.Locations(t.Context(), ids[2]))(t)[ids[2]][0].ID}))(t)
	ks := all(t, c.Candidates(t.Context()))
	if len(ks) != 2 || ks[0].Locations != 2 || ks[0].ModTime != 5 || !ks[0].Conflict || ks[0].Path != "/heap/000.jpg" || ks[1].Fate != Keep || ks[1].Conflict ||
		ks[1].PHash == nil || ks[1].Metadata["camera"] != "X100" || ks[1].Label != "real" {
		t.Errorf("got %+v", ks)
	}
}

func TestDecideCountsAndPreviews(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 4)
	ds := []Decision{{Kind: Remove, Image: ids[0]}, {Kind: Remove, Image: ids[1]}, {Kind: Label, Image: ids[2], Value: "ai"}}
	before := state(t, c)
	e := must(c.Preview(t.Context(), ds))(t)
	if e.Changed != 3 || e.Before[Kept] != 4 || e.After[Kept] != 2 || e.After[Removed] != 2 || state(t, c) != before {
		t.Errorf("preview %+v", e)
	}
	step, n, err := c.Decide(t.Context(), "curate remove", ds)
	if err != nil || n != 3 || step == 0 {
		t.Errorf("%d changed, step %d, %v", n, step, err)
	}
	if step, n, err = c.Decide(t.Context(), "curate remove", ds); step != 0 || n != 0 || err != nil {
		t.Errorf("the same again: %d changed, step %d, %v", n, step, err)
	}
	if log := must(c.Log(t.Context(), 0))(t); len(log) != 1 || log[0].Summary != "remove: 2, label ai: 1" {
		t.Errorf("log %+v", log)
	}
	for name, d := range map[string]Decision{"unknown image": {Kind: Keep, Image: 99}, "no value": {Kind: Label, Image: ids[0]},
		"with itself": {Kind: Same, Image: ids[0], Other: ids[0]}, "unknown kind": {Kind: "burn", Image: ids[0]}, "no other": {Kind: Distinct, Image: ids[0]}} {
		if _, _, err := c.Decide(t.Context(), "x", []Decision{{Kind: Keep, Image: ids[3]}, d}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if got := status(t, c, ids[3]); got != "kept" {
		t.Errorf("a refused batch left image 3 %s", got)
	}
	decided(t, c, Decision{Kind: Distinct, Image: ids[3], Other: ids[0]})
	if ps := must(c.PairVerdicts(t.Context()))(t); len(ps) != 1 || ps[0] != (PairVerdict{Distinct, ids[0], ids[3]}) {
		t.Errorf("pair verdicts %+v", ps)
	}
	h := must(c.ImageByID(t.Context(), ids[0]))(t).Hash
	if vs := must(c.VerdictsOn(t.Context(), h))(t); len(vs) != 2 || vs[0].Kind != Remove || vs[1].Kind != Distinct || vs[0].At.IsZero() {
		t.Errorf("verdicts %+v", vs)
	}
	if h := must(c.History(t.Context(), ids[0]))(t); len(h) != 2 {
		t.Errorf("history %+v", h)
	}
	for want := range 2 {
		_, a, err1 := c.ClearPair(t.Context(), "curate clear", ids[3], ids[0])
		_, b, err2 := c.Clear(t.Context(), "curate clear", ids[0], ids[0], ids[3])
		if a != 1-want || b != 1-want || err1 != nil || err2 != nil {
			t.Errorf("cleared %d, %d (%v, %v)", a, b, err1, err2)
		}
	}
	for _, err := range []error{
		second3(c.Clear(t.Context(), "x", 99)), second3(c.ClearPair(t.Context(), "x", ids[0], 99)), second3(c.ClearPair(t.Context(), "x", ids[0], ids[0])),
	} {
		if err == nil {
			t.Error("an unknown image was cleared")
		}
	}
}

func second3(_ StepID, _ int, err error) error { return err }

func TestCounts(t *testing.T) {
	c := fresh(t)
	empty := must(c.Counts(t.Context()))(t)
	if len(empty.Status) != 5 || empty.Images != 0 || len(empty.Label) != 0 {
		t.Errorf("empty: %+v", empty)
	}
	sample(t, c)
	n := must(c.Counts(t.Context()))(t)
	wantStatus := map[Status]int{Kept: 1, Removed: 2, Review: 1, Invalid: 1, Missing: 0}
	if !reflect.DeepEqual(n.Status, wantStatus) || n.Images != 5 || n.Locations != 6 || n.Exact != 1 || n.Causes[CauseCopy] != 1 || n.Split[Test] != 1 ||
		n.Label["real"] != 1 || n.Issues["dark"] != 1 || n.Unchecked != 3 {
		t.Errorf("got %+v", n)
	}
	if table := must(c.Table(t.Context()))(t); table["real"][""] != 1 || table[""][""] != 1 {
		t.Errorf("table %v", table)
	}
}

func TestCheckFindsAStaleStatus(t *testing.T) {
	c := fresh(t)
	heap(t, c, 3)
	must(c.write.Exec("UPDATE image SET status = 'removed' WHERE id < 3"))(t)
	if faults := must(c.Check(t.Context()))(t); len(faults) != 1 || !strings.Contains(faults[0], "2 images") {
		t.Errorf("got %v", faults)
	}
	if n := must(c.Settle(t.Context()))(t); n != 2 {
		t.Errorf("%d mended", n)
	}
	if faults := must(c.Check(t.Context()))(t); len(faults) != 0 {
		t.Errorf("got %v", faults)
	}
}

func TestImagesPagesAndFilters(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 2*listPage+3)
	if got := all(t, c.Images(t.Context(), Filter{Limit: listPage + 1})); len(got) != listPage+1 || got[listPage].ID != ids[listPage] {
		t.Errorf("%d images with a limit", len(got))
	}
	if got := all(t, c.Images(t.Context(), Filter{After: ids[2*listPage]})); len(got) != 2 {
		t.Errorf("%d images after", len(got))
	}
	if got := all(t, c.Images(t.Context(), Filter{IDs: []ImageID{}})); len(got) != 0 {
		t.Errorf("%d images of an empty list", len(got))
	}
	if n := must(c.CountImages(t.Context(), Filter{Label: []string{"ai", "real"}, Format: []string{"jpeg"}, Status: []Status{Kept}}))(t); n != len(ids) {
		t.Errorf("%d counted", n)
	}
	for range c.Images(t.Context(), Filter{}) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := drain(c.Images(ctx, Filter{})); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
