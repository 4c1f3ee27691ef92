package catalog

import (
	"maps"
	"reflect"
	"slices"
	"testing"
)

// outcomes are the answers' outcomes and whether each is invalid.
func outcomes(rs []Recorded) (out []Outcome, invalid int) {
	for _, r := range rs {
		out = append(out, r.Outcome)
		if r.Invalid {
			invalid++
		}
	}
	return out, invalid
}

func TestRecordSameAgainWritesNothing(t *testing.T) {
	c := fresh(t)
	broken := sight("/heap/broken.jpg", "broken", Origin{})
	broken.Content = &Content{Hash: broken.Content.Hash, Bytes: 9, Invalid: "truncated"}
	unreadable := Sighting{Path: "/heap/secret.jpg", Kind: KindFile, Problem: "permission denied"}
	s := []Sighting{
		sight("/heap/a.jpg", "a", Origin{Label: "real", Extra: map[string]any{"views": 12, "tags": []string{"x"}}}),
		sight("/heap/a copy.jpg", "a", Origin{}), broken, unreadable,
	}
	first := record(t, c, s...)
	if got, invalid := outcomes(first); !slices.Equal(got, []Outcome{Added, Added, Added, Added}) || invalid != 2 {
		t.Errorf("first: %v, %d invalid", got, invalid)
	}
	if !first[0].NewImage || first[1].NewImage || first[0].Image != first[1].Image || first[3].Image != 0 {
		t.Errorf("first: %+v", first)
	}
	before := changes(t, c)
	got, invalid := outcomes(record(t, c, s...))
	for i := range s {
		s[i].Content = nil // as ingest does when size and time are the same
	}
	if again, _ := outcomes(record(t, c, s...)); !slices.Equal(got, []Outcome{0, 0, 0, 0}) || !slices.Equal(again, got) || invalid != 2 {
		t.Errorf("again: %v and %v, %d invalid", got, again, invalid)
	}
	if n := changes(t, c) - before; n != 0 {
		t.Errorf("recording the same again changed %d rows", n)
	}
}

