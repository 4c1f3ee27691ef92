// Package augment changes pictures on their way into training, so that a model
// does not see the same pixels twice: crops, mirror images, colours, RandAugment,
// and what the web does to files (blur, another size, JPEG), which a detector of
// generated pictures must bear.
//
// [Parse] reads the words of --augment into a [Pipeline]; [Pipeline.Apply] changes
// one picture with the random numbers of [Rand], which follow from seed, epoch and
// picture alone. So neither the number of workers nor a stop and a new start
// changes what is learnt from.
//
// Operations and their ranges are those of torchvision 0.29 on Pillow pictures:
// RandomResizedCrop, ColorJitter, RandAugment. Where the pixels of those are defined
// ours equal them. The package decodes no files and makes no tensors.
package augment

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// Rand returns the random numbers of one picture in one epoch; turn counts the
// times that the epoch took the picture before.
func Rand(seed uint64, epoch, turn int, id string) *rand.Rand {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %d %s", seed, epoch, turn, id))
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[:]), binary.LittleEndian.Uint64(sum[8:])))
}

// uniform draws from [lo, hi).
func uniform(rng *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }
