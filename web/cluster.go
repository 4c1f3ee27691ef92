package web

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"strconv"
	"strings"

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
	Say     string // in one sentence, why these are together
	Doubt   string // what speaks against it; "" = nothing
	Decided bool
}

// member is one picture of a cluster.
type member struct {
	catalog.MemberRow
	Number   int    // key that makes it the keeper
	Shown    string // path
	Thumb    string // address
	Full     string
	Evidence evidence
	Verdict  string // what a person said of it and the keeper
	Keeper   bool
	Gone     bool
}

// evidence is why a member and the keeper are taken for one picture.
type evidence struct {
	Known       bool
	Similarity  float64
	Cosine      float64
	HasCosine   bool
	Hash        int // bits, -1 = not measured
	Orientation int
	Turn        string // how the member has to be turned to lie on the keeper; CSS class
	Words       string
}

// cluster gathers the card of a cluster.
func (s *Server) cluster(ctx context.Context, id catalog.ClusterID) (*cluster, error) {
	for _, kind := range []catalog.PairKind{catalog.CopyPair, catalog.SimilarPair} {
		for row, err := range s.env.Catalog.Clusters(ctx, catalog.ClusterFilter{ID: id, Kind: kind}) {
			if err != nil {
				return nil, err
			}
			return s.describe(ctx, row)
		}
	}
	return nil, problem{http.StatusNotFound, fmt.Sprintf("There is no cluster %d any more", id), "A new dedup has made other clusters, or its members were decided to be distinct."}
}

func (s *Server) describe(ctx context.Context, row catalog.ClusterRow) (*cluster, error) {
	said, err := s.pairVerdicts(ctx)
	if err != nil {
		return nil, err
	}
	keeper := row.Keeper
	if keeper == 0 {
		keeper = row.Members[0].Image
	}
	pairs, err := s.evidenceOf(ctx, row.Kind, keeper)
	if err != nil {
		return nil, err
	}
	c := &cluster{ID: row.ID, Kind: row.Kind, Rule: row.Rule, Lowest: 1, Decided: true, Seen: fingerprint(row, said)}
	for i, m := range row.Members {
		shown := member{MemberRow: m, Number: i + 1, Shown: s.view.Show(m.Path), Thumb: thumbAddress(m.Image, m.Hash), Full: fullAddress(m.Image, m.Hash)}
		shown.Gone = m.Status == catalog.Missing
		c.Mixed = c.Mixed || m.Label != row.Members[0].Label
		if m.Image == keeper {
			shown.Keeper = true
			c.Keeper = shown
			continue
		}
		shown.Evidence = newEvidence(pairs[m.Image], keeper, m.Similarity)
		shown.Verdict = string(said[couple{min(keeper, m.Image), max(keeper, m.Image)}])
		if m.Cause.Cause == catalog.CauseVerdict {
			shown.Verdict = string(m.Status) + " by you"
		}
		c.Decided = c.Decided && (shown.Verdict != "" || !open(row.Kind, m))
		c.Lowest = min(c.Lowest, shown.Evidence.Similarity)
		c.Others = append(c.Others, shown)
	}
	for i := range c.Others {
		c.Others[i].Evidence.Words = difference(c.Keeper, c.Others[i])
	}
	c.Say, c.Doubt = c.sentence(), c.doubt()
	return c, nil
}

// open tells whether there is something to be decided of a member that is not the keeper: of
// look-alikes several may stay.
func open(kind catalog.PairKind, m catalog.MemberRow) bool {
	return kind != catalog.SimilarPair || m.Status == catalog.Removed && m.Cause.Cause == catalog.CauseSimilar
}

type couple struct{ a, b catalog.ImageID }

func (s *Server) pairVerdicts(ctx context.Context) (map[couple]catalog.VerdictKind, error) {
	list, err := s.env.Catalog.PairVerdicts(ctx)
	said := make(map[couple]catalog.VerdictKind, len(list))
	for _, v := range list {
		said[couple{v.A, v.B}] = v.Kind
	}
	return said, err
}

// evidenceOf lists the pairs of an image by the other one.
func (s *Server) evidenceOf(ctx context.Context, kind catalog.PairKind, id catalog.ImageID) (map[catalog.ImageID]catalog.PairRow, error) {
	out := map[catalog.ImageID]catalog.PairRow{}
	for p, err := range s.env.Catalog.Pairs(ctx, catalog.PairFilter{Kind: kind, Image: id}) {
		if err != nil {
			return nil, err
		}
		out[p.A+p.B-id] = p
	}
	return out, nil
}

