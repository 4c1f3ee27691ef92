package dedup

// Components joins pictures into connected groups (union-find with path halving;
// the smallest index stands for a group, so the order of joining does not matter).
type Components struct{ parent []int32 }

// NewComponents returns n pictures, none joined.
func NewComponents(n int) *Components {
	c := &Components{parent: make([]int32, n)}
	for i := range c.parent {
		c.parent[i] = int32(i)
	}
	return c
}

// Find returns the smallest index of i's group.
func (c *Components) Find(i int) int {
	x := int32(i)
	for c.parent[x] != x {
		c.parent[x] = c.parent[c.parent[x]]
		x = c.parent[x]
	}
	return int(x)
}

// Join makes the groups of a and b one.
func (c *Components) Join(a, b int) {
	x, y := c.Find(a), c.Find(b)
	if x != y {
		c.parent[max(x, y)] = int32(min(x, y))
	}
}

// Joined tells whether a and b are in one group.
func (c *Components) Joined(a, b int) bool { return c.Find(a) == c.Find(b) }

// Groups returns every group of two or more, members ascending, groups in order
// of their first member.
func (c *Components) Groups() [][]int {
	size := make([]int32, len(c.parent))
	for i := range c.parent {
		size[c.Find(i)]++
	}
	at := make([]int, len(c.parent))
	var groups [][]int
	for i := range c.parent {
		first := c.Find(i)
		if size[first] < 2 {
			continue
		}
		if i == first {
			at[first] = len(groups)
			groups = append(groups, make([]int, 0, size[first]))
		}
		groups[at[first]] = append(groups[at[first]], i)
	}
	return groups
}
