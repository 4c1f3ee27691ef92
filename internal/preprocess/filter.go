package preprocess

import (
	"fmt"
	"math"
)

// Filter is a resampling filter, numbered as in Pillow and in the "resample" key
// of preprocessor_config.json.
type Filter int

// The filters of Pillow's Image.Resampling.
const (
	Nearest Filter = iota
	Lanczos
	Bilinear
	Bicubic
	Box
	Hamming
)

var filterNames = [...]string{"nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"}

// String returns Pillow's name of the filter in lower case.
func (f Filter) String() string {
	if f.valid() {
		return filterNames[f]
	}
	return fmt.Sprintf("filter %d", int(f))
}

func (f Filter) valid() bool { return f >= Nearest && f <= Hamming }

// kernel is a filter function and its support: it is zero outside [-support, support].
type kernel struct {
	support float64
	at      func(x float64) float64
}

// kernelOf returns the kernel of every filter but Nearest, which has none, with
// the constants of Pillow's Resample.c.
func kernelOf(f Filter) kernel {
	switch f {
	case Lanczos:
		return kernel{3, lanczos}
	case Bicubic:
		return kernel{2, bicubic}
	case Box:
		return kernel{0.5, box}
	case Hamming:
		return kernel{1, hamming}
	}
	return kernel{1, bilinear}
}

func box(x float64) float64 {
	if x > -0.5 && x <= 0.5 {
		return 1
	}
	return 0
}

func bilinear(x float64) float64 { return max(0, 1-math.Abs(x)) }

func hamming(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x == 0:
		return 1
	case x >= 1:
		return 0
	}
	x *= math.Pi
	return math.Sin(x) / x * (0.54 + 0.46*math.Cos(x))
}

// bicubic is Keys' cubic convolution with a = -0.5. The conversions keep the
// compiler from fusing a product and a sum, which would round differently on
// machines that have that instruction.
func bicubic(x float64) float64 {
	const a = -0.5
	x = math.Abs(x)
	switch {
	case x < 1:
		return float64(float64(float64((a+2)*x)-(a+3))*x*x) + 1
	case x < 2:
		return float64(float64((float64((x-5)*x)+8)*x)-4) * a
	}
	return 0
}

func lanczos(x float64) float64 {
	if x >= -3 && x < 3 {
		return sinc(x) * sinc(x/3)
	}
	return 0
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	x *= math.Pi
	return math.Sin(x) / x
}
