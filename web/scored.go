package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// scored answers a page of the images with a fault, the worst first: issue, from, after, limit.
func (s *Server) scored(r *http.Request) (any, error) {
	q := r.URL.Query()
	least, err := scoreOf(q, "from", 0)
	if err != nil {
		return nil, err
	}
	after, err := keyOf(q.Get("after"))
	if err != nil {
		return nil, err
	}
	limit, err := number(r, "limit", pageTiles)
	if err != nil {
		return nil, err
	}
	rows, err := s.env.Catalog.ByScore(r.Context(), q.Get("issue"), catalog.Filter{MinScore: least}, after, int(min(max(limit, 1), 1000)))
	out := make([]scoredRow, len(rows))
	for i, row := range rows {
		out[i] = scoredRow{stage.NewImageRow(row.Row, s.view), row.Score, keyText(row.Key())}
	}
	return out, err
}

// scoreOf reads a score from an address.
func scoreOf(q url.Values, name string, def float64) (float64, error) {
	text := q.Get(name)
	if text == "" {
		return def, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0 && v <= 1) {
		return 0, badRequest("%q is no score between 0 and 1", text)
	}
	return v, nil
}

// keyText is a place in a list by score, for an address.
func keyText(k catalog.ScoreKey) string {
	flagged := 0
	if k.Flagged {
		flagged = 1
	}
	return fmt.Sprintf("%d:%s:%d", flagged, strconv.FormatFloat(k.Score, 'g', -1, 64), k.Image)
}

// keyOf reads what keyText has written.
func keyOf(text string) (k catalog.ScoreKey, err error) {
	if text == "" {
		return k, nil
	}
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return k, badRequest("%q is no place in this list", text)
	}
	score, err1 := strconv.ParseFloat(parts[1], 64)
	id, err2 := strconv.ParseInt(parts[2], 10, 64)
	if err1 != nil || err2 != nil {
		return k, badRequest("%q is no place in this list", text)
	}
	return catalog.ScoreKey{Flagged: parts[0] == "1", Score: score, Image: id}, nil
}
