package dedup

import (
	"math"
	"strings"
)

// Kinds says which evidence speaks for a pair: a set of bits.
type Kinds uint8

// The kinds of evidence. Exact copies have one content and so are one image;
// ByExact is for callers that list such locations as pairs.
const (
	ByExact Kinds = 1 << iota
	ByHash        // perception hashes are close
	ByViT         // embeddings are close
)

// String returns the kinds joined with "+": "hash+vit".
func (k Kinds) String() string {
	var names []string
	for i, name := range []string{"exact", "hash", "vit"} {
		if k&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "+")
}

// Pair is two pictures, named by their index, A < B, and how alike they are.
type Pair struct {
	A, B       int
	Similarity float32 // 0 to 1: the larger of what cosine and hash stand for
	Cosine     float32 // of the whitened embeddings; NaN where one is missing
	// HashDistance is in bits of 64; 64 where a picture is flat.
	HashDistance int
	Orientation  int // EXIF orientation that turns B's picture into A's, 1 = as it is
	Kinds        Kinds
}

// Scorer tells how alike any two pictures are, from their embeddings and hashes.
// It only reads; several goroutines may use it.
type Scorer struct {
	Vectors *Vectors // nil without embeddings
	Hashes  []Hash   // nil without hashes

	// Scales, if set, has the scale of each picture (see [Crowding]): Cosine and Apart are
	// given cosines told in them.
	Scales []float32

	// Cosine and Hash turn evidence into a similarity from 0 to 1; both must be
	// monotone. nil means: take the cosine itself, and hashes as no evidence.
	Cosine func(cosine float64) float64
	Hash   func(distance int) float64
	// HashDistance is the largest distance at which a hash counts at all.
	HashDistance int

	// Flat, if set, stands in for Cosine where a picture is too flat to have a hash: to a
	// descriptor all blank frames and gradients look alike.
	Flat func(cosine float64) float64
	// SameFaint, if set, tells whether two pictures without hashes show the same; those
	// that do not are no copies, however near their embeddings. See [Faint].
	SameFaint func(a, b int) bool
	// Ground marks pictures that are alike in their ground only; see [OnGround].
	Ground []bool

	// Apart, if set, returns for pairs that are known to have been made apart, such as
	// two seeds of one prompt, what stands in for Cosine, and nil for all others. Such
	// pairs look alike without being copies: of their hashes only equal ones count.
	Apart func(a, b int) func(cosine float64) float64
}

// Pair returns the pair of a and b with all its evidence.
func (s *Scorer) Pair(a, b int) Pair {
	if a > b {
		a, b = b, a
	}
	var apart func(cosine float64) float64
	if s.Apart != nil {
		apart = s.Apart(a, b)
	}
	p := Pair{A: a, B: b, Cosine: float32(math.NaN()), HashDistance: 64, Orientation: 1}
	if s.Hashes != nil {
		p.HashDistance, p.Orientation = Distance(s.Hashes[a], s.Hashes[b])
	}
	if s.Vectors.has(a) && s.Vectors.has(b) {
		cosine := s.Vectors.Cosine(a, b)
		p.Cosine = float32(cosine)
		told := s.told(a, b, cosine)
		p.Similarity = float32(s.cosine(told))
		if apart != nil {
			p.Similarity = float32(apart(told))
		}
		if s.Hashes != nil && (s.Hashes[a].Flat() || s.Hashes[b].Flat()) {
			p.Similarity = min(p.Similarity, float32(s.flat(a, b, cosine)))
		}
		if s.groundOnly(p) {
			p.Similarity = 0
		}
		p.Kinds = ByViT
	}
	if s.Hash != nil && p.HashDistance <= s.HashDistance && (apart == nil || p.HashDistance == 0) && !p.contradicted() {
		p.Kinds |= ByHash
		p.Similarity = max(p.Similarity, float32(s.Hash(p.HashDistance)))
	}
	return p
}

// flat is the similarity at most of a pair of which one is too flat to have a hash.
func (s *Scorer) flat(a, b int, cosine float64) float64 {
	switch {
	case s.SameFaint != nil && s.Hashes[a].Flat() && s.Hashes[b].Flat() && !s.SameFaint(a, b):
		return 0
	case s.Flat != nil:
		return s.Flat(cosine)
	}
	return 1
}

// Below these cosines of whitened embeddings two pictures are strangers, whatever
// their hashes say: as they are or mirrored, and turned in any other way. Of 2,400
// copies with hashes at most 10 bits apart, edited in twelve ways, the lowest cosine was
// 0.27 and 0.07; of strangers with such hashes the highest was 0.07. Generators that
// start from the same noise give different pictures the same coarse layout, which
// is all that 64 bits see.
const (
	strangers       = 0.25
	strangersTurned = 0.1
)

// contradicted tells whether the embeddings speak against what the hashes say.
// Equal hashes stand on their own.
func (p Pair) contradicted() bool {
	limit := float32(strangers)
	if p.Orientation > 2 {
		limit = strangersTurned
	}
	return p.HashDistance > 0 && p.Cosine < limit // never true for NaN
}

// groundOnly tells that what speaks for a pair is that both lie on one ground.
func (s *Scorer) groundOnly(p Pair) bool {
	return s.Ground != nil && s.Ground[p.A] && s.Ground[p.B] && p.elsewhere()
}

// Similarity returns Pair(a, b).Similarity.
func (s *Scorer) Similarity(a, b int) float64 { return float64(s.Pair(a, b).Similarity) }

func (s *Scorer) cosine(c float64) float64 {
	if s.Cosine == nil {
		return max(0, c)
	}
	return s.Cosine(c)
}
