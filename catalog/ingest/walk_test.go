package ingest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree makes files and folders (names ending in a slash) and links ("a -> b").
func tree(t *testing.T, names ...string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		name, target, link := strings.Cut(name, " -> ")
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		switch {
		case link:
			err = os.Symlink(target, path)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o777)
		default:
			err = os.WriteFile(path, []byte(name), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func canonical(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if info, statErr := os.Stat(abs); statErr == nil && info.IsDir() {
		return filepath.EvalSymlinks(abs)
	}
	return filepath.Join(dir, filepath.Base(abs)), err
}

// visited lists the ways from root of everything that a walk visits.
func visited(t *testing.T, w Walker, root string, args ...string) []string {
	t.Helper()
	roots, err := Roots(args, canonical)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = w.Walk(t.Context(), roots, func(f File) error {
		rel, err := filepath.Rel(root, f.Path)
		got = append(got, rel)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestWalk(t *testing.T) {
	for name, c := range map[string]struct {
		tree []string
		args []string // below the tree; none is the tree itself
		want []string
	}{
		"sorted, folder by folder": {
			tree: []string{"b.jpg", "a/2.jpg", "a/1.jpg", "a.jpg"},
			want: []string{"a/1.jpg", "a/2.jpg", "a.jpg", "b.jpg"},
		},
		"hidden and own files are passed over": {
			tree: []string{".git/x.jpg", "a/.hidden.jpg", "a/b.jpg", "curate.db", "curate.db-wal", "curate.cache/t.jpg", "__MACOSX/c.jpg"},
			want: []string{"a/b.jpg"},
		},
		"folders made by curate are passed over": {
			tree: []string{"runs/one/trainer_state.json", "runs/one/loss.png", "out/.curate-made", "out/a.jpg", "c.jpg"},
			want: []string{"c.jpg"},
		},
		"a named folder is walked whatever it is": {
			tree: []string{".hidden/a.jpg", "run/trainer_state.json", "run/loss.png"},
			args: []string{".hidden", "run"},
			want: []string{".hidden/a.jpg", "run/loss.png", "run/trainer_state.json"},
		},
		"a path within another is visited once": {
			tree: []string{"a/b/c.jpg", "a/d.jpg", "ab/e.jpg"},
			args: []string{"a/b", "a", "a/d.jpg", "ab"},
			want: []string{"a/b/c.jpg", "a/d.jpg", "ab/e.jpg"},
		},
		"links into what is walked anyway": {
			tree: []string{"heap/a/b.jpg", "heap/self -> .", "heap/twin -> a", "heap/copy.jpg -> a/b.jpg", "heap/up -> .."},
			args: []string{"heap"},
			want: []string{"heap/a/b.jpg"},
		},
		"links that lead out": {
			tree: []string{"heap/in.jpg", "heap/far -> ../far", "heap/again -> ../far", "heap/one.jpg -> ../other/1.jpg", "far/x.jpg",
				"far/back -> ../heap", "other/1.jpg"},
			args: []string{"heap"},
			want: []string{"heap/in.jpg", "heap/one.jpg", "far/x.jpg"},
		},
		"a link to a hidden store is followed": {
			tree: []string{".store/blob", "a.jpg -> .store/blob"},
			want: []string{"a.jpg"},
		},
		"a link to nothing is visited with its fault": {
			tree: []string{"a.jpg -> nowhere", "b.jpg -> b.jpg"},
			want: []string{"a.jpg", "b.jpg"},
		},
		"names of any bytes": {
			tree: []string{"line\nend.jpg", "\xff\xfe.jpg", "sp ace/日本.jpg"},
			want: []string{"line\nend.jpg", "sp ace/日本.jpg", "\xff\xfe.jpg"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, c.tree...)
			args := []string{root}
			if c.args != nil {
				args = nil
				for _, a := range c.args {
					args = append(args, filepath.Join(root, a))
				}
			}
			if got := visited(t, Walker{}, root, args...); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestWalkExclude(t *testing.T) {
	root := tree(t, "a/1.jpg", "a/1_thumb.jpg", "b/thumbs/2.jpg", "b/c/3.png", "b/4.png")
	for _, c := range []struct {
		globs []string
		want  []string
	}{
		{nil, []string{"a/1.jpg", "a/1_thumb.jpg", "b/4.png", "b/c/3.png", "b/thumbs/2.jpg"}},
		{[]string{"*_thumb.jpg", "thumbs"}, []string{"a/1.jpg", "b/4.png", "b/c/3.png"}},
		{[]string{"b/*.png"}, []string{"a/1.jpg", "a/1_thumb.jpg", "b/c/3.png", "b/thumbs/2.jpg"}},
		{[]string{"b/**/*.png", "a/"}, []string{"b/thumbs/2.jpg"}},
		{[]string{"[!b]", "**/2.jpg", "?.png"}, nil},
	} {
		e, err := NewExcluder(c.globs)
		if err != nil {
			t.Fatal(err)
		}
		if got := visited(t, Walker{Exclude: e}, root, root); !slices.Equal(got, c.want) {
			t.Errorf("exclude %q: got %q, want %q", c.globs, got, c.want)
		}
	}
	if _, err := NewExcluder([]string{"a[b"}); err == nil {
		t.Error("an unclosed class was accepted")
	}
}

func TestWalkTellsKinds(t *testing.T) {
	root := tree(t, "a.jpg", "b.ZIP", "c.tar.gz", ".zip", "d.jpg -> nowhere")
	mkfifo(t, filepath.Join(root, "pipe.jpg"))
	roots, err := Roots([]string{root}, canonical)
	if err != nil {
		t.Fatal(err)
	}
	kinds, problems := map[string]Kind{}, map[string]string{}
	err = (&Walker{}).Walk(t.Context(), roots, func(f File) error {
		kinds[f.Rel], problems[f.Rel] = f.Kind, f.Problem
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for rel, want := range map[string]Kind{"a.jpg": Regular, "b.ZIP": Container, "c.tar.gz": Container, "pipe.jpg": Special} {
		if got, ok := kinds[rel]; !ok || got != want {
			t.Errorf("%s: kind %d, want %d", rel, got, want)
		}
	}
	if problems["d.jpg"] != "a link to nothing" {
		t.Errorf("a link to nothing: %q", problems["d.jpg"])
	}
}

func TestWalkEndsWhenAskedTo(t *testing.T) {
	root := tree(t, "a/1.jpg", "b/2.jpg")
	roots, err := Roots([]string{root}, canonical)
	if err != nil {
		t.Fatal(err)
	}
	stop := errors.New("enough")
	if err := (&Walker{}).Walk(t.Context(), roots, func(File) error { return stop }); err != stop {
		t.Errorf("got %v, want the visitor's error", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (&Walker{}).Walk(ctx, roots, func(File) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestRootsThatAreNotThere(t *testing.T) {
	_, err := Roots([]string{filepath.Join(t.TempDir(), "nowhere")}, canonical)
	if err == nil || !strings.Contains(err.Error(), "nowhere: there is no such file or folder") {
		t.Errorf("got %v", err)
	}
	if _, err := Roots([]string{""}, canonical); err == nil {
		t.Error("an empty path was accepted")
	}
}

// A file replaced by another of the same size and time is another Stat.
func TestStatSeesReplacement(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.jpg")
	stat := func() Stat {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return StatOf(info)
	}
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(path, "one")
	first := stat()
	if first != stat() {
		t.Error("two looks at one file differ")
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	other := path + ".new"
	write(other, "two")
	if err := os.Chtimes(other, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, path); err != nil {
		t.Fatal(err)
	}
	second := stat()
	if second.Size != first.Size || second.ModTime != first.ModTime {
		t.Fatal("the test did not keep size and time")
	}
	if first.Identity != 0 && second == first {
		t.Error("a replaced file has the same Stat")
	}
}

func TestReasonNamesNoPath(t *testing.T) {
	err := &fs.PathError{Op: "open", Path: "/secret/a.jpg", Err: fs.ErrPermission}
	if got := Reason(err); got != "cannot be read: permission denied" {
		t.Errorf("got %q", got)
	}
}
