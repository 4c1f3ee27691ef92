package imageio_test

import (
	"testing"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
)

// BenchmarkDecode decodes a scene of one megapixel, whole, and a JPEG also as small as a model needs it.
func BenchmarkDecode(b *testing.B) {
	picture := scene.Render(1, 1152, 864)
	encode := func(data []byte, err error) []byte {
		if err != nil {
			b.Fatal(err)
		}
		return data
	}
	jpeg, png := encode(edit.EncodeJPEG(picture, 90)), encode(edit.EncodePNG(picture))
	for _, c := range []struct {
		name   string
		data   []byte
		decode func([]byte) (*raster.Picture, imageio.Info, error)
	}{
		{"jpeg", jpeg, whole},
		{"jpeg for 224 px", jpeg, func(d []byte) (*raster.Picture, imageio.Info, error) {
			return imageio.DecodeAtLeast(d, imageio.DefaultLimits, 224)
		}},
		{"png", png, whole},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := c.decode(c.data); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
		})
	}
}

func whole(d []byte) (*raster.Picture, imageio.Info, error) {
	return imageio.Decode(d, imageio.DefaultLimits)
}
