package embed

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Key says what a descriptor depends on. Descriptors of two pictures may be
// compared only if their keys are equal.
type Key struct {
	Model         string // content hash of the model: weights, configuration and preprocessing
	Layers        string // "8+11": CLS after these blocks; "8p": projected as trained; "head": input of the classifier
	Resolution    int    // pixels of the model's input, its shorter side
	Precision     string // "fp32"; the provider's name where it chooses the precision
	Preprocessing int    // preprocess.Version
}

// String returns the key as one word; equal keys give equal words.
func (k Key) String() string {
	return fmt.Sprintf("%s/%s/%dpx/%s/p%d", k.Model, k.Layers, k.Resolution, k.Precision, k.Preprocessing)
}

// IsTrained tells by [Key.Layers] whether a descriptor was trained as a whole, with a
// projection at its end.
func IsTrained(layers string) bool { return strings.HasSuffix(layers, projected) }

// HeadLayer is [Key.Layers] of what a classifier reads.
const HeadLayer = "head"

// DefaultLayers returns the blocks, counted from 1, whose CLS tokens make the copy
// descriptor of a model with that many: one at two thirds, where edits of a picture
// are still near each other, and the last but one, which sees what it shows. For
// 12 blocks these are 8 and 11.
func DefaultLayers(blocks int) []int {
	a := max(int(math.Round(float64(blocks)*2/3)), 1)
	b := max(blocks-1, 1)
	if a == b {
		return []int{a}
	}
	return []int{min(a, b), max(a, b)}
}

func layerText(layers []int) string {
	words := make([]string, len(layers))
	for i, l := range layers {
		words[i] = strconv.Itoa(l)
	}
	return strings.Join(words, "+")
}
