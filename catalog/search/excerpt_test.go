package search

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/curate/curate/catalog"
)

func excerpts(t testing.TB, c *catalog.Catalog, m *Marker, image catalog.ImageID) []Excerpt {
	t.Helper()
	places, err := c.Locations(t.Context(), image)
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range c.Images(t.Context(), catalog.Filter{IDs: []catalog.ImageID{image}}) {
		if err != nil {
			t.Fatal(err)
		}
		return m.Excerpts(row, places[image])
	}
	t.Fatalf("no image %d", image)
	return nil
}

func shown(es []Excerpt) string {
	var out []string
	for _, e := range es {
		out = append(out, e.Field+": "+string(e.HTML()))
	}
	return strings.Join(out, "; ")
}

func TestExcerpts(t *testing.T) {
	c := newCatalog(t)
	long := strings.Repeat("a quiet street with many houses, ", 20)
	ids := record(t, c, sighting("/heap/cars/Zürich.png", catalog.Origin{Label: "ai", Subject: "car", Prompt: long + "two red cars, <script>alert(1)</script> & a dog; " + long,
		Extra: map[string]any{"caption": "CAR by the sea, by the wall"}}))
	x := opened(t, c)
	for _, test := range []struct{ query, want string }{
		{"red -dog car", ""},
		{`"by the wall"`, "caption: CAR by the sea, <mark>by the wall</mark>"},
		{"caption:car", "caption: <mark>CAR</mark> by the sea, by the wall"},
		{"ca?", "two red <mark>cars</mark>, "},
		{"zurich~1", "path: /heap/cars/<mark>Zürich</mark>.png"},
		{"+script", "&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt; &amp; a dog"},
		{"+car", "prompt: …"},
		{"label:ai", "label: <mark>ai</mark>"},
	} {
		found, err := x.Find(t.Context(), Request{Query: test.query, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(found.Hits) == 0 {
			if test.want != "" {
				t.Errorf("%s finds nothing", test.query)
			}
			continue
		}
		if got := shown(excerpts(t, c, found.Marker, ids[0])); !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %s", test.query, got, test.want)
		}
	}
}

// Whatever a text holds, nothing of it is markup, and what is shown is text.
func FuzzPieces(f *testing.F) {
	f.Add("<script>car</script>", "car")
	f.Add("\xff\xfecar\xf0\x9f", "car")
	f.Add("ẞ İ car 船", "船")
	f.Fuzz(func(t *testing.T, text, word string) {
		mapped, err := newMapping()
		if err != nil {
			t.Fatal(err)
		}
		_, m, err := readQuery(word, mapped, nil)
		if err != nil {
			return
		}
		marks := m.marks("prompt", text)
		if len(marks) == 0 {
			return
		}
		html := string(Excerpt{Pieces: pieces(text, marks)}.HTML())
		bare := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(html)
		if strings.ContainsAny(bare, "<>\"'") || !utf8.ValidString(html) || !strings.Contains(html, "<mark>") {
			t.Errorf("%q in %q is shown as %q", word, text, html)
		}
	})
}
