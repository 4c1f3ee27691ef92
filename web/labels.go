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
	if v.Rows, err = s.conflictRows(r.Context()); err != nil {
		return content{}, err
	}
	v.Tabs, err = s.labelTabs(r)
	return content{template: "labels", title: "Labels that disagree", section: "labels", data: v}, err
}

// conflictRows gathers the first images whose places disagree, and clusters whose members do, in the order of images.
func (s *Server) conflictRows(ctx context.Context) (out []conflict, err error) {
	var rows []catalog.Row // of each cluster one
	var clusters []catalog.ClusterID
	seen := map[catalog.ClusterID]bool{}
	for row, err := range s.env.Catalog.Images(ctx, catalog.Filter{Status: []catalog.Status{catalog.Review}}) {
		if err != nil {
			return nil, err
		}
		if len(rows) >= conflictRows {
			break
		}
		if seen[row.Cluster] {
			continue
		}
		if row.Cluster != 0 {
			seen[row.Cluster] = true
			clusters = append(clusters, row.Cluster)
		}
		rows = append(rows, row)
	}
	k, err := s.conflictsKnown(ctx, rows, clusters)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if row.Cluster == 0 {
			out = append(out, s.conflictsOf(row, k)...)
		} else if of, there := k.clusters[row.Cluster]; there {
			out = append(out, s.clusterConflict(of, k))
		}
	}
	return out, nil
}

// conflictsKnown is what conflicts are made of, read together.
type conflictsKnown struct {
	clusters map[catalog.ClusterID]catalog.ClusterRow
	said     verdicts
	places   map[catalog.ImageID][]catalog.Location
}

func (s *Server) conflictsKnown(ctx context.Context, rows []catalog.Row, ids []catalog.ClusterID) (k conflictsKnown, err error) {
	clusters, err := s.clusterRows(ctx, catalog.CopyPair, ids)
	if err != nil {
		return k, err
	}
	if k.said, err = s.verdictsOn(ctx, clusters...); err != nil {
		return k, err
	}
	images := membersOf(clusters)
	k.clusters = make(map[catalog.ClusterID]catalog.ClusterRow, len(clusters))
	for _, c := range clusters {
		k.clusters[c.ID] = c
	}
	for _, row := range rows {
		if row.Cluster == 0 {
			images = append(images, row.ID)
		}
	}
	k.places, err = s.env.Catalog.Locations(ctx, images...)
	return k, err
}

// conflictsOf are the fields in which the places of one image disagree.
func (s *Server) conflictsOf(row catalog.Row, k conflictsKnown) (out []conflict) {
	for _, field := range []string{"label", "subject"} {
		if !slices.Contains(row.Conflict, field) {
			continue
		}
		c := conflict{Field: field}
		m := conflictMember{tile: s.tile(row), Full: fullAddress(row.ID, row.Hash)}
		c.Choices, m.Said = s.saidOf(field, k.places[row.ID])
		c.Members = []conflictMember{m}
		out = append(out, c)
	}
	return out
}

// saidOf lists what the places of an image say, and where.
func (s *Server) saidOf(field string, places []catalog.Location) (values, said []string) {
	for _, p := range places {
		value := p.Origin.Label
		if field == "subject" {
			value = p.Origin.Subject
		}
		if value == "" || !p.Gone.IsZero() {
			continue
		}
		said = append(said, value+": "+s.shown(p.Path))
		if !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	slices.Sort(values)
	return values, said
}

// clusterConflict is a cluster whose members have different labels.
func (s *Server) clusterConflict(row catalog.ClusterRow, k conflictsKnown) conflict {
	c := conflict{Field: "label", Cluster: row.ID, Seen: fingerprint(row, k.said)}
	for _, m := range row.Members {
		shown := conflictMember{Full: fullAddress(m.Image, m.Hash), Was: m.Label}
		shown.tile = tile{ID: m.Image, Thumb: thumbAddress(m.Image, m.Hash), Shown: s.shown(m.Path), Label: m.Label, Status: m.Status, Width: m.Width, Height: m.Height}
		values := []string{m.Label}
		if m.Label == "" {
			values, shown.Said = s.saidOf("label", k.places[m.Image])
		}
		for _, v := range values {
			if !slices.Contains(c.Choices, v) {
				c.Choices = append(c.Choices, v)
			}
		}
		c.Members = append(c.Members, shown)
	}
	slices.Sort(c.Choices)
	return c
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
