package calibrate

import "testing"

// What is inside the binary can be read, is whole, and says sensible things.
func TestKnownModels(t *testing.T) {
	list, err := knownList()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		m, ok, err := Known(e.Key)
		if err != nil || !ok {
			t.Fatalf("%s: found %v, %v", e.File, ok, err)
		}
		c := m.Calibration
		if err := c.Check(); err != nil {
			t.Errorf("%s: %v", e.File, err)
		}
		if in, out := m.Whitening.In, m.Whitening.Out; (out >= in || in != 768 && e.Layers != "7") && (out != in || e.Layers != "8p") {
			t.Errorf("%s: %d x %d", e.File, out, in)
		}
		last := 0.0
		for _, images := range []int{100, 10_000, largest(e)} {
			at := c.Curve(images).Inverse(.9)
			if at < .4 || at >= 1 || at <= last {
				t.Errorf("%s: among %d images, copies are likely from a cosine of %.3f on", e.File, images, at)
			}
			last = at
			if equal := c.HashCurve(images)[0]; equal < .9 {
				t.Errorf("%s: among %d images, equal hashes mean a copy with chance %.3f", e.File, images, equal)
			}
		}
		if at := c.LookalikeCurve().Inverse(.9); at < .9 {
			t.Errorf("%s: pictures of one prompt are copies from %.3f on", e.File, at)
		}
	}
	if _, ok, err := Known(Key{Model: "another"}); ok || err != nil {
		t.Errorf("another model is known: %v, %v", ok, err)
	}
}
