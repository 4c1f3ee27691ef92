package calibrate

// Judged is a pair whose chance was predicted and whose truth is known.
type Judged struct {
	Chance float64
	Copy   bool
	Weight float64 // how many pairs of its kind it stands for; 0 counts as 1
}

// Bin is one row of a reliability table: of the pairs with a chance from Low to
// High, Predicted is the mean chance and Observed the share of copies.
type Bin struct {
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	Pairs     int     `json:"pairs"`
	Predicted float64 `json:"predicted"`
	Observed  float64 `json:"observed"`
}

// Reliability holds predictions against the truth, in bins between the edges
// (ascending, such as 0, .5, .9, 1). Where a calibration is right, Predicted and
// Observed agree. Empty bins are left out.
func Reliability(pairs []Judged, edges []float64) []Bin {
	var table []Bin
	for i := 0; i+1 < len(edges); i++ {
		b := Bin{Low: edges[i], High: edges[i+1]}
		last := i+2 == len(edges)
		weight := 0.0
		for _, p := range pairs {
			if p.Chance < b.Low || p.Chance > b.High || p.Chance == b.High && !last {
				continue
			}
			w := p.Weight
			if w == 0 {
				w = 1
			}
			b.Pairs++
			weight += w
			b.Predicted += w * p.Chance
			if p.Copy {
				b.Observed += w
			}
		}
		if b.Pairs > 0 {
			b.Predicted /= weight
			b.Observed /= weight
			table = append(table, b)
		}
	}
	return table
}
