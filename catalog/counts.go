package catalog

import (
	"context"
	"database/sql"
)

// Counts is the catalogue at a glance.
type Counts struct {
	Locations  int            // live
	Gone       int            // locations that left
	Unreadable int            // live locations whose file could not be read
	Images     int            // distinct contents
	Exact      int            // live locations beyond the first of each image: exact copies
	Staying    int            // files of removed images that are where ingest found them: as many as Leavings returns
	Status     map[Status]int // images; every status is there
	Causes     map[Cause]int  // images by the rule that gave the status
	Label      map[string]int // kept images; "" = without
	Subject    map[string]int
	Source     map[string]int
	Generator  map[string]int
	Split      map[Split]int  // images in each split, whatever their status
	Issues     map[string]int // flagged, among kept and review images
	Unchecked  int            // usable images never checked
	Pairs      int            // copy pairs at or above the threshold of the last dedup
	Clusters   int            // of copies
	Alike      int            // groups of look-alikes
	AlikePairs int            // at or above the threshold of the last dedup for them
	Verdicts   int
	Spaces     []SpaceCount
	Runs       []Run // the last run of each kind
}

// SpaceCount is a space with the number of its embeddings.
type SpaceCount struct {
	Space
	Embeddings int
}

// Counts counts everything, as of one moment.
func (c *Catalog) Counts(ctx context.Context) (n Counts, err error) {
	err = c.view(ctx, func(tx *sql.Tx) error {
		for _, count := range []func(context.Context, *sql.Tx) error{n.countPlaces, n.countImages, n.countKept, n.countMarks, n.countSpaces} {
			if err := count(ctx, tx); err != nil {
				return err
			}
		}
		n.Runs, err = collect(ctx, tx, c.scanRun, "SELECT "+runColumns+" FROM run WHERE id IN (SELECT max(id) FROM run GROUP BY kind) ORDER BY id")
		return err
	})
	return n, err
}

