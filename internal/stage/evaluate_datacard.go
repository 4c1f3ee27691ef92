package stage

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train/report"
)

// cardRows is how many values of a field the data card lists.
const cardRows = 40

// dataCard says what the split of today is made of, and what was left out of it.
func dataCard(ctx context.Context, e *Env) (tables []report.Table, facts []report.Fact, err error) {
	c := splitCounts{by: map[string]map[string]*parts{}}
	for _, f := range cardFields() {
		c.by[f] = map[string]*parts{}
	}
	for row, err := range e.Catalog.Images(ctx, catalog.Filter{}) {
		if err != nil {
			return nil, nil, err
		}
		c.add(row)
	}
	for _, f := range cardFields() {
		if t, some := c.table(f); some {
			tables = append(tables, t)
		}
	}
	if facts, err = c.facts(ctx, e); err != nil {
		return nil, nil, err
	}
	return tables, facts, nil
}

// cardFields are what the data card counts by.
func cardFields() []string { return []string{"label", "source", "generator", "subject"} }

// parts counts the images of one value in each split.
type parts struct{ train, val, test int }

func (p parts) sum() int { return p.train + p.val + p.test }

type splitCounts struct {
	by      map[string]map[string]*parts // field, value
	ids     []catalog.ImageID            // in a split
	outside int                          // kept and labelled, but in no split
	none    int                          // kept, without a label
	status  map[catalog.Status]int
}

func (c *splitCounts) add(row catalog.Row) {
	if c.status == nil {
		c.status = map[catalog.Status]int{}
	}
	c.status[row.Status]++
	switch {
	case row.Status != catalog.Kept:
		return
	case row.Label == "":
		c.none++
		return
	case row.Split == "":
		c.outside++
		return
	}
	c.ids = append(c.ids, row.ID)
	for field, value := range map[string]string{"label": row.Label, "source": row.Source, "generator": row.Generator, "subject": row.Subject} {
		p := c.by[field][value]
		if p == nil {
			p = &parts{}
			c.by[field][value] = p
		}
		switch row.Split {
		case catalog.Train:
			p.train++
		case catalog.Val:
			p.val++
		case catalog.Test:
			p.test++
		}
	}
}

// table counts by a field; some is false where no image has it.
func (c *splitCounts) table(field string) (t report.Table, some bool) {
	values := slices.SortedFunc(maps.Keys(c.by[field]), func(a, b string) int {
		return cmp.Or(c.by[field][b].sum()-c.by[field][a].sum(), strings.Compare(a, b))
	})
	t = report.Table{Title: "Images by " + field, Header: []string{field, "train", "validation", "test", "all"}}
	for i, v := range values {
		some = some || v != ""
		if i == cardRows {
			t.Note = fmt.Sprintf("%d more are not listed.", len(values)-cardRows)
			break
		}
		p := c.by[field][v]
		t.Rows = append(t.Rows, []string{cmp.Or(v, "(none)"), fmt.Sprint(p.train), fmt.Sprint(p.val), fmt.Sprint(p.test), fmt.Sprint(p.sum())})
	}
	return t, some
}

// facts are the groups of the split, what was left out, and the settings of dedup.
func (c *splitCounts) facts(ctx context.Context, e *Env) ([]report.Fact, error) {
	by, err := splitGroups(ctx, e)
	if err != nil {
		return nil, err
	}
	tied, missing, err := imageGroups(ctx, e, by)
	if err != nil {
		return nil, err
	}
	groups, largest := map[catalog.ImageID]int{}, 0
	for _, id := range c.ids {
		root, _ := tied.find(id)
		groups[root]++
		largest = max(largest, groups[root])
	}
	held := fmt.Sprintf("%d groups of %d images, kept together by %s; the largest has %d", len(groups), len(c.ids), strings.Join(by, " and "), largest)
	if missing != "" {
		held += "; " + missing
	}
	out := []report.Fact{{Name: "split", Value: held}, {Name: "left out", Value: c.leftOut()}}
	dedup, err := dedupFact(ctx, e)
	return append(out, report.Fact{Name: "duplicates", Value: dedup}), err
}

// leftOut says what of the catalogue is in no split, and why.
func (c *splitCounts) leftOut() string {
	var out []string
	add := func(n int, why string) {
		if n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n, why))
		}
	}
	add(c.status[catalog.Removed], "removed")
	add(c.status[catalog.Review], "to be reviewed")
	add(c.status[catalog.Invalid], "that are no pictures")
	add(c.status[catalog.Missing], "missing")
	add(c.none, "without a label")
	add(c.outside, "in no split")
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, ", ")
}

// dedupFact says how copies were looked for.
func dedupFact(ctx context.Context, e *Env) (string, error) {
	runs, err := e.Catalog.Runs(ctx, kindDedup, 0)
	if err != nil {
		return "", err
	}
	for _, r := range runs {
		var s dedupSettings
		if r.Status != catalog.Done || json.Unmarshal(r.Settings, &s) != nil || s.Kind != catalog.CopyPair {
			continue
		}
		info := runInfo(r)
		text := fmt.Sprintf("dedup at %s %g", cmp.Or(s.Score, "similarity"), s.Threshold)
		for _, name := range []string{"quality", "model"} {
			if said := info.Said(name); said != "" {
				text += ", " + name + " " + said
			}
		}
		if limits := s.limits(); limits != "" {
			text += ", only " + limits
		}
		return text, nil
	}
	return "dedup has not run: copies may lie in several splits", nil
}
