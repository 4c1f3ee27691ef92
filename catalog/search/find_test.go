package search

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
)

// small is a heap in which each query of the tests has a meaning.
func small(t testing.TB) (*catalog.Catalog, *Index) {
	c := newCatalog(t)
	record(t, c,
		sighting("/heap/raw/real/car/IMG_0001.jpg", catalog.Origin{Label: "real", Subject: "car", Source: "crawl", URL: "https://cars.example/red-beetle"}),
		sighting("/heap/raw/real/tree/oak.jpg", catalog.Origin{Label: "real", Subject: "tree", Source: "crawl", Extra: map[string]any{"caption": "Old oaks by the sea", "aesthetic": "6.5"}}),
		sighting("/heap/raw/ai/car/a.png", catalog.Origin{Label: "ai", Subject: "car", Generator: "sd-1.4", Prompt: "a red car, parked by the old sea wall"}),
		sighting("/heap/raw/ai/car/b.png", catalog.Origin{Label: "ai", Subject: "car", Generator: "sdxl", Prompt: "two blue cars", Extra: map[string]any{"aesthetic": "4.25"}}),
		sighting("/heap/raw/ai/boat/c.png", catalog.Origin{Label: "ai", Subject: "boat", Generator: "sdxl", Prompt: "ein rotes Boot, Zürich, 赤い船"}),
	)
	return c, opened(t, c)
}

