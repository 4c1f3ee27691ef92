package dedup

// Pages of text in one type on one paper, screenshots of one program and the like are
// next to the same to a descriptor, which sees what they are and not what they say.
// Copies so near have the same layout too, and so a near hash, but for crops and
// frames, of which a picture has few. A picture that has several such neighbours with
// far hashes is one of a kind that descriptors cannot tell apart.
//
// Of 6,736 pairs of photographs and their edits (docs/dedup.md) none is between two such
// pictures with far hashes; of 24 drawn pages of text, all 285 pairs were.
const (
	sameToDescriptors = 0.95 // cosine
	otherLayout       = 12   // bits
	oneOfAKind        = 3    // neighbours
)

// OnGround marks the pictures, of n, that have several neighbours which are the same to
// descriptors and far by their hashes. Between two of them only hashes count.
func OnGround(pairs []Pair, n int) []bool {
	neighbours := make([]uint8, n)
	for _, p := range pairs {
		if p.Cosine >= sameToDescriptors && p.elsewhere() { // never true for NaN
			for _, i := range []int{p.A, p.B} {
				neighbours[i] = min(neighbours[i]+1, oneOfAKind)
			}
		}
	}
	ground := make([]bool, n)
	for i, k := range neighbours {
		ground[i] = k == oneOfAKind
	}
	return ground
}

// elsewhere tells that both pictures have hashes, and that these are far apart.
func (p Pair) elsewhere() bool { return p.HashDistance >= otherLayout && p.HashDistance < flatDistance }

// flatDistance is the distance of a flat picture from every other.
const flatDistance = 64
