package autodiff_test

import "github.com/curate/curate/internal/onnx"

func moves() []graph {
	in := func(g *onnx.Graph, more ...string) []string { return append([]string{"x"}, more...) }
	one := func(name string, dims, out []int, build func(g *onnx.Graph) string) graph {
		return graph{name: name, inputs: []input{x(dims...)}, out: out, build: build}
	}
	axis := func(v int) onnx.Attr { return onnx.IntAttr("axis", v) }
	return append(joins(),
		one("Transpose", []int{2, 3, 4}, []int{4, 2, 3}, op("Transpose", []string{"x"}, onnx.IntsAttr("perm", 2, 0, 1))),
		one("Transpose by default", []int{2, 3, 4}, []int{4, 3, 2}, op("Transpose", []string{"x"})),
		one("Reshape", []int{2, 3, 4}, []int{6, 4}, func(g *onnx.Graph) string { return g.Op("Reshape", in(g, g.Ints(-1, 4))) }),
		one("Reshape keeping", []int{2, 3, 4}, []int{2, 12}, func(g *onnx.Graph) string { return g.Op("Reshape", in(g, g.Ints(0, 12))) }),
		one("Flatten", []int{2, 3, 4}, []int{2, 12}, op("Flatten", []string{"x"}, axis(1))),
		one("Squeeze", []int{2, 1, 4}, []int{2, 4}, func(g *onnx.Graph) string { return g.Op("Squeeze", in(g, g.Ints(1))) }),
		one("Unsqueeze", []int{2, 4}, []int{2, 1, 4, 1}, func(g *onnx.Graph) string { return g.Op("Unsqueeze", in(g, g.Ints(1, -1))) }),
		one("Slice", []int{2, 5, 4}, []int{2, 3, 2}, func(g *onnx.Graph) string {
			return g.Op("Slice", in(g, g.Ints(1, -3), g.Ints(4, -1), g.Ints(1, -1)))
		}),
		one("Slice to the end", []int{2, 5}, []int{2, 4}, func(g *onnx.Graph) string {
			return g.Op("Slice", in(g, g.Ints(1), g.Ints(1<<40), g.Ints(1)))
		}),
		one("Gather", []int{2, 5, 3}, []int{2, 3, 3}, func(g *onnx.Graph) string { return g.Op("Gather", in(g, g.Ints(0, 3, 3)), axis(1)) }),
		one("Gather one", []int{2, 5, 3}, []int{2, 3}, func(g *onnx.Graph) string { return g.Op("Gather", in(g, scalar(g, -1)), axis(1)) }),
		one("Pad", []int{2, 3}, []int{2, 6}, func(g *onnx.Graph) string { return g.Op("Pad", in(g, g.Ints(0, 1, 0, 2))) }),
		one("Expand", []int{2, 1, 3}, []int{2, 4, 3}, func(g *onnx.Graph) string { return g.Op("Expand", in(g, g.Ints(1, 4, 1))) }),
		graph{name: "Expand to the batch", inputs: []input{named("y", 1, 2, 3), {name: "x", dims: []int{4, 3}, free: true, fixed: true}}, out: []int{4, 2, 3}, build: func(g *onnx.Graph) string {
			n := g.Op("Shape", []string{"x"}, onnx.IntAttr("start", 0), onnx.IntAttr("end", 1))
			return g.Op("Expand", []string{"y", g.Op("Concat", []string{n, g.Ints(2, 3)}, axis(0))})
		}},
	)
}

// scalar is an integer without a dimension.
func scalar(g *onnx.Graph, v int64) string {
	name := g.Fresh("index")
	g.Init = append(g.Init, &onnx.Tensor{Name: name, Type: onnx.Int64, Ints: []int64{v}})
	return name
}

func joins() []graph {
	axis := onnx.IntAttr("axis", 1)
	return []graph{
		{name: "Concat", inputs: []input{x(2, 3), {name: "y", dims: []int{2, 1}, free: true}}, out: []int{2, 7}, build: op("Concat", []string{"x", "y", "x"}, axis)},
		{name: "Split", inputs: []input{x(2, 6)}, out: []int{2, 2}, build: func(g *onnx.Graph) string {
			parts := g.OpN("Split", 3, []string{"x", g.Ints(2, 2, 2)}, axis)
			return g.Op("Mul", []string{parts[0], parts[1]}) // the third part counts for nothing
		}},
	}
}

func reductions() []graph {
	one := func(name, kind string, out []int, axes []int, keep int) graph {
		return graph{name: name, inputs: []input{x(2, 3, 4)}, out: out, build: func(g *onnx.Graph) string {
			if kind != "ReduceSum" {
				attrs := []onnx.Attr{onnx.IntAttr("keepdims", keep)}
				if axes != nil {
					attrs = append(attrs, onnx.IntsAttr("axes", axes...))
				}
				return g.Op(kind, []string{"x"}, attrs...)
			}
			in := []string{"x"}
			if axes != nil {
				in = append(in, g.Ints(axes...))
			}
			return g.Op(kind, in, onnx.IntAttr("keepdims", keep))
		}}
	}
	return []graph{
		one("ReduceSum", "ReduceSum", []int{2, 1, 4}, []int{1}, 1),
		one("ReduceSum dropping", "ReduceSum", []int{3}, []int{0, -1}, 0),
		one("ReduceSum of all", "ReduceSum", []int{1, 1, 1}, nil, 1),
		one("ReduceMean", "ReduceMean", []int{2, 3, 1}, []int{-1}, 1),
		one("ReduceMean dropping", "ReduceMean", []int{2, 4}, []int{1}, 0),
		one("ReduceMean over the batch", "ReduceMean", []int{3, 4}, []int{0}, 0),
		one("ReduceMax", "ReduceMax", []int{2, 3, 1}, []int{-1}, 1),
		one("ReduceMax dropping", "ReduceMax", []int{2, 4}, []int{1}, 0),
		one("ReduceMax of all", "ReduceMax", []int{1, 1, 1}, nil, 1),
	}
}
