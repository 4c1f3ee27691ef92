package dedup

import (
	"cmp"
	"slices"
)

// Clustering is what [Cluster] groups.
type Clustering struct {
	// Pairs are the pairs that were found, each once; those under Threshold are
	// passed over.
	Pairs     []Pair
	Threshold float64
	// Nearest is the bound under which a picture's pairs are known to be all it
	// has (64 if 0, as in the joins).
	Nearest int
	// Crowded marks pictures of which the joins kept some pairs only, besides those
	// with Nearest or more; nil = none.
	Crowded []bool
	// Linked holds what the joins linked beyond the pairs they kept; nil if nothing.
	// Cluster adds the pairs to it.
	Linked *Components
	// Rank lists all pictures, best first; a keeper is the best of its cluster.
	Rank []int
	// Similarity tells how alike any two pictures are. It is asked, by several
	// goroutines at once, only where a picture has Nearest or more pairs or is crowded.
	Similarity func(a, b int) float64
	// Likely, if set, spares Similarity where it would be asked for all of a crowd by
	// many keepers: it returns for each row the columns, in their order, that may be at
	// Threshold or more, or nil if it cannot tell.
	Likely func(rows, cols []int) [][]int
	// Same and Distinct are verdicts on pairs.
	Same, Distinct [][2]int
}

// Group is one cluster: a keeper and its copies.
type Group struct {
	Keeper  int
	Members []Member // without the keeper, best ranked first; never empty
}

// Member is a picture in a cluster.
type Member struct {
	Index      int
	Similarity float64 // to the keeper
	BySame     bool    // here because of a "same" verdict, whatever the similarity
}

// Cluster groups pictures so that every member is at least Threshold similar to
// its keeper, so a chain of small steps does not become one cluster. Pictures are
// taken from the best ranked down; each that is not yet in a cluster becomes a
// keeper and takes all free pictures close to it (a star). Pictures that a "same"
// verdict joins always stay together; pictures with a "distinct" verdict never
// come together, not even through a third.
//
// The groups come in order of their keepers' rank. The result depends on the
// rank, the pairs and the verdicts only, not on the order of any input.
func Cluster(c Clustering) []Group {
	if c.Nearest == 0 {
		c.Nearest = 64
	}
	s := newStars(&c)
	var groups []Group
	for _, keeper := range c.Rank {
		if s.taken[keeper] {
			continue
		}
		if members := s.take(keeper); len(members) > 0 {
			groups = append(groups, Group{Keeper: keeper, Members: members})
		}
	}
	return groups
}

// stars is the state of Cluster.
type stars struct {
	*Clustering
	taken    []bool
	place    []int            // rank of each picture
	close    map[int][]Member // its pairs at or above the threshold
	same     *Components      // what "same" verdicts join
	united   map[int][]int    // first of a "same" group -> all of it
	distinct map[int][]int
	crowd    *Components         // what pairs and links connect
	crowds   map[int]*crowdState // by their first, those with a full list
}

// crowdState is pictures of which some have more pairs than are listed.
type crowdState struct {
	free  []int         // best ranked first
	ahead map[int][]int // who may be close to the keepers that were looked up together
	next  int           // how many to look up next time
}

// mostAhead is how many keepers of a crowd are looked up together at most.
const mostAhead = 512

func newStars(c *Clustering) *stars {
	n := len(c.Rank)
	s := &stars{Clustering: c, taken: make([]bool, n), place: make([]int, n), close: map[int][]Member{},
		same: NewComponents(n), united: map[int][]int{}, distinct: map[int][]int{}, crowd: c.Linked}
	for place, i := range c.Rank {
		s.place[i] = place
	}
	if s.crowd == nil {
		s.crowd = NewComponents(n)
	}
	for _, p := range c.Pairs {
		if sim := float64(p.Similarity); sim >= c.Threshold {
			s.close[p.A] = append(s.close[p.A], Member{Index: p.B, Similarity: sim})
			s.close[p.B] = append(s.close[p.B], Member{Index: p.A, Similarity: sim})
			s.crowd.Join(p.A, p.B)
		}
	}
	s.applyVerdicts()
	s.findCrowds()
	return s
}

func (s *stars) applyVerdicts() {
	for _, p := range s.Same {
		s.same.Join(p[0], p[1])
	}
	for _, g := range s.same.Groups() {
		s.united[g[0]] = g
	}
	for _, p := range s.Distinct {
		s.distinct[p[0]] = append(s.distinct[p[0]], p[1])
		s.distinct[p[1]] = append(s.distinct[p[1]], p[0])
	}
}

