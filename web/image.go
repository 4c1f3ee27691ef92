package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// one is what the page of an image shows.
type one struct {
	tile
	Full     string
	Image    catalog.Image
	Reason   string
	Places   []placeShown
	Issues   []catalog.Issue // flagged
	Fine     []catalog.Issue // the other faults that were looked for
	Facts    []knownFact
	Alike    []alike
	History  []stage.StepRow
	Clusters []catalog.ClusterID
	Verdicts []string
}

// fact is a thing said of an image.
type fact struct{ Name, Value string }

// knownFact is one that may lead to all images of which it is said.
type knownFact struct {
	fact
	To string
}

// placeShown is a place where the image is or was, with what is said of it there.
type placeShown struct {
	Path string
	Gone bool
	Said []fact
}

// alike is a neighbour.
type alike struct {
	tile
	Similarity float64
	Words      string
}

// image shows everything that is known of one image.
func (s *Server) image(r *http.Request) (content, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return content{}, badRequest("%q is no number of an image", r.PathValue("id"))
	}
	var row *catalog.Row
	for found, err := range s.env.Catalog.Images(r.Context(), catalog.Filter{IDs: []catalog.ImageID{id}}) {
		if err != nil {
			return content{}, err
		}
		row = &found
	}
	if row == nil {
		return content{}, catalog.ErrNoImage
	}
	v := one{tile: s.tile(*row), Full: fullAddress(id, row.Hash), Image: row.Image, Reason: row.Reason.Text(s.view.Show), Facts: factsOf(*row)}
	for _, c := range []catalog.ClusterID{row.Cluster, row.Similar} {
		if c != 0 {
			v.Clusters = append(v.Clusters, c)
		}
	}
	for _, fill := range []func(*http.Request, *one) error{s.fillPlaces, s.fillNeighbours, s.fillHistory} {
		if err := fill(r, &v); err != nil {
			return content{}, err
		}
	}
	return content{template: "image", title: v.Shown, section: "browse", data: v}, nil
}

func (s *Server) fillPlaces(r *http.Request, v *one) (err error) {
	places, err := s.env.Catalog.Locations(r.Context(), v.ID)
	if err != nil {
		return err
	}
	for _, p := range places[v.ID] {
		v.Places = append(v.Places, placeShown{s.shown(p.Path), !p.Gone.IsZero(), originFacts(p.Origin)})
	}
	issues, err := s.env.Catalog.Issues(r.Context(), v.ID)
	for _, is := range issues {
		if is.Flagged {
			v.Issues = append(v.Issues, is)
		} else {
			v.Fine = append(v.Fine, is)
		}
	}
	return err
}

// originFacts lists what a place says of an image.
func originFacts(o catalog.Origin) (out []fact) {
	for _, f := range []fact{{"label", o.Label}, {"subject", o.Subject}, {"source", o.Source}, {"generator", o.Generator}, {"prompt", o.Prompt}, {"seed", o.Seed},
		{"licence", o.Licence}, {"URL", o.URL}} {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.Extra)) {
		out = append(out, fact{name, metadataText(o.Extra[name])})
	}
	return out
}

// neighboursShown is how many of the most alike images are shown.
const neighboursShown = 24

func (s *Server) fillNeighbours(r *http.Request, v *one) error {
	var ids []catalog.ImageID
	score := map[catalog.ImageID]float64{}
	for _, kind := range []catalog.PairKind{catalog.CopyPair, catalog.SimilarPair} {
		for p, err := range s.env.Catalog.Pairs(r.Context(), catalog.PairFilter{Kind: kind, Image: v.ID, Limit: neighboursShown}) {
			if err != nil {
				return err
			}
			other := p.A + p.B - v.ID
			if _, known := score[other]; !known {
				ids = append(ids, other)
				score[other] = p.Score
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	for row, err := range s.env.Catalog.Images(r.Context(), catalog.Filter{IDs: ids}) {
		if err != nil {
			return err
		}
		v.Alike = append(v.Alike, alike{tile: s.tile(row), Similarity: score[row.ID]})
	}
	slices.SortStableFunc(v.Alike, func(a, b alike) int {
		if a.Similarity > b.Similarity {
			return -1
		}
		return 1
	})
	return nil
}

func (s *Server) fillHistory(r *http.Request, v *one) error {
	steps, err := s.env.Catalog.History(r.Context(), v.ID)
	if err != nil {
		return err
	}
	for _, step := range steps {
		v.History = append(v.History, stepRow(step))
	}
	said, err := s.env.Catalog.VerdictsOn(r.Context(), v.Image.Hash)
	for _, x := range said {
		text := string(x.Kind)
		if x.Value != "" {
			text += " " + x.Value
		}
		v.Verdicts = append(v.Verdicts, text)
	}
	return err
}

func stepRow(s catalog.Step) stage.StepRow {
	return stage.StepRow{ID: s.ID, Time: s.Time.UTC(), Command: s.Command, Summary: s.Summary, Kind: s.Kind, Undone: s.Undone, Open: s.Open, CanUndo: s.CanUndo}
}

// factsOf lists what is said of an image and what its file says of itself.
func factsOf(row catalog.Row) (out []knownFact) {
	add := func(name, value string) {
		if value != "" {
			out = append(out, knownFact{fact: fact{name, value}})
		}
	}
	for _, f := range []fact{{"label", row.Label}, {"subject", row.Subject}, {"source", row.Source}, {"generator", row.Generator}, {"prompt", row.Prompt}, {"split", string(row.Split)}} {
		if f.Value != "" {
			out = append(out, knownFact{f, "/browse?" + query(f.Name, f.Value)})
		}
	}
	add("size", fmt.Sprintf("%d × %d pixels", row.Width, row.Height))
	add("file", fmt.Sprintf("%s, %s, %s, %d bits", row.Format, byteText(row.Bytes), row.Mode, row.Bits))
	if row.Frames > 1 {
		add("frames", strconv.Itoa(row.Frames))
	}
	add("SHA-256", row.Hash.String())
	for _, name := range slices.Sorted(maps.Keys(row.Metadata)) {
		add(name, metadataText(row.Metadata[name]))
	}
	return out
}

func metadataText(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(data) > 200 {
		return string(data[:200]) + " …"
	}
	return string(data)
}

func idText(id catalog.ImageID) string { return strconv.FormatInt(id, 10) }
