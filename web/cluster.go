package web

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"path/filepath"
	"strconv"

	"github.com/curate/curate/catalog"
)

// cluster is what the card of a cluster shows.
type cluster struct {
	ID      catalog.ClusterID
	Kind    catalog.PairKind
	Rule    string
	Mixed   bool   // labels disagree
	Seen    string // fingerprint of what is shown: a decision is refused when it has changed
	Keeper  member
	Others  []member // in order of preference
	Lowest  float64
	Say     string   // in one sentence, why these are together
	Doubts  []string // what speaks against it
	Decided bool
}

// member is one picture of a cluster.
type member struct {
	catalog.MemberRow
	Number   int    // key that makes it the keeper
	Shown    string // path
	Name     string // the path's last part
	Thumb    string // address
	Full     string
	Evidence evidence
	Verdict  string // what a person said of it and the keeper
	Keeper   bool
	Gone     bool
	image    catalog.Image // with all that is known of it
}

// verdicts is what persons have said of pairs.
type verdicts map[couple]catalog.VerdictKind

type couple struct{ a, b catalog.ImageID }

func coupleOf(a, b catalog.ImageID) couple { return couple{min(a, b), max(a, b)} }

func (v verdicts) of(a, b catalog.ImageID) catalog.VerdictKind { return v[coupleOf(a, b)] }

// known is what the catalogue has of the members of some clusters of one kind, read together.
type known struct {
	said   verdicts
	pairs  map[couple]catalog.Pair
	images map[catalog.ImageID]catalog.Image
}

// membersOf lists the images of clusters.
func membersOf(rows []catalog.ClusterRow) (ids []catalog.ImageID) {
	for _, row := range rows {
		for _, m := range row.Members {
			ids = append(ids, m.Image)
		}
	}
	return ids
}

// verdictsOn reads what was said of pairs within clusters.
func (s *Server) verdictsOn(ctx context.Context, rows ...catalog.ClusterRow) (verdicts, error) {
	list, err := s.env.Catalog.PairVerdictsAmong(ctx, membersOf(rows))
	said := make(verdicts, len(list))
	for _, v := range list {
		said[couple{v.A, v.B}] = v.Kind
	}
	return said, err
}

// pairsOf reads the pairs within clusters of a kind.
func (s *Server) pairsOf(ctx context.Context, kind catalog.PairKind, rows ...catalog.ClusterRow) (map[couple]catalog.Pair, error) {
	list, err := s.env.Catalog.PairsAmong(ctx, kind, membersOf(rows))
	pairs := make(map[couple]catalog.Pair, len(list))
	for _, p := range list {
		pairs[couple{p.A, p.B}] = p
	}
	return pairs, err
}

func (s *Server) knownOf(ctx context.Context, kind catalog.PairKind, rows ...catalog.ClusterRow) (k known, err error) {
	if k.said, err = s.verdictsOn(ctx, rows...); err != nil {
		return k, err
	}
	if k.pairs, err = s.pairsOf(ctx, kind, rows...); err != nil {
		return k, err
	}
	k.images, err = s.env.Catalog.ImagesByID(ctx, membersOf(rows))
	return k, err
}

// cluster gathers the card of a cluster.
func (s *Server) cluster(ctx context.Context, id catalog.ClusterID) (*cluster, error) {
	row, err := s.clusterRow(ctx, id)
	if err != nil {
		return nil, err
	}
	k, err := s.knownOf(ctx, row.Kind, row)
	if err != nil {
		return nil, err
	}
	return s.describe(ctx, row, k, false), nil
}

// clusterRows reads clusters of a kind, in the order of their numbers as given. Those that are there no longer are left out.
func (s *Server) clusterRows(ctx context.Context, kind catalog.PairKind, ids []catalog.ClusterID) (out []catalog.ClusterRow, err error) {
	found := make(map[catalog.ClusterID]catalog.ClusterRow, len(ids))
	for row, err := range s.env.Catalog.Clusters(ctx, catalog.ClusterFilter{IDs: ids, Kind: kind}) {
		if err != nil {
			return nil, err
		}
		found[row.ID] = row
	}
	for _, id := range ids {
		if row, there := found[id]; there {
			out = append(out, row)
		}
	}
	return out, nil
}