func newEvidence(p catalog.PairRow, keeper catalog.ImageID, similarity float64) evidence {
	e := evidence{Similarity: similarity, Hash: -1, Orientation: 1}
	if p.A == 0 {
		return e
	}
	e.Known, e.Hash, e.Similarity = true, p.HashDistance, p.Score
	if p.Orientation > 0 {
		e.Orientation = p.Orientation // that lays B on A
		if keeper == p.B {
			e.Orientation = inverse[p.Orientation]
		}
	}
	if !math.IsNaN(p.Cosine) {
		e.Cosine, e.HasCosine = p.Cosine, true
	}
	if e.Orientation != 1 && e.Hash >= 0 && e.Hash <= 12 {
		e.Turn = "turn" + strconv.Itoa(e.Orientation)
	}
	return e
}

// inverse has the orientation that takes an EXIF orientation back.
var inverse = [9]int{0, 1, 2, 3, 4, 5, 8, 7, 6}

// fingerprint tells whether a cluster is still what a person saw.
func fingerprint(row catalog.ClusterRow, said map[couple]catalog.VerdictKind) string {
	h := fnv.New64a()
	fmt.Fprint(h, row.ID, row.Keeper)
	for i, m := range row.Members {
		fmt.Fprint(h, m.Hash, m.Status, m.Cause.Cause)
		for _, o := range row.Members[:i] {
			fmt.Fprint(h, said[couple{min(o.Image, m.Image), max(o.Image, m.Image)}])
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

// sentence says in plain words why these pictures are together.
func (c *cluster) sentence() string {
	switch {
	case len(c.Others) == 0:
		return "Nothing is left to compare it with"
	case len(c.Others) > 1 && c.Kind == catalog.SimilarPair:
		return fmt.Sprintf("%d pictures that look alike", len(c.Others)+1)
	case len(c.Others) > 1:
		return fmt.Sprintf("%d versions of one picture, it seems", len(c.Others)+1)
	case c.Kind == catalog.SimilarPair:
		return "These two look alike: " + c.Others[0].Evidence.Words
	}
	return "The second seems to be the first, " + c.Others[0].Evidence.Words
}

// turnWords say how a picture was turned, by EXIF orientation.
var turnWords = [9]string{2: "mirrored", 3: "turned upside down", 4: "mirrored upside down", 5: "mirrored and turned", 6: "turned by 90 degrees", 7: "mirrored and turned",
	8: "turned by 90 degrees"}

// difference says how a member differs from the keeper.
func difference(k, m member) string {
	var words []string
	if e := m.Evidence; e.Turn != "" {
		words = append(words, turnWords[e.Orientation])
	}
	switch pk, pm := k.Width*k.Height, m.Width*m.Height; {
	case pm*10 < pk*9:
		words = append(words, fmt.Sprintf("at %.0f%% of its pixels", 100*float64(pm)/float64(max(1, pk))))
	case pm*9 > pk*10:
		words = append(words, "larger")
	case k.Width != m.Width || k.Height != m.Height:
		words = append(words, "cropped or stretched a little")
	}
	if k.Format != m.Format {
		words = append(words, "as "+strings.ToUpper(m.Format))
	} else if m.Bytes*10 < k.Bytes*8 && k.Width == m.Width {
		words = append(words, "compressed harder")
	}
	if e := m.Evidence; len(words) == 0 && e.Hash > 6 {
		words = append(words, "with visible changes")
	}
	if len(words) == 0 {
		return "almost the same to the pixel"
	}
	return strings.Join(words, ", ")
}

// doubt says what a person should look at twice.
func (c *cluster) doubt() string {
	if c.Mixed && c.Kind != catalog.SimilarPair { // two classes of one scene are no contradiction
		return "The labels disagree: one of them is wrong, or these are two pictures."
	}
	var least *member
	for i := range c.Others {
		if m := &c.Others[i]; least == nil || m.Evidence.Similarity < least.Evidence.Similarity {
			least = m
		}
	}
	if least == nil {
		return ""
	}
	e := least.Evidence
	switch {
	case e.HasCosine && e.Hash > 16 && e.Similarity < .97:
		return fmt.Sprintf("Look closely: the layouts differ (hash %d of 64 bits), only the model holds them for one picture (%.2f).", e.Hash, e.Similarity)
	case e.HasCosine && e.Hash >= 0 && e.Hash <= 6 && e.Similarity < .97:
		return fmt.Sprintf("Look closely: same layout, but the model is not sure (%.2f).", e.Similarity)
	case e.Similarity < .95:
		return fmt.Sprintf("Look closely: %.2f is not far above the threshold.", e.Similarity)
	}
	return ""
}
