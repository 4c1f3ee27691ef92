package train

// average is the running mean of the weights (Polyak averaging with an exponential
// window). It starts at the first weights, and its window grows to the decay that
// was asked for, as in TensorFlow's ExponentialMovingAverage: (1+t)/(10+t) after
// step t, so that a short run is not judged by weights of its beginning.
type average struct {
	decay  float64
	values []float32
}

// newAverage returns nil where there is no decay.
func newAverage(decay float64, weights []float32) *average {
	if decay == 0 {
		return nil
	}
	return &average{decay, append([]float32{}, weights...)}
}

// add takes in the weights after step t, counted from 1.
func (a *average) add(weights []float32, t, threads int) {
	if a == nil {
		return
	}
	part := float32(1 - min(a.decay, float64(1+t)/float64(10+t)))
	inPieces(len(weights), threads, func(lo, hi int) {
		v, w := a.values[lo:hi], weights[lo:hi]
		for i, x := range w[:len(v)] {
			v[i] += part * (x - v[i])
		}
	})
}

// swap exchanges the mean with the weights, for judging by it and back.
func (a *average) swap(weights []float32, threads int) {
	if a == nil {
		return
	}
	inPieces(len(weights), threads, func(lo, hi int) {
		v, w := a.values[lo:hi], weights[lo:hi]
		for i, x := range w[:len(v)] {
			v[i], w[i] = x, v[i]
		}
	})
}
