package catalog

import (
	"context"
	"database/sql"
	"iter"
	"strings"
	"time"
)

// Candidate is one usable image (not invalid, not missing) with what the choice of a keeper may look at.
type Candidate struct {
	Image         ImageID
	Hash          Hash
	Path          string // as stored
	Bytes         int64
	Format        string
	Width, Height int
	PHash         *PHash // nil = not measured
	Metadata      map[string]any
	ModTime       int64     // oldest of its live locations, Unix nanoseconds
	Added         time.Time // to the catalogue
	Locations     int
	Label         string
	Subject       string
	Prompt        string
	Conflict      bool        // label conflict not decided
	Fate          VerdictKind // Keep, Remove or empty
}

// Candidates streams what dedup looks at, by image number, as of one moment.
func (c *Catalog) Candidates(ctx context.Context) iter.Seq2[Candidate, error] {
	return stream(ctx, c, scanCandidate, `SELECT i.id, i.sha256, i.bytes, i.format, i.width, i.height, i.phash, i.metadata, i.added, i.label, i.subject,
		i.prompt, i.conflict, coalesce(v.kind, ''), count(*), min(l.mtime),
		(SELECT path FROM location WHERE image = i.id AND gone = '' ORDER BY id LIMIT 1)
		FROM image i JOIN location l ON l.image = i.id AND l.gone = ''
		LEFT JOIN verdict v ON v.topic = 'fate' AND v.a = i.sha256 AND v.b = x''
		WHERE `+usable+` GROUP BY i.id ORDER BY i.id`)
}

func scanCandidate(r *sql.Rows) (k Candidate, err error) {
	var phash []byte
	var metadata, added, conflict string
	if err := r.Scan(&k.Image, &k.Hash, &k.Bytes, &k.Format, &k.Width, &k.Height, &phash, &metadata, &added, &k.Label, &k.Subject, &k.Prompt, &conflict, &k.Fate,
		&k.Locations, &k.ModTime, &k.Path); err != nil {
		return k, err
	}
	k.Conflict = namesLabel(conflict)
	if k.PHash, err = readPHash(phash); err != nil {
		return k, err
	}
	if k.Metadata, err = readObject(metadata); err != nil {
		return k, err
	}
	k.Added, err = unstamp(added)
	return k, err
}

// namesLabel tells whether a stored list of conflicts has what a person must decide.
func namesLabel(conflict string) bool {
	for name := range strings.SplitSeq(conflict, ",") {
		if name == saidFields[0] || name == saidFields[1] {
			return true
		}
	}
	return false
}
