package forest

import "math/rand/v2"

// node is a question, or a leaf if column is negative.
type node struct {
	column int32
	bin    uint8 // up to it go left
	next   int32 // the left child, the right one follows; of a leaf, where its shares begin
}

// tree is nodes from the root on, and the shares of the classes in its leaves.
type tree struct {
	nodes  []node
	shares []float32
	k      int // classes
}

// leaf returns the shares of the classes where a row ends.
func (t *tree) leaf(bin func(column int32) uint8) []float32 {
	n := &t.nodes[0]
	for n.column >= 0 {
		at := n.next
		if bin(n.column) > n.bin {
			at++
		}
		n = &t.nodes[at]
	}
	return t.shares[n.next : int(n.next)+t.k]
}

// grower grows one tree after the other.
type grower struct {
	*Table
	minLeaf int
	rng     *rand.Rand
	tree    tree
	rows    []int32 // of the tree, those of a node side by side
	order   []int32 // columns, shuffled at each node
	count   []int32 // histogram of a column: bins x classes
	left    []int32 // of each class, left of a cut
	total   []int32 // of each class, in the node
}

func newGrower(t *Table, minLeaf int) *grower {
	g := &grower{Table: t, minLeaf: max(minLeaf, 1), left: make([]int32, t.Classes), total: make([]int32, t.Classes)}
	most := 0
	for i, c := range t.Columns {
		most, g.order = max(most, c.Bins), append(g.order, int32(i))
	}
	g.count = make([]int32, most*t.Classes)
	return g
}

// part is rows from..to of a node that is still to be split.
type part struct{ node, from, to int }

func (g *grower) grow(rows []int32, rng *rand.Rand) tree {
	g.rng, g.tree = rng, tree{nodes: []node{{}}, k: g.Classes}
	for i := range g.order {
		g.order[i] = int32(i) // the tree before has shuffled them
	}
	g.rows = g.rows[:0]
	for range rows {
		g.rows = append(g.rows, rows[rng.IntN(len(rows))])
	}
	for todo := []part{{0, 0, len(g.rows)}}; len(todo) > 0; {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		g.tally(p)
		column, bin, ok := g.question(p)
		if !ok {
			g.end(p)
			continue
		}
		middle, next := g.partition(p, column, bin), len(g.tree.nodes)
		g.tree.nodes[p.node] = node{column, bin, int32(next)}
		g.tree.nodes = append(g.tree.nodes, node{}, node{})
		todo = append(todo, part{next, p.from, middle}, part{next + 1, middle, p.to})
	}
	return g.tree
}

func (g *grower) tally(p part) {
	clear(g.total)
	for _, r := range g.rows[p.from:p.to] {
		g.total[g.Class[r]]++
	}
}

// end makes a node a leaf.
func (g *grower) end(p part) {
	g.tree.nodes[p.node] = node{column: -1, next: int32(len(g.tree.shares))}
	for _, n := range g.total {
		g.tree.shares = append(g.tree.shares, float32(n)/float32(p.to-p.from))
	}
}

// question finds the cut that leaves the least Gini impurity, among the cuts of some
// columns; when none of these can be cut, of further ones, one by one.
func (g *grower) question(p part) (column int32, bin uint8, ok bool) {
	if p.to-p.from < 2*g.minLeaf || g.pure(p.to-p.from) {
		return 0, 0, false
	}
	best := 0.
	for i, want := 0, tries(len(g.order)); i < len(g.order) && (i < want || !ok); i++ {
		j := i + g.rng.IntN(len(g.order)-i)
		g.order[i], g.order[j] = g.order[j], g.order[i]
		if b, gain, found := g.cut(g.order[i], p); found && (!ok || gain > best) {
			column, bin, best, ok = g.order[i], b, gain, true
		}
	}
	return column, bin, ok
}

func (g *grower) pure(n int) bool {
	for _, c := range g.total {
		if int(c) == n {
			return true
		}
	}
	return false
}

// cut finds a column's best cut. gain is the sum over both sides of the squared
// counts of the classes, each side's by its rows: the larger, the purer.
func (g *grower) cut(column int32, p part) (bin uint8, gain float64, ok bool) {
	c, k := g.Columns[column], g.Classes
	count := g.count[:c.Bins*k]
	clear(count)
	for _, r := range g.rows[p.from:p.to] {
		count[int(c.Bin[r])*k+g.Class[r]]++
	}
	clear(g.left)
	n, left := p.to-p.from, 0
	for b := range c.Bins - 1 {
		added := 0
		for class, v := range count[b*k : (b+1)*k] {
			g.left[class] += v
			added += int(v)
		}
		left += added
		if added == 0 || left < g.minLeaf || n-left < g.minLeaf {
			continue
		}
		if v := g.purity(left, n-left); !ok || v > gain {
			bin, gain, ok = uint8(b), v, true
		}
	}
	return bin, gain, ok
}

func (g *grower) purity(left, right int) float64 {
	var l, r float64
	for class, v := range g.left {
		w := g.total[class] - v
		l += float64(v) * float64(v)
		r += float64(w) * float64(w)
	}
	return l/float64(left) + r/float64(right)
}

// partition moves the rows that go left before the others, and returns where these begin.
func (g *grower) partition(p part, column int32, bin uint8) int {
	values, middle := g.Columns[column].Bin, p.from
	for i := p.from; i < p.to; i++ {
		if values[g.rows[i]] <= bin {
			g.rows[i], g.rows[middle] = g.rows[middle], g.rows[i]
			middle++
		}
	}
	return middle
}
