package scene

import (
	"math"
	"math/rand/v2"
)

// world is one scene while it is being painted: the frame, its light and its
// source of chance.
type world struct {
	*canvas
	*noise
	rng     *rand.Rand
	light   light
	mood    mood
	horizon float64 // height of the horizon in the frame
}

// mood is the hour and the weather.
type mood struct {
	zenith, skyline rgb // the sky's colours at the top and over the horizon
	haze            rgb // what distance turns everything into
	sun, ambient    rgb
	clouds          float64 // 0 none to 1 overcast
	hazy            float64 // how strongly distance fades
}

func newWorld(rng *rand.Rand, w, h int) *world {
	s := &world{canvas: newCanvas(w, h), noise: newNoise(rng), rng: rng}
	s.mood = drawMood(rng)
	angle, height := s.between(-2.4, -.7), s.between(.5, .75)
	sin, cos := math.Sincos(angle)
	flat := math.Sqrt(1 - height*height)
	s.light = light{x: cos * flat, y: sin * flat, z: height, sun: s.mood.sun, ambient: s.mood.ambient}
	s.horizon = s.between(.38, .68)
	return s
}

// drawMood picks noon, evening, an overcast day, dusk or morning, and varies it.
func drawMood(rng *rand.Rand) mood {
	moods := []mood{
		{rgb{.22, .45, .82}, rgb{.68, .82, .95}, rgb{.72, .82, .92}, rgb{1, .97, .9}, rgb{.42, .45, .5}, .45, .6},
		{rgb{.35, .42, .68}, rgb{.98, .72, .45}, rgb{.95, .75, .58}, rgb{1.15, .85, .58}, rgb{.42, .38, .42}, .4, .75},
		{rgb{.62, .66, .7}, rgb{.82, .84, .86}, rgb{.78, .8, .83}, rgb{.62, .63, .65}, rgb{.56, .58, .6}, .85, .85},
		{rgb{.2, .2, .42}, rgb{.85, .5, .5}, rgb{.6, .46, .58}, rgb{.85, .62, .6}, rgb{.36, .34, .46}, .5, .7},
		{rgb{.5, .7, .86}, rgb{.95, .92, .82}, rgb{.88, .9, .9}, rgb{1.02, .98, .85}, rgb{.46, .47, .48}, .3, .9},
	}
	m := moods[rng.IntN(len(moods))]
	tint := hsv(rng.Float64(), .12*rng.Float64(), 1)
	for _, c := range []*rgb{&m.zenith, &m.skyline, &m.haze, &m.sun} {
		*c = c.by(tint)
	}
	m.zenith = m.zenith.times(.75 + .45*rng.Float64())
	m.clouds = min(max(m.clouds+.5*(rng.Float64()-.5), 0), 1)
	m.hazy *= .5 + .7*rng.Float64()
	return m
}

// brush paints in the frame's own coordinates.
func (s *world) brush() brush { return brush{s, place{scale: 1}} }

// at returns a brush for a subject of some size at a place of the frame.
func (s *world) put(x, y, scale, angle float64, flip bool) brush {
	return brush{s, place{x: x, y: y, scale: scale, angle: angle, flip: flip}}
}

func (s *world) between(lo, hi float64) float64 { return lo + (hi-lo)*s.rng.Float64() }

func (s *world) chance(p float64) bool { return s.rng.Float64() < p }

// count draws a whole number from lo to hi, both included.
func (s *world) count(lo, hi int) int { return lo + s.rng.IntN(hi-lo+1) }

// pick returns one of the values.
func pick[T any](s *world, values ...T) T { return values[s.rng.IntN(len(values))] }

// faded is a colour seen through the haze; far goes from 0 (here) to 1.
func (s *world) faded(c rgb, far float64) rgb {
	return mix(c, s.mood.haze, min(1, far*s.mood.hazy))
}
