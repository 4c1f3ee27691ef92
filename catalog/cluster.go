package catalog

import (
	"context"
	"iter"
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
	Kind  PairKind  // CopyPair when empty
	ID    ClusterID // 0 = any
	Image ImageID   // 0 = any
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
	return nil
}