// changes is the number of rows that the connection for writing has changed so far.
func changes(t *testing.T, c *Catalog) (n int) {
	t.Helper()
	if err := c.write.QueryRow("SELECT total_changes()").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestChangedContentKeepsTheOldImage(t *testing.T) {
	c := fresh(t)
	old := record(t, c, sight("/heap/a.jpg", "old", Origin{Label: "real", Source: "crawl", URL: "http://x/1", Extra: map[string]any{"k": "v"}}))[0]
	decided(t, c, Decision{Kind: Remove, Image: old.Image})
	r := record(t, c, sight("/heap/a.jpg", "new", Origin{Subject: "car"}))[0]
	if r.Outcome != Changed || !r.NewImage || r.Location == old.Location {
		t.Fatalf("got %+v", r)
	}
	if got := status(t, c, old.Image); got != "missing: no location left" {
		t.Errorf("old image is %s", got)
	}
	if im := must(c.ImageByID(t.Context(), r.Image))(t); im.Label != "real" || im.Source != "crawl" || im.Subject != "car" || im.Status != Kept {
		t.Errorf("new image: %+v", im)
	}
	ls := must(c.Locations(t.Context(), old.Image, r.Image))(t)
	if l := ls[old.Image]; len(l) != 1 || l[0].Gone.IsZero() || l[0].Path != "/heap/a.jpg" {
		t.Errorf("old locations: %+v", l)
	}
	if l := ls[r.Image]; len(l) != 1 || l[0].Origin.URL != "http://x/1" || l[0].Origin.Extra["k"] != "v" {
		t.Errorf("new locations: %+v", l)
	}

	back := record(t, c, sight("/heap/a.jpg", "old", Origin{}))[0]
	if back.Outcome != Changed || back.NewImage || back.Location != old.Location {
		t.Errorf("the old content came back as %+v", back)
	}
	if got := status(t, c, old.Image); got != "removed: by verdict" {
		t.Errorf("the old content came back %s: its verdict is lost", got)
	}
}

func TestMovedKeepsWhatWasSaid(t *testing.T) {
	c := fresh(t)
	old := record(t, c, sight("/heap/a.jpg", "a", Origin{Label: "real", Prompt: "a ship"}))[0]
	s := sight("/heap/new/b.jpg", "a", Origin{Subject: "ship"})
	s.MovedFrom = old.Location
	r := record(t, c, s)[0]
	if want := (Recorded{Outcome: Moved, Location: old.Location, Image: old.Image}); r != want {
		t.Errorf("got %+v, want %+v", r, want)
	}
	ls := must(c.Locations(t.Context(), old.Image))(t)[old.Image]
	if len(ls) != 1 || ls[0].Path != "/heap/new/b.jpg" || ls[0].Origin.Prompt != "a ship" || ls[0].Origin.Subject != "ship" {
		t.Errorf("locations: %+v", ls)
	}
}

func TestMovedOntoAnotherFile(t *testing.T) {
	c := fresh(t)
	rs := record(t, c, sight("/heap/a.jpg", "a", Origin{}), sight("/heap/b.jpg", "b", Origin{}))
	s := sight("/heap/b.jpg", "a", Origin{})
	s.MovedFrom = rs[0].Location
	record(t, c, s)
	if got := status(t, c, rs[1].Image); got != "missing: no location left" {
		t.Errorf("the overwritten image is %s", got)
	}
	if got := status(t, c, rs[0].Image); got != "kept" {
		t.Errorf("the moved image is %s", got)
	}
}

func TestMovedFromOtherContentIsRefused(t *testing.T) {
	c := fresh(t)
	r := record(t, c, sight("/heap/a.jpg", "a", Origin{}))[0]
	s := sight("/heap/b.jpg", "b", Origin{})
	s.MovedFrom = r.Location
	if _, err := c.Record(t.Context(), []Sighting{s}); err == nil {
		t.Error("it was taken")
	}
	if n := must(c.CountImages(t.Context(), Filter{}))(t); n != 1 {
		t.Errorf("%d images: the failed batch left something", n)
	}
}

func TestGoneAndBack(t *testing.T) {
	c := fresh(t)
	r := record(t, c, sight("/heap/a.jpg", "a", Origin{Label: "ai"}), sight("/heap/b.jpg", "b", Origin{}))
	for _, want := range []int{1, 0} {
		if n := must(c.MarkGone(t.Context(), []LocationID{r[0].Location}))(t); n != want {
			t.Errorf("%d gone, want %d", n, want)
		}
	}
	if got := status(t, c, r[0].Image); got != "missing: no location left" {
		t.Errorf("gone: %s", got)
	}
	if im := must(c.ImageByID(t.Context(), r[0].Image))(t); im.Label != "ai" {
		t.Errorf("a missing image forgot its label: %q", im.Label)
	}
	known := must(c.KnownUnder(t.Context(), "/heap"))(t)
	if k := known["/heap/a.jpg"]; k.Gone.IsZero() || k.Hash != content("a").Hash {
		t.Errorf("known: %+v", k)
	}
	back := record(t, c, sight("/heap/a.jpg", "a", Origin{}))[0]
	if back.Outcome != Added || back.Location != r[0].Location || status(t, c, r[0].Image) != "kept" {
		t.Errorf("back: %+v, %s", back, status(t, c, r[0].Image))
	}
}

func TestUnreadableNowKeepsTheImage(t *testing.T) {
	c := fresh(t)
	r := record(t, c, sight("/heap/a.jpg", "a", Origin{}))[0]
	s := Sighting{Path: "/heap/a.jpg", Kind: KindFile, Root: "/heap", Problem: "permission denied"}
	got := record(t, c, s)[0]
	if got.Outcome != Unchanged || !got.Invalid || got.Image != r.Image || status(t, c, r.Image) != "kept" {
		t.Errorf("got %+v, %s", got, status(t, c, r.Image))
	}
	if n := must(c.Counts(t.Context()))(t); n.Unreadable != 1 {
		t.Errorf("%d unreadable", n.Unreadable)
	}
	again := record(t, c, sight("/heap/a.jpg", "a", Origin{}))[0]
	if again.Invalid || must(c.Counts(t.Context()))(t).Unreadable != 0 {
		t.Errorf("readable again: %+v", again)
	}
}

func TestReadableAtLast(t *testing.T) {
	c := fresh(t)
	first := record(t, c, Sighting{Path: "/heap/a.jpg", Kind: KindFile, Problem: "permission denied"})[0]
	r := record(t, c, sight("/heap/a.jpg", "a", Origin{}))[0]
	if r.Outcome != Changed || r.Location != first.Location || r.Image == 0 || r.Invalid {
		t.Errorf("got %+v", r)
	}
}

func TestKnownUnderRespectsBoundaries(t *testing.T) {
	c := fresh(t)
	paths := []string{"/a/b/1.jpg", "/a/bc/2.jpg", "/a/b.jpg", "/a/b", "/a/b-c/3.jpg", "/a/b/zip.zip/in/4.jpg", "/a/b/\xff\xfe.jpg", "/a/b0"}
	var s []Sighting
	for _, p := range paths {
		s = append(s, sight(p, p, Origin{}))
	}
	record(t, c, s...)
	for under, want := range map[string][]string{
		"/a/b":           {"/a/b", "/a/b/1.jpg", "/a/b/zip.zip/in/4.jpg", "/a/b/\xff\xfe.jpg"},
		"/a/b/zip.zip":   {"/a/b/zip.zip/in/4.jpg"},
		"/a/b/1.jpg":     {"/a/b/1.jpg"},
		"/a/b/zip.zip/i": nil,
		"/":              paths,
	} {
		got := slices.Sorted(maps.Keys(must(c.KnownUnder(t.Context(), under))(t)))
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("under %s: %q, want %q", under, got, want)
		}
	}
}

