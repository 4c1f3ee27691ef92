package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
)

// conflictRows is how many conflicts a page shows.
const conflictRows = 60

// conflicts is what the page of labels that disagree shows.
type conflicts struct {
	Rows    []conflict
	Waiting int // images in review
	Tabs    []tab
}

// conflict is one image, or a cluster, of which different things are said.
type conflict struct {
	Field   string
	Cluster catalog.ClusterID // 0: one image whose places disagree
	Seen    string            // fingerprint of the cluster
	Members []conflictMember
	Choices []string
}

// conflictMember is one picture of it.
type conflictMember struct {
	tile
	Full string
	Was  string   // what it is called now; "" = undecided
	Said []string // where what is said of it: "ai: raw/ai/a.jpg"
}

// Say is the conflict in a sentence.
func (c conflict) Say() string {
	if c.Cluster == 0 {
		return fmt.Sprintf("One picture, the same to the byte, is called %s", strings.Join(c.Choices, " and "))
	}
	return fmt.Sprintf("Versions of one picture, it seems, are called %s", strings.Join(c.Choices, " and "))
}

// button is a label that is offered, with its key.
type button struct {
	Key  int // 1 to 9, 0 = none
	Name string
}

// Buttons are the choices with their keys.
func (c conflict) Buttons() (out []button) {
	for i, name := range c.Choices {
		b := button{Key: i + 1, Name: name}
		if i >= 9 {
			b.Key = 0
		}
		out = append(out, b)
	}
	return out
}

// labels shows what is called by two names, and offers each of them.
func (s *Server) labels(r *http.Request) (content, error) {
	status, err := s.env.Catalog.StatusCounts(r.Context())
	if err != nil {
		return content{}, err
	}
	v := conflicts{Waiting: status[catalog.Review]}
	seen := map[catalog.ClusterID]bool{}
	for row, err := range s.env.Catalog.Images(r.Context(), catalog.Filter{Status: []catalog.Status{catalog.Review}}) {
		if err != nil {
			return content{}, err
		}
		if len(v.Rows) >= conflictRows {
			break
		}
		if row.Cluster == 0 {
			more, err := s.conflictsOf(r.Context(), row)
			if err != nil {
				return content{}, err
			}
			v.Rows = append(v.Rows, more...)
		} else if !seen[row.Cluster] {
			seen[row.Cluster] = true
			c, err := s.clusterConflict(r.Context(), row.Cluster)
			if err != nil {
				return content{}, err
			}
			v.Rows = append(v.Rows, c)
		}
	}
	v.Tabs, err = s.labelTabs(r)
	return content{template: "labels", title: "Labels that disagree", section: "labels", data: v}, err
}

// conflictsOf are the fields in which the places of one image disagree.
func (s *Server) conflictsOf(ctx context.Context, row catalog.Row) (out []conflict, err error) {
	for _, field := range []string{"label", "subject"} {
		if !slices.Contains(row.Conflict, field) {
			continue
		}
		c := conflict{Field: field}
		m := conflictMember{tile: s.tile(row), Full: fullAddress(row.ID, row.Hash)}
		if c.Choices, m.Said, err = s.saidOf(ctx, field, row.ID); err != nil {
			return nil, err
		}
		c.Members = []conflictMember{m}
		out = append(out, c)
	}
	return out, nil
}

// saidOf lists what the places of an image say, and where.
func (s *Server) saidOf(ctx context.Context, field string, id catalog.ImageID) (values, said []string, err error) {
	places, err := s.env.Catalog.Locations(ctx, id)
	for _, p := range places[id] {
		value := p.Origin.Label
		if field == "subject" {
			value = p.Origin.Subject
		}
		if value == "" || !p.Gone.IsZero() {
			continue
		}
		said = append(said, value+": "+s.view.Show(p.Path))
		if !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	slices.Sort(values)
	return values, said, err
}

// clusterConflict is a cluster whose members have different labels.
func (s *Server) clusterConflict(ctx context.Context, id catalog.ClusterID) (c conflict, err error) {
	row, err := s.unchanged(ctx, id, "")
	if err != nil {
		return c, err
	}
	verdicts, err := s.pairVerdicts(ctx)
	if err != nil {
		return c, err
	}
	c = conflict{Field: "label", Cluster: id, Seen: fingerprint(row, verdicts)}
	for _, m := range row.Members {
		shown := conflictMember{Full: fullAddress(m.Image, m.Hash), Was: m.Label}
		shown.tile = tile{ID: m.Image, Thumb: thumbAddress(m.Image, m.Hash), Shown: s.view.Show(m.Path), Label: m.Label, Status: m.Status, Width: m.Width, Height: m.Height}
		values := []string{m.Label}
		if m.Label == "" {
			if values, shown.Said, err = s.saidOf(ctx, "label", m.Image); err != nil {
				return c, err
			}
		}
		for _, v := range values {
			if !slices.Contains(c.Choices, v) {
				c.Choices = append(c.Choices, v)
			}
		}
		c.Members = append(c.Members, shown)
	}
	slices.Sort(c.Choices)
	return c, nil
}

// labelTabs lead to the pages about labels.
func (s *Server) labelTabs(r *http.Request) ([]tab, error) {
	counts, err := s.issueCounts(r.Context())
	if err != nil {
		return nil, err
	}
	status, err := s.env.Catalog.StatusCounts(r.Context())
	return []tab{
		{"they disagree", status[catalog.Review], "/labels"},
		{"wrong subject?", counts[catalog.IssueMislabelSubject], "/labels/mislabels"},
		{"wrong label?", counts[catalog.IssueMislabelLabel], "/labels/mislabels?field=label"},
	}, err
}
