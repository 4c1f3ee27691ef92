package descriptor

import (
	"fmt"
	"slices"
	"testing"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/vit/vittest"
)

// Every family can be cut and trained, with any number of its layers frozen; what
// is frozen has no gradient.
func TestNetworks(t *testing.T) {
	rt := orttest.Open(t)
	for _, family := range []string{"vit", "deit", "dinov2", "dinov2_with_registers"} {
		for frozen := range 2 {
			t.Run(fmt.Sprintf("%s, %d frozen", family, frozen), func(t *testing.T) {
				m := vittest.Model(t, fmt.Sprintf(`{"model_type": %q, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
					"intermediate_size": 32, "mlp_ratio": 2, "image_size": 8, "patch_size": 4}`, family))
				o := smallOptions()
				o.Layers, o.Frozen, o.Dim = 2, frozen, 4
				k, err := newMachine(&Job{Options: o, Runtime: rt, Device: ort.Device{Provider: ort.CPU}, Threads: 1}, m)
				if err != nil {
					t.Fatal(err)
				}
				defer k.Close()
				copy(k.arena.Named(k.weights, weightInput), noise(4*16))
				if _, err := k.learn(t.Context(), noise(k.views*k.patches), nil); err != nil {
					t.Fatal(err)
				}
				const fc = "encoder.layer.%d.mlp.fc1.weight"
				if g := k.arena.Named(k.gradient, fmt.Sprintf(fc, 1)); slices.Max(g) == 0 {
					t.Error("no gradient of the last layer")
				}
				if g := k.arena.Named(k.gradient, fmt.Sprintf(fc, 0)); (g == nil) != (frozen == 1) {
					t.Errorf("gradient of the first layer: %v", g)
				}
				if g := k.arena.Named(k.gradient, "embeddings.cls_token"); g != nil {
					t.Error("the embeddings have a gradient")
				}
			})
		}
	}
}