func (n *Counts) countPlaces(ctx context.Context, tx *sql.Tx) error {
	// Each by an index: rows of locations are long.
	return tx.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE gone = ''), count(*) FILTER (WHERE gone <> ''),
		(SELECT count(*) FROM location WHERE problem <> '' AND gone = ''),
		count(image) FILTER (WHERE gone = '') - count(DISTINCT image) FILTER (WHERE gone = ''),
		(SELECT count(*) FROM image i CROSS JOIN location l ON l.image = i.id WHERE i.status = 'removed' AND l.gone = '' AND l.kind = 'file') -
		(SELECT count(DISTINCT l.id) FROM move m JOIN location l ON l.id = m.location AND l.path = m.target JOIN image i ON i.id = l.image
			WHERE m.state = 'moved' AND i.status = 'removed' AND l.gone = '' AND l.kind = 'file') FROM location`).Scan(&n.Locations, &n.Gone,
		&n.Unreadable, &n.Exact, &n.Staying)
}

// StatusCounts counts the images of each status; every status is there.
func (c *Catalog) StatusCounts(ctx context.Context) (map[Status]int, error) {
	n, err := statusCounts(ctx, c.read)
	return n, c.fault(err)
}

func statusCounts(ctx context.Context, q querier) (map[Status]int, error) {
	n, err := countBy[Status](ctx, q, "SELECT status, count(*) FROM image GROUP BY status")
	for _, s := range Statuses() {
		n[s] += 0
	}
	return n, err
}

func (n *Counts) countImages(ctx context.Context, tx *sql.Tx) (err error) {
	n.Status, n.Causes = map[Status]int{}, map[Cause]int{}
	for _, s := range Statuses() {
		n.Status[s] = 0
	}
	err = each(ctx, tx, func(r *sql.Rows) error {
		var s Status
		var why Cause
		var k int
		err := r.Scan(&s, &why, &k)
		n.Status[s] += k
		n.Causes[why] += k
		n.Images += k
		return err
	}, "SELECT status, cause, count(*) FROM image GROUP BY 1, 2")
	if err != nil {
		return err
	}
	if n.Split, err = countBy[Split](ctx, tx, "SELECT split, count(*) FROM split GROUP BY split"); err != nil {
		return err
	}
	return tx.QueryRowContext(ctx, "SELECT count(*) FROM image i WHERE checked = 0 AND "+usable).Scan(&n.Unchecked)
}

func (n *Counts) countKept(ctx context.Context, tx *sql.Tx) error {
	n.Label, n.Subject, n.Source, n.Generator = map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	err := each(ctx, tx, func(r *sql.Rows) error {
		var label, subject, generator, source string
		var k int
		err := r.Scan(&label, &subject, &generator, &source, &k)
		n.Label[label] += k
		n.Subject[subject] += k
		n.Generator[generator] += k
		n.Source[source] += k
		return err
	}, "SELECT label, subject, generator, source, count(*) FROM image WHERE status = 'kept' GROUP BY 1, 2, 3, 4")
	if err != nil {
		return err
	}
	n.Issues, err = issueCounts(ctx, tx)
	return err
}

// IssueCounts counts the kept and review images that are flagged with each issue.
func (c *Catalog) IssueCounts(ctx context.Context) (map[string]int, error) {
	n, err := issueCounts(ctx, c.read)
	return n, c.fault(err)
}

func issueCounts(ctx context.Context, q querier) (map[string]int, error) {
	return countBy[string](ctx, q, `SELECT s.name, count(*) FROM issue s CROSS JOIN image i ON i.id = s.image
		WHERE s.name IN (`+issueNames+`) AND s.flagged = 1 AND i.status IN ('kept', 'review') GROUP BY s.name`)
}

func (n *Counts) countMarks(ctx context.Context, tx *sql.Tx) error {
	return tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM cluster WHERE kind = 'copy'), (SELECT count(*) FROM cluster WHERE kind = 'similar'),
		(SELECT count(*) FROM verdict),
		(SELECT count(*) FROM pair p JOIN marks m ON m.kind = p.kind WHERE p.kind = 'copy' AND p.score >= m.threshold),
		(SELECT count(*) FROM pair p JOIN marks m ON m.kind = p.kind WHERE p.kind = 'similar' AND p.score >= m.threshold)`).Scan(&n.Clusters,
		&n.Alike, &n.Verdicts, &n.Pairs, &n.AlikePairs)
}

func (n *Counts) countSpaces(ctx context.Context, tx *sql.Tx) error {
	spaces, err := collect(ctx, tx, scanSpace, "SELECT "+spaceColumns+" FROM space ORDER BY id")
	if err != nil {
		return err
	}
	embeddings := map[SpaceID]int{}
	err = each(ctx, tx, func(r *sql.Rows) error {
		var id SpaceID
		var k int
		err := r.Scan(&id, &k)
		embeddings[id] = k
		return err
	}, "SELECT space, count(*) FROM embedding GROUP BY space")
	for _, s := range spaces {
		n.Spaces = append(n.Spaces, SpaceCount{Space: s, Embeddings: embeddings[s.ID]})
	}
	return err
}

// Table counts kept and review images by label and subject: what ingest prints at its end. Keys are label, then subject; "" = not said.
func (c *Catalog) Table(ctx context.Context) (map[string]map[string]int, error) {
	out := map[string]map[string]int{}
	err := each(ctx, c.read, func(r *sql.Rows) error {
		var label, subject string
		var k int
		err := r.Scan(&label, &subject, &k)
		if out[label] == nil {
			out[label] = map[string]int{}
		}
		out[label][subject] += k
		return err
	}, "SELECT label, subject, count(*) FROM image WHERE status IN ('kept', 'review') GROUP BY status, label, subject") // as the index on them goes
	return out, c.fault(err)
}
