package scene

import "math"

// rgb is a colour as a screen shows it: 0 to 1 a channel, more where it glares.
type rgb [3]float64

func grey(v float64) rgb { return rgb{v, v, v} }

func (c rgb) times(f float64) rgb { return rgb{c[0] * f, c[1] * f, c[2] * f} }
func (c rgb) by(d rgb) rgb        { return rgb{c[0] * d[0], c[1] * d[1], c[2] * d[2]} }
func (c rgb) plus(d rgb) rgb      { return rgb{c[0] + d[0], c[1] + d[1], c[2] + d[2]} }

// luma is the brightness by ITU-R 601-2.
func (c rgb) luma() float64 { return .299*c[0] + .587*c[1] + .114*c[2] }

// mix goes from a to b as t goes from 0 to 1.
func mix(a, b rgb, t float64) rgb {
	return rgb{a[0] + (b[0]-a[0])*t, a[1] + (b[1]-a[1])*t, a[2] + (b[2]-a[2])*t}
}

// hsv makes a colour of a hue (turns), a saturation and a value.
func hsv(h, s, v float64) rgb {
	channel := func(n float64) float64 {
		k := math.Mod(n+6*(h-math.Floor(h)), 6)
		return v - v*s*max(0, min(k, 4-k, 1))
	}
	return rgb{channel(5), channel(3), channel(1)}
}

// smoothstep rises from 0 at lo to 1 at hi without corners.
func smoothstep(lo, hi, v float64) float64 {
	t := min(max((v-lo)/(hi-lo), 0), 1)
	return t * t * (3 - 2*t)
}

func lerp(a, b, t float64) float64 { return a + (b-a)*t }

// mod is v modulo m, never negative.
func mod(v, m float64) float64 { return v - m*math.Floor(v/m) }

// fade is close to exp(-v) for v from 0 on, and much cheaper.
func fade(v float64) float64 { return 1 / (1 + v*(1+v*(.5+v*.25))) }