func names(t testing.TB, c *catalog.Catalog, hits []Hit) string {
	t.Helper()
	var out []string
	for _, h := range hits {
		places, err := c.Locations(t.Context(), h.Image)
		if err != nil {
			t.Fatal(err)
		}
		path := places[h.Image][0].Path
		out = append(out, path[strings.LastIndex(path, "/")+1:])
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestFind(t *testing.T) {
	c, x := small(t)
	for _, test := range []struct{ query, want string }{
		{"boat", "c.png"},
		{"blue", "b.png"},
		{"+prompt:car -label:real", "a.png b.png"},  // without a plural s
		{"subject:Car", "IMG_0001.jpg a.png b.png"}, // capitals do not count
		{`"by the sea"`, "oak.jpg"},
		{`"old sea"`, "a.png"},
		{"caption:oak", "oak.jpg"},
		{"zürich", "c.png"},
		{"ZU\u0308RICH", "c.png"}, // composed or not
		{"船", "c.png"},
		{"IMG_0001.jpg", "IMG_0001.jpg"},
		{"img*", "IMG_0001.jpg"},
		{"IMG*", "IMG_0001.jpg"},
		{"path:raw/ai/boat", "c.png"},
		{"generator:sd-1.4", "a.png"}, // not all that have a 1 or a 4
		{"beetle", "IMG_0001.jpg"},    // in an address
		{"blu~1", "b.png"},
		{"/b[a-z]+t/", "c.png"},
		{"aesthetic:>5", "oak.jpg"},
		{"aesthetic:6.5", "oak.jpg"},
		{"+width:640 +label:real", "IMG_0001.jpg oak.jpg"},
		{"exif.make:nikon", "IMG_0001.jpg a.png b.png c.png oak.jpg"},
		{"status:kept", "IMG_0001.jpg a.png b.png c.png oak.jpg"},
		{"kept", ""}, // only by its field
		{"generator:midjourney", ""},
		{"", "IMG_0001.jpg a.png b.png c.png oak.jpg"},
	} {
		found, err := x.Find(t.Context(), Request{Query: test.query, Limit: 10})
		if err != nil {
			t.Errorf("%s: %v", test.query, err)
			continue
		}
		if got := names(t, c, found.Hits); got != test.want || found.Total != len(found.Hits) {
			t.Errorf("%s: found %q (%d), want %q", test.query, got, found.Total, test.want)
		}
	}
}

func TestScoresAndPages(t *testing.T) {
	_, x := small(t)
	all, err := x.Find(t.Context(), Request{Query: "red car", Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	if all.Total != 3 || all.Hits[0].Score != 1 || all.Hits[2].Score <= 0 || all.Hits[2].Score >= 1 {
		t.Errorf("scores %+v", all.Hits)
	}
	rest, err := x.Find(t.Context(), Request{Query: "red car", Limit: 10, From: 1})
	if err != nil || len(rest.Hits) != 2 || rest.Hits[0] != all.Hits[1] {
		t.Errorf("from the second on: %+v (%v), all are %+v", rest.Hits, err, all.Hits)
	}
}

func TestFacets(t *testing.T) {
	c, x := small(t)
	found, err := x.Find(t.Context(), Request{Query: "car", Limit: 10, Facets: 5})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(found.Facets["label"], found.Facets["generator"]), "[{ai 2} {real 1}] [{- 1} {sd-1.4 1} {sdxl 1}]"; got != want {
		t.Errorf("facets %s, want %s", got, want)
	}
	for _, test := range []struct {
		only map[string][]string
		want string
	}{
		{map[string][]string{"label": {"ai"}}, "a.png b.png"},
		{map[string][]string{"label": {"ai"}, "generator": {"sdxl"}}, "b.png"},
		{map[string][]string{"generator": {"sdxl", "sd-1.4"}}, "a.png b.png"},
		{map[string][]string{"generator": {Unsaid}}, "IMG_0001.jpg"},
		{map[string][]string{"split": {"test"}}, ""},
	} {
		found, err := x.Find(t.Context(), Request{Query: "car", Only: test.only, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if got := names(t, c, found.Hits); got != test.want {
			t.Errorf("only %v: %q, want %q", test.only, got, test.want)
		}
	}
}

func TestQueryErrors(t *testing.T) {
	_, x := small(t)
	for _, test := range []struct {
		query string
		at    int
		says  string
	}{
		{`red "by the`, 5, "closed"},
		{"red label:", 5, "double quotes"},
		{"lable:real", 1, `no image has a field "lable"`},
		{"red https://cars.example", 5, "colon into double quotes"},
		{"red /[/", 5, "slashes"},
		{"Zürich +", 8, "double quotes"},
		{strings.Repeat("x", 5000), longestQuery, "too long"},
	} {
		_, err := x.Find(t.Context(), Request{Query: test.query, Limit: 1})
		var bad *QueryError
		if !errors.As(err, &bad) || bad.At != test.at || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%.40s: error %v, want one at %d that says %q", test.query, err, test.at, test.says)
		}
	}
}

// Words that are given in part are looked for one by one.
func TestTooManyPatterns(t *testing.T) {
	c := newCatalog(t)
	heap(t, c, 0, 10)
	x := opened(t, c)
	for text, want := range map[string]bool{"r* ": false, "rad~1 ": false, "/r.d/ ": false, "red ": true} {
		_, err := x.Find(t.Context(), Request{Query: strings.Repeat(text, mostPatterns+1), Limit: 1})
		var bad *QueryError
		if errors.As(err, &bad) == want {
			t.Errorf("%q, many times: %v", text, err)
		}
		if _, err := x.Find(t.Context(), Request{Query: strings.Repeat(text, 3), Limit: 1}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Without an index nothing is found, and a wrong query is told all the same.
func TestFindBeforeIndexing(t *testing.T) {
	c := newCatalog(t)
	x := Open(c, c.CacheDir())
	defer x.Close()
	found, err := x.Find(t.Context(), Request{Query: "car", Limit: 1})
	if err != nil || found.Total != 0 {
		t.Errorf("found %+v (%v)", found, err)
	}
	if _, err := x.Find(t.Context(), Request{Query: `"car`}); err == nil {
		t.Error("a wrong query is taken")
	}
}

// Whatever a person types is an answer or an error, and what is found is found again in the texts.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{"red car", `"by the sea"`, "+a -b", "a:b", "width:>=5", `x:<"2020-01-01"`, "/a+/", "a*?", "a~2", "a^3", `\:`, "\xff", "~", "^", "船", ":>"} {
		f.Add(q)
	}
	c, x := small(f)
	f.Fuzz(func(t *testing.T, q string) {
		found, err := x.Find(t.Context(), Request{Query: q, Limit: 10, Facets: 3})
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		for _, h := range found.Hits {
			excerpts(t, c, found.Marker, h.Image)
		}
	})
}