// clusterRow finds a cluster of either kind.
func (s *Server) clusterRow(ctx context.Context, id catalog.ClusterID) (catalog.ClusterRow, error) {
	for _, kind := range []catalog.PairKind{catalog.CopyPair, catalog.SimilarPair} {
		for row, err := range s.env.Catalog.Clusters(ctx, catalog.ClusterFilter{ID: id, Kind: kind}) {
			return row, err
		}
	}
	return catalog.ClusterRow{}, problem{http.StatusNotFound, fmt.Sprintf("There is no cluster %d any more", id),
		"A new dedup has made other clusters, or its members were decided to be distinct."}
}

// describe gathers what a card shows of a cluster. With quick its pictures are not looked at, unless they were before.
func (s *Server) describe(ctx context.Context, row catalog.ClusterRow, k known, quick bool) *cluster {
	keeper := keeperOf(row)
	c := &cluster{ID: row.ID, Kind: row.Kind, Rule: row.Rule, Lowest: 1, Decided: true, Seen: fingerprint(row, k.said)}
	for i, m := range row.Members {
		shown := s.member(m, i+1, k.images[m.Image])
		c.Mixed = c.Mixed || m.Label != row.Members[0].Label
		if m.Image == keeper {
			shown.Keeper = true
			c.Keeper = shown
			continue
		}
		shown.Evidence = newEvidence(k.pairs[coupleOf(keeper, m.Image)], keeper, m.Similarity)
		shown.Verdict = string(k.said.of(keeper, m.Image))
		if m.Cause.Cause == catalog.CauseVerdict {
			shown.Verdict = string(m.Status) + " by you"
		}
		c.Decided = c.Decided && (shown.Verdict != "" || !open(row.Kind, m))
		c.Lowest = min(c.Lowest, shown.Evidence.Similarity)
		c.Others = append(c.Others, shown)
	}
	s.layOver(ctx, c, quick)
	for i := range c.Others {
		c.Others[i].Evidence.Words = difference(c.Keeper, c.Others[i])
	}
	c.Say, c.Doubts = c.sentence(), c.doubts()
	return c
}

// keeperOf is the image that is kept of a cluster, or the one that would be.
func keeperOf(row catalog.ClusterRow) catalog.ImageID {
	if row.Keeper != 0 {
		return row.Keeper
	}
	return row.Members[0].Image
}

func (s *Server) member(m catalog.MemberRow, number int, im catalog.Image) member {
	return member{
		MemberRow: m, Number: number, Shown: s.shown(m.Path), Name: seen(filepath.Base(m.Path)), Thumb: thumbAddress(m.Image, m.Hash),
		Full: fullAddress(m.Image, m.Hash), Gone: m.Status == catalog.Missing, image: im,
	}
}

// open tells whether there is something to be decided of a member that is not the keeper: of
// look-alikes several may stay.
func open(kind catalog.PairKind, m catalog.MemberRow) bool {
	return kind != catalog.SimilarPair || m.Status == catalog.Removed && m.Cause.Cause == catalog.CauseSimilar
}

// fingerprint tells whether a cluster is still what a person saw.
func fingerprint(row catalog.ClusterRow, said verdicts) string {
	h := fnv.New64a()
	fmt.Fprint(h, row.ID, row.Keeper)
	for i, m := range row.Members {
		fmt.Fprint(h, m.Hash, m.Status, m.Cause.Cause)
		for _, o := range row.Members[:i] {
			fmt.Fprint(h, said.of(o.Image, m.Image))
		}
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

func thumbAddress(id catalog.ImageID, h catalog.Hash) string {
	return fmt.Sprintf("/thumb/%d/%s", id, h.String()[:16])
}

func fullAddress(id catalog.ImageID, h catalog.Hash) string {
	return fmt.Sprintf("/picture/%d/%s", id, h.String()[:16])
}