func TestKnownCarriesEverything(t *testing.T) {
	c := fresh(t)
	o := Origin{"real", "car", "flickr", "sd", "a car, \"red\"", "42", "http://x", "CC0", map[string]any{"n": 1.5, "s": "t"}}
	s := Sighting{Path: MemberPath("/heap/x.zip", "../../etc/a.jpg"), Kind: KindMember, Container: "/heap/x.zip", Root: "/heap", Size: 7,
		ModTime: -5, Inode: 1<<64 - 1, Origin: o, Content: content("a")}
	r := record(t, c, s)[0]
	k := must(c.KnownUnder(t.Context(), "/heap/x.zip"))(t)["/heap/x.zip/etc/a.jpg"]
	k.Seen = k.Gone
	want := Known{Location: Location{ID: r.Location, Path: "/heap/x.zip/etc/a.jpg", Kind: KindMember, Container: "/heap/x.zip", Root: "/heap", Size: 7,
		ModTime: -5, Inode: 1<<64 - 1, Image: r.Image, Origin: o}, Hash: s.Content.Hash}
	if !reflect.DeepEqual(k, want) {
		t.Errorf("got  %+v\nwant %+v", k, want)
	}
}

func TestContentIsBroughtUpToDate(t *testing.T) {
	c := fresh(t)
	s := sight("/heap/a.jpg", "a", Origin{})
	s.Content = &Content{Hash: s.Content.Hash, Bytes: 5, Invalid: "too many pixels"}
	r := record(t, c, s)[0]
	if got := status(t, c, r.Image); got != "invalid: too many pixels" {
		t.Error(got)
	}
	got := record(t, c, sight("/heap/a.jpg", "a", Origin{}))[0]
	if got.Invalid || got.NewImage || status(t, c, r.Image) != "kept" {
		t.Errorf("with a wider limit: %+v, %s", got, status(t, c, r.Image))
	}
	bare := sight("/heap/b.jpg", "a", Origin{})
	bare.Content = &Content{Hash: bare.Content.Hash}
	record(t, c, bare)
	im := must(c.ImageByHash(t.Context(), bare.Content.Hash))(t)
	im.Content.Metadata = nil
	want := *content("a")
	want.Metadata = nil
	if !reflect.DeepEqual(im.Content, want) {
		t.Errorf("after a sighting with the hash only: %+v", im.Content)
	}
	bare.Content.Hash[0]++
	if _, err := c.Record(t.Context(), []Sighting{bare}); err == nil {
		t.Error("an unknown content was recorded by its hash only")
	}
	has := must(c.HasImages(t.Context(), []Hash{im.Hash, bare.Content.Hash}))(t)
	if len(has) != 1 || has[im.Hash] != im.ID {
		t.Errorf("HasImages: %v", has)
	}
}
