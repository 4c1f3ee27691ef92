package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// stepFunc is stage.UndoDecision or stage.RedoDecision.
type stepFunc func(ctx context.Context, e *stage.Env, step catalog.StepID) (stage.StepRow, error)

// clusterDecision is what a person says of a cluster.
type clusterDecision struct {
	Do     string          `json:"do"`     // accept, keep-all, distinct or same; keep, remove or clear of one member
	Keeper catalog.ImageID `json:"keeper"` // with accept: another one than is shown; 0 = that one
	Image  catalog.ImageID `json:"image"`  // the member that is meant; 0 = with distinct and same all but the keeper
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
	return s.record(r, func(ctx context.Context) (catalog.Said, string, error) {
		row, err := s.unchanged(ctx, id, d.Seen)
		if err != nil {
			return catalog.Said{}, "", err
		}
		if d.Do == "clear" && row.Has(d.Image) {
			return catalog.Said{Clear: []catalog.ImageID{d.Image}}, "", nil
		}
		ds, said, err := d.decisions(row)
		return catalog.Said{Decide: ds}, said, err
	})
}

// unchanged returns a cluster if it is still what a person saw.
func (s *Server) unchanged(ctx context.Context, id catalog.ClusterID, seen string) (row catalog.ClusterRow, err error) {
	row, err = s.clusterRow(ctx, id)
	var gone problem
	if errors.As(err, &gone) {
		gone.Status = http.StatusConflict
		return row, gone
	}
	if err != nil || seen == "" {
		return row, err
	}
	said, err := s.verdictsOn(ctx, row)
	if err == nil && seen != fingerprint(row, said) {
		err = problem{Status: http.StatusConflict, What: "This cluster was decided or changed elsewhere in the meantime", Do: "It is shown as it is now: look again."}
	}
	return row, err
}

// decisions turns what a person says into verdicts.
func (d clusterDecision) decisions(row catalog.ClusterRow) (ds []catalog.Decision, said string, err error) {
	keeper := keeperOf(row)
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
	if (d.Do == "keep" || d.Do == "remove") && d.Image != 0 {
		return []catalog.Decision{{Kind: catalog.VerdictKind(d.Do), Image: d.Image}}, "one picture: " + d.Do, nil
	}
	return nil, "", badRequest("a cluster cannot be decided by %q: use accept, keep-all, distinct or same, or of one image keep, remove or clear", d.Do)
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
	return s.record(r, func(context.Context) (catalog.Said, string, error) { return saidOn(ask.Do, ask.Value, ask.Images) })
}
