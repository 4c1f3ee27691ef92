package check

import (
	"math"

	"github.com/curate/curate/internal/raster"
)

// Facts is what the header of a file says; a picture decoded at a reduced scale
// does not know its own size any more.
type Facts struct {
	Width, Height int // pixels of the file, upright
	Frames        int // 1 for a still picture; 0 counts as 1
}

// Picture scores everything but [OddSize]. p may be decoded at a reduced scale
// as long as its longer side keeps 256 pixels (if the file has them).
func Picture(p *raster.Picture, f Facts) Scores {
	s := Scores{OddAspect: oddAspect(f), Tiny: tiny(f), Animated: 1 - 1/float64(max(f.Frames, 1))}
	t := sample(p)
	s[Dark] = 1 - t.brightness(0.99)
	s[Light] = t.brightness(0.05)
	s[LowInformation] = 1 - min(1, t.entropy()/10)
	s[Grayscale] = 1 - min(1, t.colour(0.99)/0.2)
	g := shrink(p)
	s[Blurry], s[Blank] = g.blurry(), g.blank()
	return s
}

func oddAspect(f Facts) float64 {
	short, long := min(f.Width, f.Height), max(f.Width, f.Height)
	if long == 0 {
		return 1
	}
	return 1 - float64(short)/float64(long)
}

func tiny(f Facts) float64 { return 64 / (64 + float64(min(f.Width, f.Height))) }

// tally counts values of single pixels, not of averages, so that highlights and
// noise stay what they are.
type tally struct {
	n      int
	light  [1001]int // pixels by brightness in thousandths
	chroma [256]int  // pixels by distance between the largest and smallest of R, G, B
	values [768]int  // R, G and B values, 256 bins each
}

// samples is about how many pixels are looked at: enough for a percentile to
// stand, few enough for large pictures to cost no more than small ones.
const samples = 1 << 14

// sample tallies an even grid of pixels.
func sample(p *raster.Picture) *tally {
	t := new(tally)
	step := max(1, int(math.Sqrt(float64(p.W)*float64(p.H)/samples)))
	for y := step / 2; y < p.H; y += step {
		row := p.Row(y)
		for x := step / 2; x < p.W; x += step {
			t.add(row[3*x], row[3*x+1], row[3*x+2])
		}
	}
	return t
}

func (t *tally) add(r, g, b uint8) {
	t.n++
	t.light[int(1000*perceived(r, g, b)+.5)]++
	t.chroma[max(r, g, b)-min(r, g, b)]++
	t.values[r]++
	t.values[256+int(g)]++
	t.values[512+int(b)]++
}

// perceived is the brightness, 0 to 1, of the HSP colour model (Finley, 2006),
// which CleanVision uses.
func perceived(r, g, b uint8) float64 {
	x, y, z := float64(r), float64(g), float64(b)
	return math.Sqrt(0.241*x*x+0.691*y*y+0.068*z*z) / 255
}

// brightness returns the brightness that a share of the pixels does not exceed.
func (t *tally) brightness(share float64) float64 { return float64(quantile(t.light[:], share)) / 1000 }

// colour is the same for the distance of the channels, 0 to 1.
func (t *tally) colour(share float64) float64 { return float64(quantile(t.chroma[:], share)) / 255 }

// quantile returns the first bin up to which a share of all counts lies.
func quantile(bins []int, share float64) int {
	total := 0
	for _, n := range bins {
		total += n
	}
	need, sum := share*float64(total), 0
	for i, n := range bins {
		if sum += n; sum > 0 && float64(sum) >= need {
			return i
		}
	}
	return 0
}

// entropy returns the bits a value needs, over the bins of all three channels as
// Pillow counts them: at most log2(768) = 9.6.
func (t *tally) entropy() float64 {
	sum := 0.0
	for _, n := range t.values {
		if n > 0 {
			share := float64(n) / float64(3*t.n)
			sum -= share * math.Log2(share)
		}
	}
	return sum
}
