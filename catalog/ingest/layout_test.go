package ingest

import (
	"reflect"
	"testing"
)

func TestDefaultLayout(t *testing.T) {
	for path, want := range map[string]Facts{
		"raw/real/car/1.jpg":          {Label: "real", Subject: "car"},
		"raw/Fake/Birds/1.jpg":        {Label: "ai", Subject: "bird"},
		"synthetic/1.jpg":             {Label: "ai"},
		"trees/generated/1.jpg":       {Label: "ai", Subject: "tree"},
		"real/x/ai/1.jpg":             {Label: "ai"}, // the nearest
		"dump/real.zip/churches/1.pn": {Label: "real", Subject: "church"},
		"really/carpet/real.jpg":      {}, // whole names of folders only
		"real":                        {},
		"../heap/ai/other/x.tar/1":    {Label: "ai", Subject: "other"},
	} {
		if got := DefaultLayout().Read(path); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", path, got, want)
		}
	}
}

func TestParseLayout(t *testing.T) {
	for _, c := range []struct {
		layout, path string
		want         Facts
	}{
		{"{label}/{subject}", "heap/real/car/1.jpg", Facts{Label: "real", Subject: "car"}},
		{"{label}/{subject}", "real/car/1.jpg", Facts{Label: "real", Subject: "car"}},
		{"{label}", "heap/Fake/1.jpg", Facts{Label: "ai"}},
		{"{subject}/*", "heap/cat/2024/1.jpg", Facts{Subject: "cat"}},
		{"{generator}_{label}", "heap/sd15_ai/1.jpg", Facts{Generator: "sd15", Label: "ai"}},
		{"{label}/{camera}", "x/real/nikon/1.jpg", Facts{Label: "real", Extra: map[string]any{"camera": "nikon"}}},
		{"{label}/raw", "x/real/done/1.jpg", Facts{}},
		{"{label}/{subject}", "1.jpg", Facts{}},
	} {
		l, err := ParseLayout(c.layout)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Read(c.path); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s on %s: got %+v, want %+v", c.layout, c.path, got, c.want)
		}
	}
	for _, bad := range []string{"", "/", "plain", "{label", "label}", "{}", "{a b}"} {
		if _, err := ParseLayout(bad); err == nil {
			t.Errorf("layout %q was accepted", bad)
		}
	}
}

func TestFactsJoin(t *testing.T) {
	strong := Facts{Label: "real", Extra: map[string]any{"a": 1}}
	weak := Facts{Label: "ai", Subject: "car", Extra: map[string]any{"a": 2, "b": 3}}
	joined := strong.Over(weak)
	want := Facts{Label: "real", Subject: "car", Extra: map[string]any{"a": 1, "b": 3}}
	if !reflect.DeepEqual(joined, want) {
		t.Errorf("got %+v, want %+v", joined, want)
	}
	if !strong.Within(joined) || !joined.Within(joined) || weak.Within(joined) || joined.Within(strong) {
		t.Error("Within does not tell what is said already")
	}
	if gaps := weak.Missing(strong); !reflect.DeepEqual(gaps, Facts{Subject: "car"}) {
		t.Errorf("missing: got %+v", gaps)
	}
	if !(Facts{}).Empty() || strong.Empty() {
		t.Error("Empty is wrong")
	}
}
