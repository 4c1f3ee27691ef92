package descriptor

import "slices"

// Score says how well cosines tell versions of one picture from all others.
type Score struct {
	AP     float64 `json:"ap"`     // average precision over all pairs
	Recall float64 `json:"recall"` // the largest recall at a precision of .99 or more
	Cosine float64 `json:"cosine"` // above which that is
}

// Judge scores descriptors, rows of dim values, of versions of the pictures that
// picture names.
func Judge(rows []float32, dim int, picture []int) Score {
	return score(rows, dim, picture, func(int, int) bool { return true })
}

// scored is a pair of versions.
type scored struct {
	cosine float32
	same   bool
}

// score ranks all pairs of versions: rows of dim values, of the pictures that
// picture names. Pairs that counts says false of are passed over.
func score(rows []float32, dim int, picture []int, counts func(i, k int) bool) Score {
	var pairs []scored
	for i := range picture {
		for k := range i {
			if counts(i, k) {
				pairs = append(pairs, scored{dot(rows[i*dim:(i+1)*dim], rows[k*dim:(k+1)*dim]), picture[i] == picture[k]})
			}
		}
	}
	return rank(pairs)
}

// rank sorts the pairs and reads off the score. Pairs of one cosine come in or stay
// out together.
func rank(pairs []scored) (s Score) {
	slices.SortFunc(pairs, func(a, b scored) int {
		switch {
		case a.cosine > b.cosine:
			return -1
		case a.cosine < b.cosine:
			return 1
		}
		return 0
	})
	total := 0
	for _, p := range pairs {
		if p.same {
			total++
		}
	}
	hits, before := 0, 0
	for i, p := range pairs {
		if p.same {
			hits++
		}
		if i+1 < len(pairs) && pairs[i+1].cosine == p.cosine || total == 0 {
			continue
		}
		precision := float64(hits) / float64(i+1)
		s.AP += precision * float64(hits-before) / float64(total)
		before = hits
		if precision >= .99 {
			s.Recall, s.Cosine = float64(hits)/float64(total), float64(p.cosine)
		}
	}
	return s
}

func dot(a, b []float32) (sum float32) {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	for len(a) >= 4 {
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
		a, b = a[4:], b[4:]
	}
	for i, v := range a {
		sum += v * b[i]
	}
	return sum + s0 + s1 + s2 + s3
}
