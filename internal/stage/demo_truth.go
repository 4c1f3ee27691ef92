package stage

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/scene"
)

// DemoTruth compares what was planted in a heap with what the catalogue says of it.
type DemoTruth struct {
	Rows  []DemoRow `json:"rows"`  // by kind of file
	Edits []DemoRow `json:"edits"` // by kind of edit
	// FalseRemovals are images that were removed as copies of what they are no copy of.
	FalseRemovals []string `json:"false_removals"`
	// FlaggedOriginals is how many sound originals were flagged with a fault.
	FlaggedOriginals int `json:"flagged_originals"`
	// TornClusters is how many clusters lie in more than one split. There is no
	// reason for any.
	TornClusters int `json:"torn_clusters"`
	// Leaks are the copies that were not found and lie in another split than their
	// original: what the split could not know of.
	Leaks     []string `json:"leaks"`
	Originals int      `json:"originals"`
}

// DemoRow is one line of the table: how many were planted, how many were found.
type DemoRow struct {
	What    string `json:"what"`
	Planted int    `json:"planted"`
	Found   int    `json:"found"`
	How     string `json:"how"` // what counts as found
}

// compareDemo reads the catalogue and holds it against the truth about the heap in
// dir.
func compareDemo(ctx context.Context, e *Env, dir string, planted scene.Planted) (DemoTruth, error) {
	base, err := catalog.Canonical(dir)
	if err != nil {
		return DemoTruth{}, err
	}
	s := newDemoTruth(planted)
	for row, err := range e.Catalog.Images(ctx, catalog.Filter{}) {
		if err != nil {
			return DemoTruth{}, err
		}
		for _, location := range row.Locations {
			if rel, err := filepath.Rel(base, location); err == nil {
				s.see(filepath.ToSlash(rel), &row)
			}
		}
	}
	s.compare(planted)
	return s.out, nil
}

// demoTruth is the comparison while it is being made.
type demoTruth struct {
	groups map[string]string       // path -> the original that it shows
	rows   map[string]*catalog.Row // by path
	scenes map[demoScene]bool      // which image shows which original
	out    DemoTruth
}

type demoScene struct {
	image    catalog.ImageID
	original string
}

func newDemoTruth(planted scene.Planted) *demoTruth {
	s := &demoTruth{groups: map[string]string{}, rows: map[string]*catalog.Row{}, scenes: map[demoScene]bool{}}
	for _, f := range planted.Files {
		if s.groups[f.Path] = f.Path; f.Of != "" {
			s.groups[f.Path] = f.Of
		}
	}
	return s
}

// see notes that an image was found at a path of the heap.
func (s *demoTruth) see(path string, row *catalog.Row) {
	s.rows[path] = row
	s.scenes[demoScene{row.ID, s.groups[path]}] = true
}

// kinds of planted files in the order of the table, and when one counts as found.
func (s *demoTruth) kinds() []demoKind {
	flagged := func(issue string) demoKind {
		return demoKind{scene.Kind(issue), "flagged as " + issue, func(f scene.File) bool { return s.has(f.Path, issue) }}
	}
	invalid := func(f scene.File) bool { return s.rows[f.Path] != nil && s.rows[f.Path].Status == catalog.Invalid }
	return []demoKind{
		{scene.Exact, "a second place of the same image", func(f scene.File) bool { return s.sameImage(f) }},
		{scene.Conflict, "in review: two labels for one image", func(f scene.File) bool {
			return s.sameImage(f) && s.rows[f.Path].Status == catalog.Review
		}},
		{scene.Edited, "in one cluster with its original", s.sameCluster},
		flagged("blank"), flagged("dark"), flagged("light"), flagged("blurry"), flagged("tiny"), flagged("odd_aspect"), flagged("animated"),
		{scene.Truncated, "invalid", invalid}, {scene.Corrupt, "invalid", invalid}, {scene.Empty, "invalid", invalid},
		{scene.Other, "not taken for a picture", func(f scene.File) bool { return s.rows[f.Path] == nil }},
	}
}

