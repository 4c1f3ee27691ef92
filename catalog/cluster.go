package catalog

import (
	"context"
	"database/sql"
	"iter"
	"slices"
)

// Member is one image of a cluster. Members are listed in order of preference: the first is the keeper.
type Member struct {
	Image      ImageID
	Similarity float64 // to the keeper, 0 to 1; 1 for the keeper itself
	Reason     string  // why it ranks where it does: "smaller (640x480)"; why chosen, for the keeper
}

// Cluster is a group of images joined by pairs, every member close to its keeper.
type Cluster struct {
	ID      ClusterID // given by the catalogue
	Kind    PairKind
	Rule    string // the keeper rule that decided, in words
	Keep    int    // how many of the members are kept, from the first on; 0 = 1
	Members []Member
}

// ClusterFilter chooses clusters of one kind.
type ClusterFilter struct {
	Kind  PairKind    // CopyPair when empty
	ID    ClusterID   // 0 = any
	IDs   []ClusterID // nil = any
	Image ImageID     // 0 = any
	After ClusterID
	Limit int // 0 = all
}

// MemberRow is a member with what a list or page shows of it.
type MemberRow struct {
	Member
	Path          string // as stored
	Hash          Hash
	Bytes         int64
	Format        string
	Width, Height int
	Label         string
	Status        Status
	Cause         Reason // of the status
}

// ClusterRow is a cluster as it stands after verdicts: Keeper is the image that is kept now, which is not the first member when that one
// vanished or was decided against.
type ClusterRow struct {
	ID      ClusterID
	Kind    PairKind
	Rule    string
	Keep    int
	Keeper  ImageID // 0 = none is left
	Members []MemberRow
}

// Clusters streams clusters by number, as of one moment.
func (c *Catalog) Clusters(ctx context.Context, f ClusterFilter) iter.Seq2[ClusterRow, error] {
	where, args := f.where()
	rows := stream(ctx, c, scanClusterMember, `SELECT c.id, c.kind, c.rule, c.keep, m.image, m.similarity, m.reason, i.sha256, i.bytes, i.format, i.width,
		i.height, i.label, i.status, i.cause, coalesce(i.cause_of, 0), i.similarity, i.note, `+anyPath("m.image")+", "+anyPath("i.cause_of")+`
		FROM cluster c JOIN member m ON m.cluster = c.id JOIN image i ON i.id = m.image
		WHERE c.id IN (SELECT id FROM cluster WHERE `+where+" ORDER BY id LIMIT ?) ORDER BY c.id, m.rank", args...)
	return func(yield func(ClusterRow, error) bool) {
		var open ClusterRow
		for row, err := range rows {
			if err != nil {
				yield(ClusterRow{}, err)
				return
			}
			if open.ID != 0 && open.ID != row.ID {
				if open.Keeper = open.keeper(); !yield(open, nil) {
					return
				}
			}
			if open.ID != row.ID {
				open = row
			} else {
				open.Members = append(open.Members, row.Members...)
			}
		}
		if open.ID != 0 {
			open.Keeper = open.keeper()
			yield(open, nil)
		}
	}
}

func (f ClusterFilter) where() (string, []any) {
	kind, limit := f.Kind, f.Limit
	if kind == "" {
		kind = CopyPair
	}
	if limit == 0 {
		limit = -1
	}
	where, args := "kind = ? AND id > ?", []any{kind, f.After}
	if f.ID != 0 {
		where, args = where+" AND id = ?", append(args, f.ID)
	}
	if f.IDs != nil {
		where, args = where+" AND id IN (SELECT value FROM json_each(?))", append(args, list(f.IDs))
	}
	if f.Image != 0 {
		where, args = where+" AND id IN (SELECT cluster FROM member WHERE image = ?)", append(args, f.Image)
	}
	return where, append(args, limit)
}

// scanClusterMember reads one member as a cluster of its own.
func scanClusterMember(r *sql.Rows) (c ClusterRow, err error) {
	var m MemberRow
	why := &m.Cause
	err = r.Scan(&c.ID, &c.Kind, &c.Rule, &c.Keep, &m.Image, &m.Similarity, &m.Reason, &m.Hash, &m.Bytes, &m.Format, &m.Width, &m.Height, &m.Label,
		&m.Status, &why.Cause, &why.Of, &why.Similarity, &why.Note, &m.Path, &why.OfPath)
	c.Members = []MemberRow{m}
	return c, err
}

// keeper is the member that others are said to be copies of, else the first that stays.
func (c *ClusterRow) keeper() ImageID {
	inside := map[ImageID]bool{}
	for _, m := range c.Members {
		inside[m.Image] = true
	}
	for _, m := range c.Members {
		if m.Cause.Cause != CausePromoted && inside[m.Cause.Of] {
			return m.Cause.Of
		}
	}
	for _, status := range []Status{Kept, Review} {
		for _, m := range c.Members {
			if m.Status == status {
				return m.Image
			}
		}
	}
	return 0
}

// Has tells whether an image is a member.
func (c *ClusterRow) Has(id ImageID) bool {
	return slices.ContainsFunc(c.Members, func(m MemberRow) bool { return m.Image == id })
}
