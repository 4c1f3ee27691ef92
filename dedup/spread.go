package dedup

import "slices"

// Spread orders the members of a group so that the keeper and the first n-1 of them
// show as much of it as n pictures can: after the keeper always the member that is
// least like those before it (farthest-first; Gonzalez 1985), of equals the better
// ranked. Members of a higher class are taken before others, however alike they are; the
// rest stays in the order it had. alike tells how much two pictures are alike, in any
// unit. It returns how many members it placed, at most n-1.
func Spread(g *Group, n int, class func(m Member) int, alike func(a, b int) float64) int {
	rest := slices.Clone(g.Members)
	nearest := make([]float64, len(rest)) // to any that is placed
	for i, m := range rest {
		nearest[i] = alike(g.Keeper, m.Index)
	}
	placed := g.Members[:0]
	for len(placed) < n-1 && len(rest) > 0 {
		next := 0
		for i := range rest {
			if c, best := class(rest[i]), class(rest[next]); c > best || c == best && nearest[i] < nearest[next] {
				next = i
			}
		}
		chosen := rest[next]
		placed = append(placed, chosen)
		rest, nearest = slices.Delete(rest, next, next+1), slices.Delete(nearest, next, next+1)
		for i, m := range rest {
			nearest[i] = max(nearest[i], alike(chosen.Index, m.Index))
		}
	}
	g.Members = append(placed, rest...)
	return len(placed)
}