// full tells that i may have more pairs than are listed.
func (s *stars) full(i int) bool {
	return len(s.close[i]) >= s.Nearest || s.Crowded != nil && s.Crowded[i]
}

// findCrowds lists the connected pictures around those whose list of pairs is full.
func (s *stars) findCrowds() {
	s.crowds = map[int]*crowdState{}
	for _, i := range s.Rank {
		if s.full(i) {
			s.crowds[s.crowd.Find(i)] = nil
		}
	}
	if len(s.crowds) == 0 {
		return
	}
	for _, g := range s.crowd.Groups() {
		if _, full := s.crowds[g[0]]; full {
			first := g[0]
			slices.SortFunc(g, func(a, b int) int { return cmp.Compare(s.place[a], s.place[b]) })
			s.crowds[first] = &crowdState{free: g, next: 1}
		}
	}
}

// take makes keeper the centre of a star and returns who joined it.
func (s *stars) take(keeper int) []Member {
	s.taken[keeper] = true
	inside := map[int]bool{keeper: true}
	var members []Member
	join := func(m Member) {
		s.taken[m.Index], inside[m.Index] = true, true
		members = append(members, m)
	}
	for _, m := range s.unitedWith(keeper) {
		join(Member{Index: m, Similarity: s.similarity(keeper, m), BySame: true})
	}
	for _, m := range s.around(keeper) {
		if s.taken[m.Index] || s.forbidden(m.Index, inside) {
			continue
		}
		join(m)
		for _, other := range s.unitedWith(m.Index) {
			join(Member{Index: other, Similarity: s.similarity(keeper, other), BySame: true})
		}
	}
	slices.SortFunc(members, func(a, b Member) int { return cmp.Compare(s.place[a.Index], s.place[b.Index]) })
	return members
}

// around returns the pictures close to i, best ranked first.
func (s *stars) around(i int) []Member {
	near := s.close[i]
	if s.full(i) {
		near = s.inCrowd(i)
	}
	slices.SortFunc(near, func(a, b Member) int { return cmp.Compare(s.place[a.Index], s.place[b.Index]) })
	return near
}

// inCrowd returns the free pictures of i's crowd that are close to it.
func (s *stars) inCrowd(i int) []Member {
	free := s.mayBeClose(i, s.crowds[s.crowd.Find(i)])
	similar := make([]float64, len(free))
	inParallel(len(free), func(k int) {
		if free[k] != i {
			similar[k] = s.Similarity(i, free[k])
		}
	})
	var near []Member
	for k, m := range free {
		if m != i && similar[k] >= s.Threshold {
			near = append(near, Member{Index: m, Similarity: similar[k]})
		}
	}
	return near
}

// mayBeClose returns the free pictures of a crowd that are not known to be far from i. The
// first keeper of a crowd is looked up alone, since it may take all; those that
// follow together, ever more of them.
func (s *stars) mayBeClose(i int, c *crowdState) []int {
	if c == nil { // alone
		return nil
	}
	close, known := c.ahead[i]
	if !known {
		c.free = slices.DeleteFunc(c.free, func(m int) bool { return s.taken[m] })
		if s.Likely == nil {
			return c.free
		}
		s.lookUp(i, c)
		if close, known = c.ahead[i]; !known {
			return c.free
		}
	}
	return slices.DeleteFunc(close, func(m int) bool { return s.taken[m] })
}

// lookUp finds who may be close to i and to the next that may become keepers.
func (s *stars) lookUp(i int, c *crowdState) {
	rows := []int{i}
	for _, m := range c.free {
		if len(rows) < c.next && m != i && s.full(m) {
			rows = append(rows, m)
		}
	}
	c.next, c.ahead = min(2*c.next, mostAhead), map[int][]int{}
	for k, close := range s.Likely(rows, c.free) {
		c.ahead[rows[k]] = close
	}
}

// unitedWith returns the free pictures that "same" verdicts join with i.
func (s *stars) unitedWith(i int) []int {
	var free []int
	for _, m := range s.united[s.same.Find(i)] {
		if m != i && !s.taken[m] {
			free = append(free, m)
		}
	}
	return free
}

// forbidden tells that i, or one that must come with it, is distinct from
// somebody inside.
func (s *stars) forbidden(i int, inside map[int]bool) bool {
	company := s.united[s.same.Find(i)]
	if company == nil {
		company = []int{i}
	}
	for _, m := range company {
		for _, other := range s.distinct[m] {
			if inside[other] {
				return true
			}
		}
	}
	return false
}

// similarity is the similarity of two pictures that a verdict joined, 0 if
// nobody can tell.
func (s *stars) similarity(a, b int) float64 {
	if s.Similarity == nil {
		return 0
	}
	return s.Similarity(a, b)
}
