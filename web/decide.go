package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// stepFunc is stage.UndoDecision or stage.RedoDecision.
type stepFunc func(ctx context.Context, e *stage.Env, step catalog.StepID) (stage.StepRow, error)

// clusterDecision is what a person says of a cluster.
type clusterDecision struct {
	Do     string          `json:"do"`     // accept, keep-all, distinct or same
	Keeper catalog.ImageID `json:"keeper"` // with accept: another one than is shown; 0 = that one
	Image  catalog.ImageID `json:"image"`  // with distinct and same: the member that is meant; 0 = all but the keeper
	Seen   string          `json:"seen"`   // fingerprint of what was shown
}

// decideCluster records a decision on a cluster, unless it is not what the person saw.
func (s *Server) decideCluster(r *http.Request) (any, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, badRequest("%q is no number of a cluster", r.PathValue("id"))
	}
	var d clusterDecision
	if err := read(r, &d); err != nil {
		return nil, err
	}
	row, err := s.unchanged(r.Context(), id, d.Seen)
	if err != nil {
		return nil, err
	}
	ds, said, err := d.decisions(row)
	if err != nil {
		return nil, err
	}
	return s.record(r, said, ds)
}

// unchanged returns a cluster if it is still what a person saw.
func (s *Server) unchanged(ctx context.Context, id catalog.ClusterID, seen string) (row catalog.ClusterRow, err error) {
	said, err := s.pairVerdicts(ctx)
	if err != nil {
		return row, err
	}
	for _, kind := range []catalog.PairKind{catalog.CopyPair, catalog.SimilarPair} {
		for row, err := range s.env.Catalog.Clusters(ctx, catalog.ClusterFilter{ID: id, Kind: kind}) {
			if err != nil {
				return row, err
			}
			if seen != "" && seen != fingerprint(row, said) {
				return row, problem{http.StatusConflict, "This cluster was decided or changed elsewhere in the meantime", "It is shown as it is now: look again."}
			}
			return row, nil
		}
	}
	return row, problem{http.StatusConflict, fmt.Sprintf("There is no cluster %d any more", id), "A new dedup has made other clusters."}
}

// decisions turns what a person says into verdicts.
func (d clusterDecision) decisions(row catalog.ClusterRow) (ds []catalog.Decision, said string, err error) {
	keeper := row.Keeper
	if keeper == 0 {
		keeper = row.Members[0].Image
	}
	if d.Do == "accept" && d.Keeper != 0 {
		keeper = d.Keeper
	}
	if !row.Has(keeper) || d.Image != 0 && !row.Has(d.Image) {
		return nil, "", badRequest("the cluster has no such image")
	}
	pair := func(kind catalog.VerdictKind) {
		for _, m := range row.Members {
			if m.Image != keeper && (d.Image == 0 || d.Image == m.Image) {
				ds = append(ds, catalog.Decision{Kind: kind, Image: keeper, Other: m.Image})
			}
		}
	}
	switch d.Do {
	case "accept":
		if row.Kind == catalog.SimilarPair && d.Keeper == 0 {
			keeper = row.Keeper // as it is suggested, also when none is left
		}
		ds = stage.Accept(row, keeper)
		return ds, accepted(row, ds), nil
	case "keep-all":
		for _, m := range row.Members {
			ds = append(ds, catalog.Decision{Kind: catalog.Keep, Image: m.Image})
		}
		return ds, "all are kept", nil
	case "distinct":
		pair(catalog.Distinct)
		return ds, "distinct: not asked again", nil
	case "same":
		pair(catalog.Same)
		return ds, "the same picture", nil
	}
	return nil, "", badRequest("a cluster cannot be decided by %q: use accept, keep-all, distinct or same", d.Do)
}

// accepted says what accepting a cluster came to.
func accepted(row catalog.ClusterRow, ds []catalog.Decision) string {
	if row.Kind != catalog.SimilarPair {
		return "accepted: one is kept"
	}
	gone := 0
	for _, d := range ds {
		if d.Kind == catalog.Remove {
			gone++
		}
	}
	return "accepted: " + plural(gone, "look-alike", "look-alikes") + " removed"
}

// acceptAll accepts every cluster that is sure enough, as one step: {"from": 0.97, "kind": "copy",
// "clusters": N} with the number that was shown, so that nothing is accepted that nobody saw.
func (s *Server) acceptAll(r *http.Request) (any, error) {
	var ask struct {
		From     float64          `json:"from"`
		Kind     catalog.PairKind `json:"kind"`
		Clusters int              `json:"clusters"`
	}
	if err := read(r, &ask); err != nil {
		return nil, err
	}
	if ask.Kind == "" {
		ask.Kind = catalog.CopyPair
	}
	q, err := s.queue(r.Context(), ask.Kind)
	if err != nil {
		return nil, err
	}
	sure := q.surerThan(ask.From)
	if len(sure) != ask.Clusters {
		return nil, problem{http.StatusConflict, fmt.Sprintf("There are %d such clusters now, not %d", len(sure), ask.Clusters), "The sheet is shown as it is now: look again."}
	}
	wanted := map[catalog.ClusterID]bool{}
	for _, it := range sure {
		wanted[it.Cluster] = true
	}
	var ds []catalog.Decision
	for row, err := range s.env.Catalog.Clusters(r.Context(), catalog.ClusterFilter{Kind: ask.Kind}) {
		if err != nil {
			return nil, err
		}
		if wanted[row.ID] && row.Keeper != 0 {
			ds = append(ds, stage.Accept(row, row.Keeper)...)
		}
	}
	return s.record(r, plural(len(sure), "cluster", "clusters")+" accepted", ds)
}

// decideImages records verdicts on images: {"do": "keep", "images": [1, 2]}, or with "label"
// or "subject" a value. "clear" takes verdicts back.
func (s *Server) decideImages(r *http.Request) (any, error) {
	var ask struct {
		Do     string            `json:"do"`
		Value  string            `json:"value"`
		Images []catalog.ImageID `json:"images"`
	}
	if err := read(r, &ask); err != nil {
		return nil, err
	}
	if len(ask.Images) == 0 {
		return nil, badRequest("no image is chosen")
	}
	if ask.Do == "clear" {
		return s.clear(r, ask.Images)
	}
	kind := catalog.VerdictKind(ask.Do)
	switch kind {
	case catalog.Keep, catalog.Remove, catalog.Label, catalog.Subject:
	default:
		return nil, badRequest("images cannot be decided by %q: use keep, remove, label, subject or clear", ask.Do)
	}
	ds := make([]catalog.Decision, len(ask.Images))
	for i, id := range ask.Images {
		ds[i] = catalog.Decision{Kind: kind, Image: id, Value: ask.Value}
	}
	said := plural(len(ds), "image", "images") + ": " + ask.Do
	if ask.Value != "" {
		said += " " + ask.Value
	}
	return s.record(r, said, ds)
}

func (s *Server) clear(r *http.Request, ids []catalog.ImageID) (any, error) {
	step, changed, err := s.env.Catalog.Clear(r.Context(), command, ids...)
	if err != nil {
		return nil, err
	}
	q, err := s.queue(r.Context(), catalog.CopyPair)
	v := stage.VerdictResult{Changed: changed, Images: []string{}}
	if step != 0 {
		v.Step = &step
	}
	return decided{v, q.waiting, plural(changed, "verdict", "verdicts") + " taken back"}, err
}
