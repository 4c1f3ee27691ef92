package catalog

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestCanonical(t *testing.T) {
	dir := must(filepath.EvalSymlinks(t.TempDir()))(t)
	for _, d := range []string{"real/sub", "other"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "real/a.zip"), nil, 0o644), os.Symlink("real", filepath.Join(dir, "link")),
		os.Symlink("../real/a.zip", filepath.Join(dir, "other/file-link"))); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for arg, want := range map[string]string{
		"link":                 "real",
		"link/":                "real",
		"link/sub/../a.zip":    "real/a.zip",
		"link/gone/deep.jpg":   "real/gone/deep.jpg",
		"link/a.zip/in/1.jpg":  "real/a.zip/in/1.jpg",
		"other/file-link":      "other/file-link", // a picture keeps the name that it was found under
		"./real//sub/./x\xff":  "real/sub/x\xff",
		dir + "/link/sub":      "real/sub",
		"nowhere/to/be/found":  "nowhere/to/be/found",
		"link/sub/.hidden.jpg": "real/sub/.hidden.jpg",
	} {
		if got, err := Canonical(arg); err != nil || got != filepath.Join(dir, want) {
			t.Errorf("%q is %q (%v), want %q beneath %s", arg, got, err, want, dir)
		}
	}
	if _, err := Canonical("a\x00b"); err == nil {
		t.Error("a zero byte was taken")
	}
}

func TestShow(t *testing.T) {
	v := View{base: "/home/me"}
	for path, want := range map[string]string{
		"/home/me/heap/a.jpg": "heap/a.jpg", "/home/me": ".", "/home/mean/a.jpg": "/home/mean/a.jpg", "/else": "/else",
		"/home/me/-rf.jpg": "./-rf.jpg", "https://x/y.jpg": "https://x/y.jpg", "/home/me/x.zip/in/a.jpg": "x.zip/in/a.jpg",
		"/home/me/http:/x": "http:/x",
	} {
		if got := v.Show(path); got != want {
			t.Errorf("%s is shown as %s, not %s", path, got, want)
		}
	}
	if got := (View{base: "/"}).Show("/a/b"); got != "a/b" {
		t.Errorf("from the root: %s", got)
	}
}

// Whatever is printed can be given back.
func TestResolve(t *testing.T) {
	dir := t.TempDir()
	c := fresh(t)
	v := must(NewView(dir))(t)
	base := v.base
	paths := []string{base + "/a.jpg", base + "/-x.jpg", base + "/sub/with space.jpg", base + "/new\nline.jpg", base + "/100%.jpg", base + "/quote'\".jpg",
		base + "/bad\xff\xfe.jpg", base + "/sub/bad\xff.jpg", base + "/x.zip/in/1.jpg", base + "/12", "/elsewhere/b.jpg", "https://example.org/c.jpg?x=1#y"}
	var s []Sighting
	for _, p := range paths {
		s = append(s, sight(p, p, Origin{}))
	}
	rs := record(t, c, s...)
	for i, p := range paths {
		shown := v.Show(p)
		for _, arg := range []string{shown, p, strings.ToValidUTF8(shown, "\uFFFD"), content(p).Hash.String(), content(p).Hash.String()[:9]} {
			if got, err := c.Resolve(t.Context(), v, arg); err != nil || got != rs[i].Image {
				t.Errorf("%q gives %d (%v), not %d, which is %q", arg, got, err, rs[i].Image, p)
			}
		}
	}
	if got := must(c.Resolve(t.Context(), v, strconv.FormatInt(rs[3].Image, 10)))(t); got != rs[3].Image {
		t.Errorf("by number: %d", got)
	}
	if got := must(c.Resolve(t.Context(), v, "12"))(t); got != rs[9].Image {
		t.Errorf("a file whose name is a number: image %d, not %d", got, rs[9].Image)
	}
	for _, arg := range []string{"", "nowhere.jpg", "999999", "abcdef", content("a").Hash.String()[:5], "x.zip", ".", "zz\uFFFD"} {
		if got, err := c.Resolve(t.Context(), v, arg); !errors.Is(err, ErrNoImage) {
			t.Errorf("%q gives %d, %v", arg, got, err)
		}
	}
}

func TestResolveThroughALinkAndAfterALoss(t *testing.T) {
	dir := must(filepath.EvalSymlinks(t.TempDir()))(t)
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "real"), 0o755), os.Symlink("real", filepath.Join(dir, "link"))); err != nil {
		t.Fatal(err)
	}
	c := fresh(t)
	r := record(t, c, sight(filepath.Join(dir, "real/a.jpg"), "a", Origin{}))[0]
	must(c.MarkGone(t.Context(), []LocationID{r.Location}))(t)
	v := must(NewView(filepath.Join(dir, "link")))(t)
	if got := v.Show(filepath.Join(dir, "real/a.jpg")); got != "a.jpg" {
		t.Errorf("from a linked folder it is shown as %s", got)
	}
	outer := must(NewView(dir))(t)
	for _, k := range []struct {
		v   View
		arg string
	}{{v, "a.jpg"}, {outer, "link/a.jpg"}, {outer, "real/a.jpg"}} {
		if got, err := c.Resolve(t.Context(), k.v, k.arg); err != nil || got != r.Image {
			t.Errorf("%s gives %d, %v", k.arg, got, err)
		}
	}
}

func TestShortHashOfSeveral(t *testing.T) {
	c := fresh(t)
	a, b := sight("/a", "a", Origin{}), sight("/b", "b", Origin{})
	b.Content.Hash = a.Content.Hash
	b.Content.Hash[31]++
	record(t, c, a, b)
	var ambiguous *AmbiguousError
	if _, err := c.Resolve(t.Context(), View{base: "/"}, a.Content.Hash.String()[:20]); !errors.As(err, &ambiguous) || len(ambiguous.Images) != 2 {
		t.Errorf("got %v", err)
	}
}
