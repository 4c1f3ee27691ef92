package descriptor

import "math"

// The constants of AdamW (Loshchilov & Hutter, Decoupled Weight Decay
// Regularization, 2019), as PyTorch has them.
const (
	beta1 = .9
	beta2 = .999
	eps   = 1e-8
)

// adamW moves weights against their gradient with step number t, counted from 1.
// The order of operations is that of torch.optim.AdamW. All slices have one length.
func adamW(weights, gradient, first, second []float32, t int, lr, decay float64) {
	keep := float32(1 - lr*decay)
	size := float32(lr / (1 - math.Pow(beta1, float64(t))))
	root := float32(1 / math.Sqrt(1-math.Pow(beta2, float64(t))))
	g := gradient[:len(weights)]
	m1, m2 := first[:len(weights)], second[:len(weights)]
	for i := range weights {
		d := g[i]
		m1[i] += (1 - beta1) * (d - m1[i])
		m2[i] = beta2*m2[i] + (1-beta2)*d*d
		weights[i] = weights[i]*keep - size*m1[i]/(float32(math.Sqrt(float64(m2[i])))*root+eps)
	}
}

// rate is the part of the highest learning rate that step number step, counted
// from 0, has: up in a line over the warm-up, then down to floor along a cosine.
func (o *Options) rate(step int) float64 {
	if step < o.Warmup {
		return float64(step+1) / float64(o.Warmup)
	}
	done := float64(step-o.Warmup) / math.Max(1, float64(o.Steps-o.Warmup))
	return o.Floor + (1-o.Floor)*(1+math.Cos(math.Pi*math.Min(1, done)))/2
}
