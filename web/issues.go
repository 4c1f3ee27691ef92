package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/curate/curate/catalog"
)

// faults is what the page of one issue shows.
type faults struct {
	Names     []bar
	Name      string  // shown now; "" = nothing was found
	Least     float64 // score from which images are shown
	Flagged   float64 // score from which check flags
	Tiles     []tile
	Total     int
	Unchecked int
}

// issues shows the images with one fault, the worst first.
func (s *Server) issues(r *http.Request) (content, error) {
	n, err := s.env.Catalog.Counts(r.Context())
	if err != nil {
		return content{}, err
	}
	v := faults{Names: bars(n.Issues, "issue"), Unchecked: n.Unchecked, Name: r.URL.Query().Get("name")}
	for i := range v.Names {
		v.Names[i].To = "/issues?" + query("name", v.Names[i].Name)
	}
	if v.Name == "" && len(v.Names) > 0 {
		v.Name = v.Names[0].Name
	}
	if v.Name != "" {
		err = s.fillFaults(r, &v)
	}
	return content{template: "issues", title: "Issues", section: "issues", data: v}, err
}

func (s *Server) fillFaults(r *http.Request, v *faults) error {
	f := catalog.Filter{Issue: []string{v.Name}, Status: []catalog.Status{catalog.Kept, catalog.Review, catalog.Removed}}
	if text := r.URL.Query().Get("from"); text != "" {
		least, err := strconv.ParseFloat(text, 64)
		if err != nil || !(least > 0 && least <= 1) {
			return badRequest("%q is no score between 0 and 1", text)
		}
		f.MinScore, v.Least = least, least
	}
	scores, err := s.env.Catalog.IssueScores(r.Context(), v.Name)
	if err != nil {
		return err
	}
	for row, err := range s.env.Catalog.Images(r.Context(), f) {
		if err != nil {
			return err
		}
		t := s.tile(row)
		t.Score, t.Note = scores[row.ID].Score, ""
		v.Flagged = scores[row.ID].Threshold
		if row.Reason.Cause == catalog.CauseCopy {
			continue // what is decided of its keeper is decided of it
		}
		v.Tiles = append(v.Tiles, t)
	}
	if v.Least == 0 {
		v.Least = v.Flagged
	}
	v.Total = len(v.Tiles)
	slices.SortStableFunc(v.Tiles, func(a, b tile) int { return cmp.Compare(b.Score, a.Score) })
	v.Tiles = v.Tiles[:min(len(v.Tiles), 1000)]
	return nil
}
