package web

import (
	"context"
	"fmt"

	"github.com/curate/curate/catalog"
)

// overlay is where a member lies on the keeper, once it is turned, in shares of the keeper's
// width and height.
type overlay struct {
	Known      bool
	X, Y, W, H float64
	Agrees     float64 // share of what both show that looks the same there
	Where      string  // in which part most of what differs is; "" = everywhere
}

// Place is the rectangle for the page's script, "" where it is the whole frame.
func (e evidence) Place() string {
	o := e.Over
	if !o.Known || o.X == 0 && o.Y == 0 && o.W == 1 && o.H == 1 {
		return ""
	}
	return fmt.Sprintf("%.4f %.4f %.4f %.4f", o.X, o.Y, o.W, o.H)
}

// A frame counts as cut, or as wider, from a tenth of the area on.
func (o overlay) crop() bool  { return o.Known && o.W*o.H < .9 }
func (o overlay) wider() bool { return o.Known && o.W*o.H > 1.1 }

func (o overlay) where() string {
	if o.Where == "" {
		return ""
	}
	return ", most of it " + o.Where
}

// laidOver is how many members of a cluster are laid on its keeper: each takes some 20 ms
// when it is the first time.
const laidOver = 12

// layOver finds where the members of a cluster lie on its keeper. On a contact sheet only
// what is known already is shown.
func (s *Server) layOver(ctx context.Context, c *cluster, known bool) {
	for i := range c.Others[:min(len(c.Others), laidOver)] {
		m := &c.Others[i]
		found, ok := s.overlays.Known(c.Keeper.Hash, m.Hash, m.Evidence.Orientation)
		if !ok && !known {
			found = s.overlays.Find(ctx, c.Keeper.image, m.image, m.Evidence.Orientation)
			ok = true
		}
		if !ok || found.Err != nil {
			continue
		}
		p := found.Placement
		if p.Agrees >= partly {
			m.Evidence.Orientation = found.Orientation
		}
		m.Evidence.Over = overlay{Known: true, X: p.X, Y: p.Y, W: p.W, H: p.H, Agrees: p.Agrees}
		if p.Agrees < 1 && p.Spread < gathered {
			m.Evidence.Over.Where = partOf(p.AtX, p.AtY)
		}
	}
}

// gathered is up to which spread what differs counts as in one place.
const gathered = .25

// partOf names the part of a frame.
func partOf(x, y float64) string {
	third := func(v float64) int { return min(max(int(3*v), 0), 2) }
	return [3][3]string{
		{"at the upper left", "at the top", "at the upper right"},
		{"on the left", "in the middle", "on the right"},
		{"at the lower left", "at the bottom", "at the lower right"},
	}[third(y)][third(x)]
}

// worst is the least agreement of a cluster of copies with its keeper, 1 where none is known.
func (c *cluster) worst() float64 {
	least := 1.
	for _, m := range c.Others {
		if m.Evidence.Over.Known && c.Kind == catalog.CopyPair {
			least = min(least, m.Evidence.Over.Agrees)
		}
	}
	return least
}
