package stage

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
)

// killEnv makes a run of this test binary the process that is killed: it names the
// heap to ingest.
const killEnv = "CURATE_TEST_INGEST"

// TestIngestVictim is that process; it does nothing in an ordinary run.
func TestIngestVictim(t *testing.T) {
	dir := os.Getenv(killEnv)
	if dir == "" {
		return
	}
	h := &heap{T: t, dir: dir, env: &Env{Notice: t.Logf, Threads: 1}}
	h.openCatalog(filepath.Join(dir, "..", "curate.db"))
	h.ingest()
}

// A process that is killed at any moment leaves a catalogue that the next ingest
// continues, without doing the work again that is recorded, to the same end.
func TestIngestAfterKill(t *testing.T) {
	const files = 600
	whole, killed := newHeap(t), newHeap(t)
	drawn := picture(t, 1, "x.jpg")
	for i := range files {
		data := fmt.Appendf(slices.Clip(drawn), "tail %d", i) // many contents at little cost
		name := fmt.Sprintf("%s/%04d.jpg", []string{"real", "ai"}[i%2], i)
		whole.write(name, data)
		killed.write(name, data)
	}
	whole.ingest()
	for part := range 3 {
		killAt(t, killed, (part+1)*files/5)
	}
	before := len(killed.content())
	r := killed.ingest()
	if r.Unchanged != before || r.Added != files-before {
		t.Errorf("%d were recorded, and the next ingest made %s of it", before, counts(r))
	}
	if a, b := whole.content(), killed.content(); !slices.Equal(a, b) {
		t.Errorf("the catalogues differ: %d and %d locations", len(a), len(b))
	}
}

// killAt starts an ingest in a process of its own and kills it when so many images
// are recorded.
func killAt(t *testing.T, h *heap, images int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestIngestVictim$")
	cmd.Env = append(os.Environ(), killEnv+"="+h.dir)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		close(ended)
	}()
	for {
		n, err := h.env.Catalog.CountImages(t.Context(), catalog.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		if n >= images {
			break
		}
		select {
		case <-ended:
			t.Fatalf("the process ended before %d images were recorded:\n%s", images, out.String())
		case <-time.After(5 * time.Millisecond):
		}
	}
	cmd.Process.Kill()
	<-ended
}
