package stage

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/curate/curate/internal/progress"
)

// Archives that a sample was read from are closed with it, not when the program ends.
func TestSampleClosesItsArchives(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("open files are listed in /proc only")
	}
	h := newHeap(t)
	members := map[string][]byte{}
	for i := range 30 {
		members[fmt.Sprint(i, ".jpg")] = picture(t, uint64(i), "x.jpg")
	}
	h.write("a.zip", zipped(t, members))
	h.ingest()
	s, err := h.env.samplePictures(t.Context(), "", 32)
	h.must(err)
	n := 0
	for _, err := range s.each((*progress.Reporter)(nil).Start("x", 0, "pictures")) {
		h.must(err)
		n++
	}
	if n != len(members) || !h.isOpen("a.zip") {
		t.Errorf("%d pictures; the archive is open: %t", n, h.isOpen("a.zip"))
	}
	h.must(s.Close())
	if h.isOpen("a.zip") {
		t.Error("the archive is open still")
	}
}

// isOpen tells whether this process has a file open.
func (h *heap) isOpen(name string) bool {
	h.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	h.must(err)
	for _, e := range all {
		if to, err := os.Readlink(filepath.Join("/proc/self/fd", e.Name())); err == nil && strings.HasSuffix(to, h.path(name)) {
			return true
		}
	}
	return false
}
