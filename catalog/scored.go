package catalog

import (
	"context"
	"database/sql"
)

// Scored is an image with its score of one issue.
type Scored struct {
	Row
	Score   float64
	Flagged bool
}

// ScoreKey is a place in a list by score; the zero ScoreKey is its start.
type ScoreKey struct {
	Flagged bool
	Score   float64
	Image   ImageID
}

// Key is the place of an image in the list, for the page that comes after it.
func (s Scored) Key() ScoreKey { return ScoreKey{s.Flagged, s.Score, s.ID} }

// decidable leaves out the copies that are removed: what is decided of their keepers is decided of them.
const decidable = "(i.status IN ('kept', 'review') OR i.status = 'removed' AND i.cause = 'verdict')"

// ByScore returns the images with an issue, flagged ones first, then those with the largest score: at most limit of them, after a place in the
// list, with a score of f.MinScore at least. Images that are removed as copies are left out. f.Issue, f.After and f.Limit are not looked at.
func (c *Catalog) ByScore(ctx context.Context, issue string, f Filter, after ScoreKey, limit int) (out []Scored, err error) {
	least := f.MinScore
	f.Issue, f.MinScore = nil, 0
	where := new(clause)
	where.and("s.name = ? AND s.score >= CAST(? AS REAL)", issue, least)
	if after != (ScoreKey{}) {
		where.and("(s.flagged, s.score, s.image) < (?, ?, ?)", after.Flagged, after.Score, after.Image)
	}
	rest := f.where()
	where.and(rest.String(), rest.args...)
	err = c.view(ctx, func(tx *sql.Tx) error {
		// CROSS: the scores lead, in the order of their index.
		keys, err := collect(ctx, tx, scanScoreKey, `SELECT s.flagged, s.score, s.image FROM issue s CROSS JOIN image i ON i.id = s.image
			WHERE `+where.String()+" AND "+decidable+" ORDER BY s.flagged DESC, s.score DESC, s.image DESC LIMIT ?", append(where.args, min(limit, listPage))...)
		if err != nil {
			return err
		}
		out, err = rowsOf(ctx, tx, keys)
		return err
	})
	return out, err
}

// rowsOf reads the images at places of the list.
func rowsOf(ctx context.Context, tx *sql.Tx, keys []ScoreKey) ([]Scored, error) {
	ids, place := make([]ImageID, len(keys)), make(map[ImageID]int, len(keys))
	for i, k := range keys {
		ids[i], place[k.Image] = k.Image, i
	}
	rows, err := readPage(ctx, tx, Filter{IDs: ids}, 0)
	out := make([]Scored, len(keys))
	for _, r := range rows {
		k := keys[place[r.ID]]
		out[place[r.ID]] = Scored{Row: r, Score: k.Score, Flagged: k.Flagged}
	}
	return out, err
}

func scanScoreKey(r *sql.Rows) (k ScoreKey, err error) {
	err = r.Scan(&k.Flagged, &k.Score, &k.Image)
	return k, err
}

// scoreBins is how finely ScoreCounts counts.
const scoreBins = 100

// ScoreCounts is how many images have a score of an issue.
type ScoreCounts struct {
	AtLeast   [scoreBins + 1]int // with a score of k/100 or more
	Threshold float64            // from which images are flagged
	Flagged   int
}

// ScoreCounts counts the images that ByScore lists.
func (c *Catalog) ScoreCounts(ctx context.Context, issue string) (out ScoreCounts, err error) {
	err = each(ctx, c.read, func(r *sql.Rows) error {
		var bin, n, flagged int
		err := r.Scan(&bin, &n, &flagged)
		out.AtLeast[min(max(bin, 0), scoreBins)] += n
		out.Flagged += flagged
		return err
	}, `SELECT CAST(score * 100 + 1e-9 AS INTEGER), count(*), sum(flagged) FROM issue WHERE name = ? AND image NOT IN (SELECT i.id FROM image i WHERE NOT `+
		decidable+") GROUP BY 1", issue)
	if err == nil { // flagged ones come last in the index
		err = c.read.QueryRowContext(ctx, "SELECT coalesce((SELECT threshold FROM issue WHERE name = ? ORDER BY flagged DESC, score DESC LIMIT 1), 0)",
			issue).Scan(&out.Threshold)
	}
	for k := scoreBins - 1; k >= 0; k-- {
		out.AtLeast[k] += out.AtLeast[k+1]
	}
	return out, c.fault(err)
}

// ScoredIDs returns the numbers of the images that ByScore lists.
func (c *Catalog) ScoredIDs(ctx context.Context, issue string, least float64) ([]ImageID, error) {
	ids, err := collect(ctx, c.read, scanID, `SELECT s.image FROM issue s JOIN image i ON i.id = s.image WHERE s.name = ? AND s.score >= CAST(? AS REAL) AND `+
		decidable+" ORDER BY s.image", issue, least)
	return ids, c.fault(err)
}

// ImageIDs returns the numbers of the images that f chooses, After and Limit apart.
func (c *Catalog) ImageIDs(ctx context.Context, f Filter) ([]ImageID, error) {
	where := f.where()
	ids, err := collect(ctx, c.read, scanID, "SELECT i.id FROM image i WHERE "+where.String()+" ORDER BY i.id", where.args...)
	return ids, c.fault(err)
}
