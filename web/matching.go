package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// matching is a verdict on all images of a list, seen or not.
type matching struct {
	Do    string  `json:"do"` // keep, remove, clear, label or subject
	Value string  `json:"value"`
	Where string  `json:"where"` // the filter, as the address of /api/images has it
	Issue string  `json:"issue"` // or: the images with this fault ...
	From  float64 `json:"from"`  // ... and such a score at least
	Count int     `json:"count"` // how many a person was told that they are
}

// decideMatching records a verdict on all that match, as one step, if they are still as many as was said: nothing is decided
// of an image that nobody has been told of.
func (s *Server) decideMatching(r *http.Request) (any, error) {
	var ask matching
	if err := read(r, &ask); err != nil {
		return nil, err
	}
	return s.record(r, func(ctx context.Context) (catalog.Said, string, error) {
		ids, err := s.matched(ctx, ask)
		if err != nil {
			return catalog.Said{}, "", err
		}
		if len(ids) != ask.Count {
			return catalog.Said{}, "", problem{Status: http.StatusConflict, What: fmt.Sprintf("There are %d such images now, not %d: something has changed meanwhile", len(ids), ask.Count),
				Do: "Nothing was decided. Load the page again and look at the number."}
		}
		return saidOn(ask.Do, ask.Value, ids)
	})
}

func (s *Server) matched(ctx context.Context, ask matching) ([]catalog.ImageID, error) {
	if ask.Issue != "" {
		if !(ask.From >= 0 && ask.From <= 1) {
			return nil, badRequest("%g is no score between 0 and 1", ask.From)
		}
		return s.env.Catalog.ScoredIDs(ctx, ask.Issue, ask.From)
	}
	q, err := url.ParseQuery(ask.Where)
	if err != nil {
		return nil, badRequest("%q is no filter", ask.Where)
	}
	c, err := s.filterOf(q)
	if err != nil {
		return nil, err
	}
	return s.env.Catalog.ImageIDs(ctx, c.Filter)
}

// saidOn is one verdict on each of some images, and what it is in words.
func saidOn(do, value string, ids []catalog.ImageID) (out catalog.Said, words string, err error) {
	if len(ids) == 0 {
		return out, "", badRequest("no image is chosen")
	}
	if do == "clear" {
		return catalog.Said{Clear: ids}, "", nil
	}
	kind := catalog.VerdictKind(do)
	switch kind {
	case catalog.Keep, catalog.Remove:
		value = ""
	case catalog.Label, catalog.Subject:
		if value, err = nameOf(do, value); err != nil {
			return out, "", err
		}
	default:
		return out, "", badRequest("images cannot be decided by %q: use keep, remove, label, subject or clear", do)
	}
	out.Decide = make([]catalog.Decision, len(ids))
	for i, id := range ids {
		out.Decide[i] = catalog.Decision{Kind: kind, Image: id, Value: value}
	}
	words = plural(len(ids), "image", "images") + ": " + do
	if value != "" {
		words += " " + value
	}
	return out, words, nil
}

// nameOf reads a label or subject that a person gives.
func nameOf(field, text string) (string, error) {
	text = strings.TrimSpace(text)
	if err := stage.CheckName(catalog.VerdictKind(field), text); err != nil {
		return "", badRequest("%v", err)
	}
	return text, nil
}
