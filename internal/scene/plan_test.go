package scene

import (
	"math"
	"strings"
	"testing"
)

// Neither the format, the quality nor the size of a file may tell the label.
func TestHeadersDoNotTellTheLabel(t *testing.T) {
	features := map[string]func(it item) float64{
		"jpeg":    func(it item) float64 { return one(it.format.codec == jpegCodec) },
		"webp":    func(it item) float64 { return one(it.format.codec == webpCodec) },
		"quality": func(it item) float64 { return float64(it.format.quality) / 100 },
		"width":   func(it item) float64 { return float64(it.w) / 320 },
		"height":  func(it item) float64 { return float64(it.h) / 320 },
		"square":  func(it item) float64 { return one(it.w == it.h) },
	}
	items := plan(HeapOptions{Count: 4000, Seed: 6})
	for name, feature := range features {
		sum, n := map[string]float64{}, map[string]float64{}
		for _, it := range items {
			sum[it.Label] += feature(it)
			n[it.Label]++
		}
		real, ai := sum["real"]/n["real"], sum["ai"]/n["ai"]
		if math.Abs(real-ai) > .03 {
			t.Errorf("%s: %.3f on average in real pictures, %.3f in generated ones", name, real, ai)
		}
	}
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func TestManifestNamesPromptsOfGeneratedOriginals(t *testing.T) {
	items := plan(HeapOptions{Count: 360, Seed: 4})
	rows := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSuffix(manifest(items), "\n"), "\n")[1:] {
		cells := strings.Split(line, "\t")
		rows[cells[0]] = cells
	}
	perPrompt := map[string]int{}
	for _, it := range items {
		row := rows[it.Path]
		if it.Kind == Other {
			continue
		}
		if len(row) != 6 || row[1] != it.Label || row[2] != it.Subject {
			t.Fatalf("%s: %q", it.Path, row)
		}
		generated := it.of < 0 && it.Label == "ai"
		if (row[4] != "") != generated || (row[5] != "") != generated {
			t.Errorf("%s (%s): generator %q, prompt %q", it.Path, it.Kind, row[4], row[5])
		}
		if it.Kind == Original && generated {
			perPrompt[row[5]]++
		}
	}
	if len(perPrompt) < 50 || len(perPrompt) > 90 {
		t.Errorf("180 generated originals share %d prompts, want about three to a prompt", len(perPrompt))
	}
}

func TestPathsAreUniqueAndCopiesPointAtOriginals(t *testing.T) {
	items := plan(HeapOptions{Count: 360, Seed: 2})
	byPath := map[string]item{}
	for _, it := range items {
		if _, twice := byPath[it.Path]; twice {
			t.Errorf("%s is there twice", it.Path)
		}
		byPath[it.Path] = it
	}
	for _, it := range items {
		if it.Of == "" {
			continue
		}
		of, ok := byPath[it.Of]
		if !ok || of.Kind != Original || of.seed != it.seed {
			t.Errorf("%s is said to be a copy of %q, a %s", it.Path, it.Of, of.Kind)
		}
		if (of.Label != it.Label) != (it.Kind == Conflict) {
			t.Errorf("%s (%s): its original has the label %s", it.Path, it.Kind, of.Label)
		}
	}
}
