package runtimelib

import (
	"archive/zip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/curate/curate/internal/pinned"
)

// libName is how a library of a version is called on this system.
func libName(version string) string {
	if runtime.GOOS == "darwin" {
		return "libonnxruntime." + version + ".dylib"
	}
	return "libonnxruntime.so." + version
}

func touch(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("library"), 0o644); err != nil {
		t.Fatal(err)
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	return real
}

func TestOrderOfPlaces(t *testing.T) {
	dir := t.TempDir()
	o := Options{Home: filepath.Join(dir, "home"), Exe: filepath.Join(dir, "bin", "curate")}
	touch(t, o.Exe)
	steps := []struct{ path, origin string }{
		{filepath.Join(o.Home, "onnxruntime", "cpu", libName("1.32.0")), "curate's folder"},
		{filepath.Join(o.Home, "onnxruntime", "cuda", libName("1.31.1")), "curate's folder"},
		{filepath.Join(dir, "bin", "lib", libName("1.30.0")), "beside the program"},
		{filepath.Join(dir, "bin", libName("1.29.0")), "beside the program"},
	}
	for _, s := range steps { // each goes before those that are there already
		want := touch(t, s.path)
		got, err := Find(o)
		if err != nil || got.Path != want || got.Origin != s.origin || got.Version != versionOf(want) {
			t.Errorf("got %+v, %v; want %s (%s)", got, err, want, s.origin)
		}
	}
	explicit := touch(t, filepath.Join(dir, "own", libName("1.25.0")))
	for _, named := range []string{explicit, filepath.Dir(explicit)} {
		o.Explicit, o.Origin = named, "$CURATE_ONNXRUNTIME"
		if got, err := Find(o); err != nil || got.Path != explicit || got.Origin != o.Origin {
			t.Errorf("explicit %s: %+v, %v", named, got, err)
		}
	}
}

func TestExplicitIsTheOnlyPlace(t *testing.T) {
	dir := t.TempDir()
	touch(t, filepath.Join(dir, "onnxruntime", "cpu", libName("1.32.0")))
	empty := t.TempDir()
	for _, named := range []string{filepath.Join(dir, "nothing"), empty} {
		_, err := Find(Options{Explicit: named, Origin: "$CURATE_ONNXRUNTIME", Home: dir})
		if err == nil || !strings.Contains(err.Error(), "$CURATE_ONNXRUNTIME names "+named) {
			t.Errorf("%s: %v", named, err)
		}
	}
}

func TestNothingFoundSaysWhereItLooked(t *testing.T) {
	home := t.TempDir()
	lib, err := Find(Options{Home: home})
	if err == nil {
		t.Skipf("this system has a library of its own: %s", lib.Path)
	}
	var notFound *NotFound
	if !errors.As(err, &notFound) || !strings.Contains(err.Error(), home) || !strings.Contains(err.Error(), "make setup") {
		t.Errorf("got %v", err)
	}
}

func TestProvidersAreNoLibrary(t *testing.T) {
	dir := t.TempDir()
	touch(t, filepath.Join(dir, "libonnxruntime_providers_cuda.so"))
	if _, err := Find(Options{Explicit: dir, Origin: "the test"}); err == nil {
		t.Error("a provider passed for the library")
	}
	touch(t, filepath.Join(dir, libName("1.9.0")))
	want := touch(t, filepath.Join(dir, libName("1.32.0")))
	got, err := Find(Options{Explicit: dir, Origin: "the test"})
	if err != nil || got.Path != want || !got.CUDA {
		t.Errorf("got %+v, %v; want the newest, with CUDA", got, err)
	}
}

func TestLinksAreFollowed(t *testing.T) {
	dir := t.TempDir()
	want := touch(t, filepath.Join(dir, "versions", libName("1.32.0")))
	link := filepath.Join(dir, "libonnxruntime.so")
	if err := os.Symlink(want, link); err != nil {
		t.Fatal(err)
	}
	if got, err := Find(Options{Explicit: link, Origin: "the test"}); err != nil || got.Path != want || got.Version != "1.32.0" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestInstallRefusesForeignArchives(t *testing.T) {
	folder, home := t.TempDir(), t.TempDir()
	f, err := os.Create(filepath.Join(folder, "onnxruntime-1.32.0-cp311-cp311-manylinux_2_28_x86_64.whl"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(zip.NewWriter(f).Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Install(context.Background(), home, CPU, pinned.Source{Folder: folder}); err == nil {
		t.Fatal("an empty archive was installed")
	}
	if entries, _ := os.ReadDir(home); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
	if _, ok := Installed(home, CPU); ok {
		t.Error("Installed says yes")
	}
}

func TestInstalledWantsAPinnedVersion(t *testing.T) {
	pins, err := pinned.For(folderName, CPU, runtime.GOOS, runtime.GOARCH)
	if err != nil || len(pins) == 0 {
		t.Skipf("no package carries the library for %s/%s", runtime.GOOS, runtime.GOARCH)
	}
	for version, want := range map[string]bool{"1.2.3": false, pins[0].Version: true} {
		home := t.TempDir()
		touch(t, filepath.Join(home, folderName, CPU, libName(version)))
		if _, ok := Installed(home, CPU); ok != want {
			t.Errorf("version %s: installed %v, want %v", version, ok, want)
		}
	}
}

func TestUnpackGivesTheWholeFolderOrNone(t *testing.T) {
	archive := filepath.Join(t.TempDir(), "x.whl")
	f, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	w, err := z.Create("capi/" + libName("1.0.0"))
	if err != nil {
		t.Fatal(err)
	}
	w.Write([]byte("library"))
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(t.TempDir(), "onnxruntime", "cpu")
	pin := pinned.Pin{Files: []pinned.File{{Path: "capi/" + libName("1.0.0")}, {Path: "LICENSE"}}}
	if _, err := unpack(archive, pin, target); err == nil {
		t.Fatal("an archive without its LICENSE was unpacked")
	}
	if _, err := os.Stat(target); err == nil {
		t.Fatal("half of a folder is there")
	}
	pin.Files = pin.Files[:1]
	if lib, err := unpack(archive, pin, target); err != nil || lib.Version != "1.0.0" {
		t.Errorf("got %+v, %v", lib, err)
	}
}

func TestCompareVersions(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"1.9.0", "1.32.0", -1}, {"1.32.0", "1.32.0", 0}, {"1.32.1", "1.32.0", 1}, {"", "1.0.0", -1}} {
		if got := compareVersions(c.a, c.b); got != c.want {
			t.Errorf("compareVersions(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
