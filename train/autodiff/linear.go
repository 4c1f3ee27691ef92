package autodiff

import (
	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/train/shape"
)

// matMul is y = A B, batched and broadcast over leading dimensions:
// dA = dy B^T, dB = A^T dy.
func matMul(b *tape, n *onnx.Node, dy string) {
	A, B := n.In[0], n.In[1]
	sa, sb := b.shape(A), b.shape(B)
	if b.err != nil {
		return
	}
	lead := b.shape(n.Out[0])[:len(b.shape(n.Out[0]))-2]
	b.flow(A, func() string {
		d := b.op("MatMul", dy, b.swap(B, len(sb)))
		return b.sumTo(d, with(lead, sa), A)
	})
	b.flow(B, func() string {
		if len(sb) == 2 && len(sa) > 2 {
			return b.weight(A, dy, sa, sb)
		}
		d := b.op("MatMul", b.swap(A, len(sa)), dy)
		return b.sumTo(d, with(lead, sb), B)
	})
}

// with returns leading dimensions followed by the last two of s.
func with(lead, s shape.Shape) shape.Shape {
	return append(append(shape.Shape{}, lead...), s[len(s)-2:]...)
}

// weight is the gradient of a matrix that multiplies every row of a batch: one
// product over all rows, instead of one for each leading index and their sum.
func (b *tape) weight(A, dy string, sa, sb shape.Shape) string {
	in, out := sa[len(sa)-1], sb[1]
	if !in.Fixed() || !out.Fixed() {
		b.fail("a weight of shape %v has no fixed size", sb)
		return dy
	}
	return b.outer(b.reshape(A, -1, in.N), b.reshape(dy, -1, out.N), in, onnx.FloatAttr("alpha", 1))
}

// outer is alpha x^T y for matrices with the same rows, of which x has cols
// columns. ONNX Runtime's CPU kernel would transpose x anew for every block of
// columns of y; doing it once makes the product 8 to 20% faster. The reshapes, which
// cost nothing, keep the runtime from merging both again.
func (b *tape) outer(x, y string, cols shape.Dim, alpha onnx.Attr) string {
	if !cols.Fixed() {
		return b.g.Op("Gemm", []string{x, y}, alpha, onnx.IntAttr("transA", 1))
	}
	across := b.g.Op("Transpose", []string{b.reshape(x, 1, -1, cols.N)}, onnx.IntsAttr("perm", 0, 2, 1))
	return b.g.Op("Gemm", []string{b.reshape(across, cols.N, -1), y}, alpha)
}

// gemm is y = alpha A' B' + beta C, where ' transposes as the node says:
// dA' = alpha dy B'^T, dB' = alpha A'^T dy, dC = beta dy.
func gemm(b *tape, n *onnx.Node, dy string) {
	ta, tb := n.Int("transA", 0), n.Int("transB", 0)
	alpha := onnx.FloatAttr("alpha", n.Float("alpha", 1))
	product := func(x, y string, tx, ty int) string {
		return b.g.Op("Gemm", []string{x, y}, alpha, onnx.IntAttr("transA", tx), onnx.IntAttr("transB", ty))
	}
	A, B := n.In[0], n.In[1]
	b.flow(A, func() string {
		if ta == 1 {
			return product(B, dy, tb, 1)
		}
		return product(dy, B, 0, 1-tb)
	})
	b.flow(B, func() string {
		switch {
		case ta == 0 && tb == 1:
			return b.outer(dy, A, b.shape(n.Out[0])[1], alpha)
		case ta == 0:
			return b.outer(A, dy, b.shape(A)[1], alpha)
		case tb == 1:
			return product(dy, A, 1, 1)
		}
		return product(A, dy, 0, 0)
	})
	if len(n.In) > 2 {
		b.flow(n.In[2], func() string {
			return b.scaled(b.unbroadcast(dy, n.Out[0], n.In[2]), float64(n.Float("beta", 1)))
		})
	}
}

// conv is a patch embedding: kernels that lie side by side without padding. With
// the patches as rows, x = [picture, row, column, channel, y, x], it is a matrix
// product y = x W^T + c, and so are its gradients: dW = dy^T x, dx = dy W,
// dc = sum dy.
func conv(b *tape, n *onnx.Node, dy string) {
	x, w := n.In[0], n.In[1]
	sx, sw := b.shape(x), b.shape(w)
	if b.err != nil {
		return
	}
	out, c, ky, kx := sw[0].N, sw[1].N, sw[2].N, sw[3].N
	gy, gx := sx[2].N/ky, sx[3].N/kx
	if gy*ky != sx[2].N || gx*kx != sx[3].N {
		b.fail("kernels of %v do not cover pictures of %v", sw, sx)
		return
	}
	rows := b.reshape(b.g.Op("Transpose", []string{dy}, onnx.IntsAttr("perm", 0, 2, 3, 1)), -1, out)
	b.flow(w, func() string {
		cells := b.reshape(x, -1, c, gy, ky, gx, kx)
		patches := b.reshape(b.g.Op("Transpose", []string{cells}, onnx.IntsAttr("perm", 0, 2, 4, 1, 3, 5)), -1, c*ky*kx)
		return b.reshapeLike(b.outer(rows, patches, sw[0], onnx.FloatAttr("alpha", 1)), w)
	})
	b.flow(x, func() string {
		cells := b.reshape(b.op("MatMul", rows, b.reshape(w, out, -1)), -1, gy, gx, c, ky, kx)
		return b.reshapeLike(b.g.Op("Transpose", []string{cells}, onnx.IntsAttr("perm", 0, 3, 1, 4, 2, 5)), x)
	})
	if len(n.In) > 2 {
		b.flow(n.In[2], func() string { return b.sum(rows, 0, 0) })
	}
}
