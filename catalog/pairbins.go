package catalog

import (
	"context"
	"database/sql"
	"iter"
)

// PairState changes when the pairs of a kind do: verdicts leave it alone, with which everything else that was counted changes.
func (c *Catalog) PairState(ctx context.Context, kind PairKind) (state string, err error) {
	err = c.read.QueryRowContext(ctx, `SELECT coalesce((SELECT coalesce(run, 0) || ' ' || threshold FROM marks WHERE kind = ?), '') || ' ' ||
		coalesce((SELECT max(id) FROM journal WHERE kind <> 'verdicts'), 0) || ' ' || (SELECT count(*) FROM journal WHERE undone <> 0 AND kind <> 'verdicts')`,
		kind).Scan(&state)
	return state, c.fault(err)
}

// PairBins counts the pairs of a kind by score: bins of the same width from 0 to 1, a score of 1 in the last.
func (c *Catalog) PairBins(ctx context.Context, kind PairKind, bins int) ([]int, error) {
	out := make([]int, bins)
	err := each(ctx, c.read, func(r *sql.Rows) error {
		var bin, n int
		err := r.Scan(&bin, &n)
		out[min(max(bin, 0), bins-1)] += n
		return err
	}, "SELECT CAST(score * ? AS INTEGER), count(*) FROM pair WHERE kind = ? GROUP BY 1", bins, kind)
	return out, c.fault(err)
}

// PairScores streams the pairs of a kind, best first, and of each no more than an index holds: it is the quickest way through all of them.
func (c *Catalog) PairScores(ctx context.Context, kind PairKind) iter.Seq2[Pair, error] {
	return stream(ctx, c, func(r *sql.Rows) (p Pair, err error) {
		err = r.Scan(&p.A, &p.B, &p.Score)
		return p, err
	}, "SELECT a, b, score FROM pair WHERE kind = ? ORDER BY score DESC, a, b", kind)
}
