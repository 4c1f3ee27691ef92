package stage

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train/audit"
	"github.com/curate/curate/train/metrics"
)

// auditMost is about how many images an audit looks at: more would tell the same.
const auditMost = 10000

// audited are the images that an audit looks at, in the order of their contents.
type audited struct {
	rows     []catalog.Row
	files    []audit.File
	class    []int
	group    []int // what belongs together has one number
	classes  []string
	positive int
	view     catalog.View
	result   AuditResult // what is known before the forest
}

// loadAudited takes the kept images with a label that f chooses, and reads what is known of their files.
func loadAudited(ctx context.Context, e *Env, f catalog.Filter) (*audited, error) {
	s := &audited{result: AuditResult{Labels: map[string]int{}, Rare: []string{}, Unreadable: []UnusableInput{}}}
	var err error
	if s.view, err = catalog.NewView(""); err != nil {
		return nil, err
	}
	f.Status = []catalog.Status{catalog.Kept}
	for row, err := range e.Catalog.Images(ctx, f) {
		if err != nil {
			return nil, err
		}
		if row.Label == "" {
			s.result.Unlabelled++
			continue
		}
		s.rows = append(s.rows, row)
	}
	slices.SortFunc(s.rows, func(a, b catalog.Row) int { return bytes.Compare(a.Hash[:], b.Hash[:]) })
	if err := s.tie(ctx, e); err != nil {
		return nil, err
	}
	if err := s.nameClasses(); err != nil {
		return nil, err
	}
	s.result.Of = len(s.rows)
	s.sample()
	if err := s.readFiles(ctx, e); err != nil {
		return nil, err
	}
	return s, s.nameClasses() // files may be gone
}

// tie numbers the groups, as the split has them.
func (s *audited) tie(ctx context.Context, e *Env) error {
	by, err := splitGroups(ctx, e)
	if err != nil {
		return err
	}
	ties, missing, err := imageGroups(ctx, e, by)
	if err != nil {
		return err
	}
	if missing != "" {
		e.Notice("%s: copies may be judged by their copies, and the figures of an audit be too high", missing)
	}
	for _, row := range s.rows {
		root, _ := ties.find(row.ID)
		s.group = append(s.group, int(root))
	}
	return nil
}

// nameClasses leaves out labels of too few groups, and numbers the others.
func (s *audited) nameClasses() error {
	groups := map[string]map[int]bool{}
	for i, row := range s.rows {
		if groups[row.Label] == nil {
			groups[row.Label] = map[int]bool{}
		}
		groups[row.Label][s.group[i]] = true
	}
	if err := s.refuse(groups); err != nil {
		return err
	}
	s.filter(func(i int) bool { return slices.Contains(s.classes, s.rows[i].Label) })
	s.number()
	return nil
}

// refuse sets the classes, or says why there are not two.
func (s *audited) refuse(groups map[string]map[int]bool) error {
	names := slices.Sorted(maps.Keys(groups))
	s.classes = nil
	for _, name := range names {
		if len(groups[name]) >= auditGroups {
			s.classes = append(s.classes, name)
		} else if !slices.Contains(s.result.Rare, name) {
			s.result.Rare = append(s.result.Rare, name)
		}
	}
	switch {
	case len(names) == 0 && s.result.Unlabelled > 0:
		return fmt.Errorf("none of the %d kept images has a label, so there is none that files could give away: give them with `curate ingest --layout` "+
			"(what folder names mean), `--manifest` or `--label`, or with `curate label`", s.result.Unlabelled)
	case len(names) == 0:
		return errors.New("there is no kept image that an audit could look at")
	case len(names) == 1:
		return fmt.Errorf("all images have the label %q: an audit asks what tells two labels apart", names[0])
	case len(s.classes) < 2:
		return fmt.Errorf("%w: an audit takes %d different images or more of each of two labels, and of %s there are fewer",
			errTooFew, auditGroups, strings.Join(s.result.Rare, ", "))
	}
	return nil
}

// sample leaves of a very large set whole groups, chosen by their contents, until
// each label has its part.
func (s *audited) sample() {
	if len(s.rows) <= auditMost {
		return
	}
	keep, have := map[int]bool{}, map[string]int{}
	for i, row := range s.rows {
		most := max(auditMost*s.result.Labels[row.Label]/len(s.rows), auditMost/10)
		keep[s.group[i]] = keep[s.group[i]] || have[row.Label] < most
		if keep[s.group[i]] {
			have[row.Label]++
		}
	}
	s.filter(func(i int) bool { return keep[s.group[i]] })
}

// filter leaves out the rows that keep does not want.
func (s *audited) filter(keep func(i int) bool) {
	n := 0
	for i := range s.rows {
		if !keep(i) {
			continue
		}
		s.rows[n], s.group[n] = s.rows[i], s.group[i]
		if len(s.files) > 0 {
			s.files[n] = s.files[i]
		}
		n++
	}
	s.rows, s.group = s.rows[:n], s.group[:n]
	if len(s.files) > 0 {
		s.files = s.files[:n]
	}
}

func (s *audited) number() {
	s.positive = max(slices.Index(s.classes, defaultPositive), 0)
	s.class = s.class[:0]
	clear(s.result.Labels)
	groups := map[int]bool{}
	for i, row := range s.rows {
		s.class = append(s.class, slices.Index(s.classes, row.Label))
		s.result.Labels[row.Label]++
		groups[s.group[i]] = true
	}
	s.result.Images, s.result.Groups, s.result.Majority = len(s.rows), len(groups), 0
	for _, n := range s.result.Labels {
		s.result.Majority = max(s.result.Majority, float64(n)/float64(len(s.rows)))
	}
}

// columns describes what the columns tell, those that tell most alone first.
func (s *audited) columns(table *audit.Table, told *audit.Told) []AuditColumn {
	out := []AuditColumn{}
	for _, c := range told.Columns {
		a := AuditColumn{Name: c.Name, Kind: c.Kind, AUC: metrics.Value(c.Alone), Values: []AuditValue{}}
		if c.Kind != audit.OfRecord {
			v := metrics.Value(c.Importance)
			a.Importance = &v
		}
		for _, v := range table.Telling(c.Column, s.class, len(s.classes)) {
			w := AuditValue{Value: v.Value, Label: s.classes[v.Class], Share: v.Share, Count: v.Count}
			for _, i := range v.Rows {
				w.Examples = append(w.Examples, s.view.Show(s.rows[i].Path))
			}
			a.Values = append(a.Values, w)
		}
		out = append(out, a)
	}
	slices.SortStableFunc(out, func(a, b AuditColumn) int { return cmp.Compare(b.AUC, a.AUC) })
	return out
}
