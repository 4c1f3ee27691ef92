package catalog

import "testing"

// A stamp changes with what can be searched of its image, and with nothing else.
func TestTextStamps(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 3)
	stamps := must(c.TextStamps(t.Context()))(t)
	changes := map[string]func(){
		"a place":  func() { record(t, c, sight("/elsewhere/000.jpg", "image0", Origin{Label: "real"})) },
		"a prompt": func() { record(t, c, sight("/heap/000.jpg", "image0", Origin{Label: "real", Prompt: "a red car"})) },
		"a label":  func() { decided(t, c, Decision{Kind: Label, Image: ids[0], Value: "ai"}) },
		"a status": func() { decided(t, c, Decision{Kind: Remove, Image: ids[0]}) },
		"a column": func() {
			record(t, c, sight("/heap/000.jpg", "image0", Origin{Label: "real", Extra: map[string]any{"caption": "noon"}}))
		},
		"no change": func() {},
	}
	for what, change := range changes {
		change()
		after := must(c.TextStamps(t.Context()))(t)
		if changed := after[ids[0]] != stamps[ids[0]]; changed != (what != "no change") {
			t.Errorf("%s: changed is %v", what, changed)
		}
		if len(after) != 3 || after[ids[1]] != stamps[ids[1]] || after[ids[1]] == after[ids[2]] {
			t.Errorf("%s of one image: the stamps of the others were %v and are %v", what, stamps, after)
		}
		stamps = after
	}
}