type demoKind struct {
	kind  scene.Kind
	how   string
	found func(f scene.File) bool
}

func (s *demoTruth) compare(planted scene.Planted) {
	for _, k := range s.kinds() {
		row := DemoRow{What: string(k.kind), How: k.how}
		for _, f := range planted.Of(k.kind) {
			row.add(k.found(f))
		}
		s.out.Rows = append(s.out.Rows, row)
	}
	s.out.Edits = s.perEdit(planted)
	for _, f := range planted.Of(scene.Original) {
		s.out.Originals++
		if row := s.rows[f.Path]; row != nil && faulty(row.Issues) {
			s.out.FlaggedOriginals++
		}
	}
	s.out.FalseRemovals = s.falseRemovals()
	s.out.TornClusters = s.tornClusters()
	s.out.Leaks = s.leaks(planted)
}

// faulty leaves aside odd_size, which is a matter of the set and not of a picture.
func faulty(issues []string) bool {
	return slices.ContainsFunc(issues, func(name string) bool { return name != "odd_size" })
}

func (r *DemoRow) add(found bool) {
	r.Planted++
	if found {
		r.Found++
	}
}

func (s *demoTruth) has(path, issue string) bool {
	row := s.rows[path]
	return row != nil && slices.Contains(row.Issues, issue)
}

func (s *demoTruth) sameImage(f scene.File) bool {
	return s.rows[f.Path] != nil && s.rows[f.Path] == s.rows[f.Of]
}

func (s *demoTruth) sameCluster(f scene.File) bool {
	a, b := s.rows[f.Path], s.rows[f.Of]
	return a != nil && b != nil && (a == b || a.Cluster != 0 && a.Cluster == b.Cluster)
}

func (s *demoTruth) perEdit(planted scene.Planted) []DemoRow {
	byName := map[string]*DemoRow{}
	names := []string{}
	for _, f := range planted.Of(scene.Edited) {
		if byName[f.Edit] == nil {
			byName[f.Edit] = &DemoRow{What: f.Edit, How: "in one cluster with its original"}
			names = append(names, f.Edit)
		}
		byName[f.Edit].add(s.sameCluster(f))
	}
	slices.Sort(names)
	rows := []DemoRow{}
	for _, name := range names {
		rows = append(rows, *byName[name])
	}
	return rows
}

// falseRemovals lists images that were removed as copies of an image that shows
// another scene. Removed images of one colour do not count: all of them are alike.
func (s *demoTruth) falseRemovals() []string {
	wrong := []string{}
	for path, row := range s.rows {
		if row.Status != catalog.Removed || row.Reason.Cause != catalog.CauseCopy || slices.Contains(row.Issues, "blank") {
			continue
		}
		if !s.scenes[demoScene{row.Reason.Of, s.groups[path]}] {
			wrong = append(wrong, path)
		}
	}
	slices.Sort(wrong)
	return wrong
}

// tornClusters counts the clusters whose images lie in more than one split.
func (s *demoTruth) tornClusters() int {
	splits, torn := map[catalog.ClusterID]catalog.Split{}, map[catalog.ClusterID]bool{}
	for _, row := range s.rows {
		if row.Cluster == 0 || row.Split == "" {
			continue
		}
		if old, ok := splits[row.Cluster]; ok && old != row.Split {
			torn[row.Cluster] = true
		}
		splits[row.Cluster] = row.Split
	}
	return len(torn)
}

func (s *demoTruth) leaks(planted scene.Planted) []string {
	leaks := []string{}
	for _, f := range planted.Of(scene.Edited) {
		a, b := s.rows[f.Path], s.rows[f.Of]
		if a != nil && b != nil && a.Split != "" && b.Split != "" && a.Split != b.Split && !s.sameCluster(f) {
			leaks = append(leaks, f.Path)
		}
	}
	return leaks
}
