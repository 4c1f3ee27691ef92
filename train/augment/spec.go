package augment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Words says what Parse understands, for messages.
const Words = "none, light, standard, forensic, or a list of crop, native, resize, blur, jpeg, flip, jitter, randaugment"

// preset returns what a word stands for that names several operations.
func preset(name string) (text string, ok bool) {
	switch name {
	case "none":
		return "", true
	case "light":
		return "crop:0.6-1,flip", true
	case "standard":
		return "crop,flip,randaugment", true
	case "forensic":
		return "native,resize,blur,jpeg,flip", true
	}
	return name, false
}

// Parse reads a preset, or a list of operations with their numbers after colons:
//
//	crop[:LO-HI]            area of the window, 0.08-1
//	native                  a window at the pixels of the file
//	resize[:LO-HI[:P]]      factor, 0.5-1, in half of the cases
//	blur[:LO-HI[:P]]        deviation in pixels, 0-3, in half of the cases
//	jpeg[:LO-HI[:P]]        quality, 30-95, in half of the cases
//	flip[:P]                in half of the cases
//	jitter[:B[:C[:S[:H]]]]  0.4:0.4:0.4:0.1
//	randaugment[:N[:M]]     2:9
//
// The order of the list does not matter: see [Pipeline].
func Parse(text string) (Pipeline, error) {
	var p Pipeline
	text, _ = preset(text)
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, numbers, _ := strings.Cut(part, ":")
		i := slices.IndexFunc(words(), func(w word) bool { return w.name == name })
		if i < 0 {
			return p, fmt.Errorf("augment: %q is none of %s", name, Words)
		}
		w := words()[i]
		if w.get(p) != nil {
			return p, fmt.Errorf("augment: %s comes twice", name)
		}
		v, err := w.read(numbers)
		if err != nil {
			return p, fmt.Errorf("augment: %s: %w", part, err)
		}
		w.set(&p, v)
	}
	if p.Native && p.Crop != nil {
		return p, fmt.Errorf("augment: crop resizes and native does not: take one of them")
	}
	return p, nil
}

// String writes the pipeline as Parse reads it, "none" for one that does nothing.
func (p Pipeline) String() string {
	var parts []string
	for _, w := range words() {
		if v := w.get(p); v != nil {
			parts = append(parts, w.format(v))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ",")
}

// word is an operation of the list.
type word struct {
	name    string
	span    bool // its first two numbers are written LO-HI
	numbers []number
	set     func(p *Pipeline, v []float64)
	get     func(p Pipeline) []float64 // nil where it is not there
}

// number is what a number is unless given, and its bounds.
type number struct {
	standard, least, most float64
	whole                 bool
}

// half is how often an operation happens unless told.
const half = .5

// words lists the operations in the order in which they happen.
func words() []word {
	up := func(standard, most float64) number { return number{standard: standard, most: most} }
	drawn := func(name string, lo, hi, least, most float64, of func(p *Pipeline) **Drawn) word {
		return word{name, true, []number{{lo, least, most, false}, {hi, least, most, false}, up(half, 1)},
			func(p *Pipeline, v []float64) { *of(p) = &Drawn{v[0], v[1], v[2]} },
			func(p Pipeline) []float64 {
				d := *of(&p)
				return only(d != nil, func() []float64 { return []float64{d.Lo, d.Hi, d.P} })
			}}
	}
	return []word{
		{"crop", true, []number{up(.08, 1), up(1, 1)},
			func(p *Pipeline, v []float64) { p.Crop = &Crop{v[0], v[1]} },
			func(p Pipeline) []float64 {
				return only(p.Crop != nil, func() []float64 { return []float64{p.Crop.Lo, p.Crop.Hi} })
			}},
		{"native", false, nil,
			func(p *Pipeline, _ []float64) { p.Native = true },
			func(p Pipeline) []float64 { return only(p.Native, func() []float64 { return []float64{} }) }},
		drawn("resize", .5, 1, .05, 4, func(p *Pipeline) **Drawn { return &p.Resize }),
		drawn("blur", 0, 3, 0, 20, func(p *Pipeline) **Drawn { return &p.Blur }),
		drawn("jpeg", 30, 95, 1, 100, func(p *Pipeline) **Drawn { return &p.JPEG }),
		{"flip", false, []number{up(half, 1)},
			func(p *Pipeline, v []float64) { p.Flip = v[0] },
			func(p Pipeline) []float64 { return only(p.Flip > 0, func() []float64 { return []float64{p.Flip} }) }},
		{"jitter", false, []number{up(.4, 10), up(.4, 10), up(.4, 10), up(.1, .5)},
			func(p *Pipeline, v []float64) { p.Jitter = &Jitter{v[0], v[1], v[2], v[3]} },
			func(p Pipeline) []float64 {
				return only(p.Jitter != nil, func() []float64 {
					return []float64{p.Jitter.Brightness, p.Jitter.Contrast, p.Jitter.Saturation, p.Jitter.Hue}
				})
			}},
		{"randaugment", false, []number{{2, 1, 20, true}, {9, 0, topMagnitude, true}},
			func(p *Pipeline, v []float64) { p.Random = &RandAugment{int(v[0]), int(v[1])} },
			func(p Pipeline) []float64 {
				return only(p.Random != nil, func() []float64 { return []float64{float64(p.Random.Ops), float64(p.Random.Magnitude)} })
			}},
	}
}

// only returns numbers where the operation is there.
func only(there bool, numbers func() []float64) []float64 {
	if !there {
		return nil
	}
	return numbers()
}

// read reads an operation's numbers over what they are unless given.
func (w word) read(text string) ([]float64, error) {
	v := make([]float64, len(w.numbers))
	for i, n := range w.numbers {
		v[i] = n.standard
	}
	if text == "" {
		return v, nil
	}
	if lo, hi, ok := strings.Cut(text, "-"); ok && w.span {
		text = lo + ":" + hi
	} else if w.span {
		return nil, fmt.Errorf("%q is no range: write %s", text, w.format(v))
	}
	fields := strings.Split(text, ":")
	if len(fields) > len(v) {
		return nil, fmt.Errorf("too many numbers: write %s", w.format(v))
	}
	for i, field := range fields {
		var err error
		if v[i], err = w.numbers[i].read(field); err != nil {
			return nil, err
		}
	}
	if w.span && v[0] > v[1] {
		return nil, fmt.Errorf("the range goes down: write %g-%g", v[1], v[0])
	}
	return v, nil
}

func (n number) read(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= n.least && v <= n.most) || n.whole && v != float64(int(v)) {
		kind := "number"
		if n.whole {
			kind = "whole number"
		}
		return 0, fmt.Errorf("%q is no %s from %g to %g", text, kind, n.least, n.most)
	}
	return v, nil
}

// format writes an operation with all its numbers.
func (w word) format(v []float64) string {
	text := w.name
	for i, x := range v {
		separator := ":"
		if w.span && i == 1 {
			separator = "-"
		}
		text += separator + strconv.FormatFloat(x, 'g', -1, 64)
	}
	return text
}
