package web

import (
	"context"
	"fmt"
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

// layOver finds where the members of a cluster lie on its keeper.
func (s *Server) layOver(context.Context, *cluster) {}
