package catalog

import (
	"slices"
	"strings"
)

// standing is what the marking of clusters must know of an image.
type standing struct {
	usable   bool // valid and somewhere
	fate     VerdictKind
	label    string
	conflict bool // of its own locations, undecided
}

// couple is two images, a < b.
type couple struct{ a, b ImageID }

func coupleOf(a, b ImageID) couple { return couple{min(a, b), max(a, b)} }

// links is what is known of couples beyond the clusters: scores of pairs at or above the threshold, and verdicts.
type links struct {
	score    map[couple]float64
	distinct map[couple]bool
	same     map[couple]bool
}

// markCluster says of every member whether it stays. Those who can stay (usable, no remove verdict, and not barred by the caller) are
// looked at in order: kept by verdict first, then as the cluster ranks them. The first of them leads, and so does everyone kept by
// verdict; each next one is removed if it is linked to one that leads already, and leads itself if it is not. So whoever takes a vanished
// keeper's place removes only those that are close to itself, and a distinct verdict parts what a cluster joined.
func markCluster(c *Cluster, of func(ImageID) standing, barred func(ImageID) bool, l links) map[ImageID]Mark {
	order := candidates(c, of, barred)
	marks := make(map[ImageID]Mark, len(order))
	var leaders []*Member
	followers := map[ImageID][]*Member{}
	for i, m := range order {
		leader, similarity := follow(c, m, leaders, of, l)
		if leader == nil || i < c.Keep || of(m.Image).fate == Keep {
			leaders = append(leaders, m)
			marks[m.Image] = leaderMark(c, m, of, barred)
			continue
		}
		followers[leader.Image] = append(followers[leader.Image], m)
		cause := CauseCopy
		if c.Kind == SimilarPair {
			cause = CauseSimilar
		}
		marks[m.Image] = Mark{Removed, Reason{Cause: cause, Of: leader.Image, Similarity: similarity}}
	}
	if c.Kind == CopyPair {
		for leader, fs := range followers {
			markMixed(marks, leader, fs, of)
		}
	}
	return marks
}

// candidates are the members that can stay, best first.
func candidates(c *Cluster, of func(ImageID) standing, barred func(ImageID) bool) []*Member {
	var out []*Member
	for i := range c.Members {
		m := &c.Members[i]
		if s := of(m.Image); s.usable && s.fate != Remove && !barred(m.Image) {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(x, y *Member) int {
		return rankOfFate(of(x.Image).fate) - rankOfFate(of(y.Image).fate)
	})
	return out
}

func rankOfFate(k VerdictKind) int {
	if k == Keep {
		return 0
	}
	return 1
}

// follow finds the first leader to whom m is linked, and how similar they are.
func follow(c *Cluster, m *Member, leaders []*Member, of func(ImageID) standing, l links) (*Member, float64) {
	for _, leader := range leaders {
		if c.Kind == SimilarPair && of(leader.Image).label != of(m.Image).label {
			continue // two classes of one scene are no redundancy
		}
		if similarity, ok := linked(c, m, leader, l); ok {
			return leader, similarity
		}
	}
	return nil, 0
}

// linked tells whether two members are close: one is the cluster's keeper, a pair at or above the threshold joins them, or a verdict does.
func linked(c *Cluster, m, leader *Member, l links) (similarity float64, ok bool) {
	k := coupleOf(m.Image, leader.Image)
	score, paired := l.score[k]
	switch {
	case l.distinct[k]:
		return 0, false
	case leader.Image == c.Members[0].Image:
		return m.Similarity, true
	case m.Image == c.Members[0].Image:
		return leader.Similarity, true
	case paired:
		return score, true
	case l.same[k]:
		return 1, true
	}
	return 0, false
}

// leaderMark is kept, saying so when it took the place of the cluster's own keeper.
func leaderMark(c *Cluster, m *Member, of func(ImageID) standing, barred func(ImageID) bool) Mark {
	keeper := c.Members[0].Image
	if s := of(keeper); m.Image != keeper && !barred(keeper) && (!s.usable || s.fate == Remove) {
		return Mark{Kept, Reason{Cause: CausePromoted, Of: keeper}}
	}
	return Mark{Status: Kept}
}

// markMixed sends a leader and its followers to review when they have different labels: one of them is wrong, and which one is for a person
// to say.
func markMixed(marks map[ImageID]Mark, leader ImageID, followers []*Member, of func(ImageID) standing) {
	all := []ImageID{leader}
	for _, m := range followers {
		all = append(all, m.Image)
	}
	var labels []string
	mixed := false
	for _, id := range all {
		s := of(id)
		mixed = mixed || s.conflict
		if s.label != "" && !slices.Contains(labels, s.label) {
			labels = append(labels, s.label)
		}
	}
	if !mixed && len(labels) < 2 {
		return
	}
	slices.Sort(labels)
	note := strings.Join(labels, ", ")
	for _, id := range all {
		old := marks[id].Reason
		marks[id] = Mark{Review, Reason{Cause: CauseMixedCluster, Of: old.Of, Similarity: old.Similarity, Note: note}}
	}
}
