package pinned

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The test binary plays pip and npm: under their names it copies the archive
// that FAKE_ARCHIVE names to where it is told to.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "pip3":
		os.Exit(fakeClient("--dest"))
	case "npm":
		os.Exit(fakeClient("--pack-destination"))
	}
	os.Exit(m.Run())
}

func fakeClient(destFlag string) int {
	if slices.Contains(os.Args, "--version") {
		fmt.Println("pip 99.0 from nowhere")
		return 0
	}
	archive := os.Getenv("FAKE_ARCHIVE")
	if archive == "" {
		fmt.Fprintln(os.Stderr, "ERROR: No matching distribution found")
		return 1
	}
	data, err := os.ReadFile(archive)
	if err != nil {
		return 2
	}
	dest := os.Args[slices.Index(os.Args, destFlag)+1]
	if os.WriteFile(filepath.Join(dest, filepath.Base(archive)), data, 0o644) != nil {
		return 2
	}
	return 0
}

// withClients makes the named programs the only ones on the PATH.
func withClients(t *testing.T, archive string, names ...string) {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	t.Setenv("FAKE_ARCHIVE", archive)
}

var members = map[string]string{"pkg/lib/libx.so.1": "the library", "pkg/LICENSE": "free", "../../evil": "no"}

func makeWheel(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range members {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return write(t, "x-1.0-py3-none-any.whl", out.Bytes())
}

func makeTarball(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	g := gzip.NewWriter(&out)
	w := tar.NewWriter(g)
	for name, text := range members {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o644, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
	}
	if err := errors.Join(w.Close(), g.Close()); err != nil {
		t.Fatal(err)
	}
	return write(t, "x-1.0.tgz", out.Bytes())
}

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func pinFor(t *testing.T, client, archive string) Pin {
	t.Helper()
	data, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	return Pin{
		Name: "x", Client: client, Package: "x", Version: "1.0", Platform: "any", SHA256: fmt.Sprintf("%x", sha256.Sum256(data)),
		Files: []File{
			{Path: "pkg/lib/libx.so.1", As: "libx.so.1.0", SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte("the library")))},
			{Path: "pkg/LICENSE"},
		},
	}
}

func TestFetchAndExtract(t *testing.T) {
	for client, archive := range map[string]string{"pip": makeWheel(t), "npm": makeTarball(t)} {
		withClients(t, archive, "pip3", "npm")
		p := pinFor(t, client, archive)
		got, file, err := Fetch(context.Background(), []Pin{p}, t.TempDir())
		if err != nil || got.Client != client {
			t.Fatalf("%s: %+v, %v", client, got, err)
		}
		dir := t.TempDir()
		if err := Extract(file, p, dir); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"libx.so.1.0": "the library", "LICENSE": "free"} {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil || string(text) != want {
				t.Errorf("%s: %s holds %q, %v", client, name, text, err)
			}
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 2 {
			t.Errorf("%s: unpacked %v, want the listed files only", client, entries)
		}
	}
}

func TestWrongHashIsRefused(t *testing.T) {
	wheel := makeWheel(t)
	withClients(t, wheel, "pip3")
	p := pinFor(t, "pip", wheel)
	p.SHA256 = strings.Repeat("0", 64)
	if _, _, err := Fetch(context.Background(), []Pin{p}, t.TempDir()); err == nil || !strings.Contains(err.Error(), "not the pinned file") {
		t.Errorf("archive: %v", err)
	}
	p.Files[0].SHA256 = p.SHA256
	if err := Extract(wheel, p, t.TempDir()); err == nil || !strings.Contains(err.Error(), "pkg/lib/libx.so.1 is not the pinned file") {
		t.Errorf("member: %v", err)
	}
}

func TestMissingMember(t *testing.T) {
	wheel := makeWheel(t)
	p := pinFor(t, "pip", wheel)
	p.Files = append(p.Files, File{Path: "pkg/absent"})
	if err := Extract(wheel, p, t.TempDir()); err == nil || !strings.Contains(err.Error(), "has no pkg/absent") {
		t.Errorf("got %v", err)
	}
}

func TestSecondClientWhenTheFirstFails(t *testing.T) {
	tarball := makeTarball(t)
	npm, pip := pinFor(t, "npm", tarball), pinFor(t, "pip", tarball)
	withClients(t, tarball, "npm")
	if p, _, err := Fetch(context.Background(), []Pin{pip, npm}, t.TempDir()); err != nil || p.Client != "npm" {
		t.Errorf("with npm alone: %+v, %v", p, err)
	}
	withClients(t, "", "pip3")
	if _, _, err := Fetch(context.Background(), []Pin{pip, npm}, t.TempDir()); err == nil || !strings.Contains(err.Error(), "No matching distribution") {
		t.Errorf("a failing client's words are not shown: %v", err)
	}
	withClients(t, "")
	if _, _, err := Fetch(context.Background(), []Pin{pip, npm}, t.TempDir()); !errors.Is(err, ErrNoClient) || !strings.Contains(err.Error(), "pip or npm") {
		t.Errorf("without any client: %v", err)
	}
}

func TestFromAFolder(t *testing.T) {
	wheel := makeWheel(t)
	withClients(t, "")
	p := pinFor(t, "pip", wheel)
	source := Source{Folder: filepath.Dir(wheel)}
	if _, file, err := source.Get(context.Background(), []Pin{p}, t.TempDir()); err != nil || file != wheel {
		t.Errorf("got %s, %v", file, err)
	}
	p.SHA256 = "other"
	if _, _, err := source.Get(context.Background(), []Pin{p}, t.TempDir()); err == nil || !strings.Contains(err.Error(), "x 1.0 (pip)") {
		t.Errorf("got %v", err)
	}
}

// TestTable: every machine that is promised has a runtime library, and every
// pin is complete.
func TestTable(t *testing.T) {
	for _, m := range []struct{ variant, goos, goarch, clients string }{
		{"cpu", "linux", "amd64", "pip npm"},
		{"cpu", "linux", "arm64", "pip npm"},
		{"cpu", "darwin", "arm64", "pip npm"},
		{"cuda", "linux", "amd64", "pip"},
		{"cpu", "plan9", "mips", ""},
	} {
		pins, err := For("onnxruntime", m.variant, m.goos, m.goarch)
		if err != nil {
			t.Fatal(err)
		}
		var clients []string
		for _, p := range pins {
			clients = append(clients, p.Client)
		}
		if got := strings.Join(clients, " "); got != m.clients {
			t.Errorf("%s on %s/%s comes by %q, want %q", m.variant, m.goos, m.goarch, got, m.clients)
		}
	}
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	hash := regexp.MustCompile(`^[0-9a-f]{64}$`)
	for _, p := range all {
		if !hash.MatchString(p.SHA256) || p.Version == "" || len(p.Files) == 0 || !hash.MatchString(p.Files[0].SHA256) {
			t.Errorf("incomplete pin: %+v", p)
		}
	}
}
