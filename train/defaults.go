package train

// defaults are what a mode trains with where nothing else is asked for. The rates
// are those with which small sets converge within ten epochs: see docs/train.md for
// what was measured.
var defaults = map[string]Options{
	ModeFull: {LR: 5e-5},
	ModeLPFT: {LR: 2e-5},
	ModeLoRA: {LR: 5e-4, Tuning: Tuning{LoRA: LoRA{Rank: 8, Alpha: 16, Targets: []string{"query", "value"}}}},
}

// WithDefaults fills in what is zero in o: for a mode, and for a set of that many
// pictures to learn from.
func (o Options) WithDefaults(mode string, pictures int) Options {
	r, d := Recipe(), defaults[mode]
	if o.Epochs == 0 {
		o.Epochs = r.Epochs
	}
	if o.LR == 0 {
		o.LR = d.LR
	}
	if o.Batch == 0 {
		o.Batch = batchFor(pictures)
	}
	if o.Adam == (Adam{}) {
		o.Adam = r.Adam
	}
	if mode == ModeLoRA {
		o.LoRA = o.LoRA.orElse(d.LoRA)
	}
	return o
}

// orElse fills in what is zero; Alpha is twice the rank.
func (l LoRA) orElse(d LoRA) LoRA {
	if l.Rank == 0 {
		l.Rank = d.Rank
	}
	if l.Alpha == 0 {
		l.Alpha = 2 * float64(l.Rank)
	}
	if l.Targets == nil {
		l.Targets = d.Targets
	}
	return l
}

// batchFor is the largest power of two from 8 to 128 with which an epoch still has
// sixteen steps: a small set learns little from few large steps.
func batchFor(pictures int) int {
	batch := 128
	for batch > 8 && pictures < 16*batch {
		batch /= 2
	}
	return batch
}
