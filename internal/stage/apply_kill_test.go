//go:build unix

package stage

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/curate/curate/internal/filemove"
)

// applyKillEnv makes a run of this test binary the process that kills itself in the middle of an apply: it names the heap.
const applyKillEnv = "CURATE_TEST_APPLY"

// TestApplyVictim is that process; it does nothing in an ordinary run.
func TestApplyVictim(t *testing.T) {
	dir := os.Getenv(applyKillEnv)
	if dir == "" {
		return
	}
	h := &heap{T: t, dir: dir, env: &Env{Notice: t.Logf}}
	h.openCatalog(h.beside("curate.db"))
	left := 9
	h.apply(ApplyOptions{Dir: h.beside("moved"), mover: filemove.Mover{Rename: acrossDisks, Boundary: func(string) {
		if left--; left == 0 {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	}}})
}

func TestUndoOfAnApplyThatWasKilled(t *testing.T) {
	h := newHeap(t)
	h.draw(1, "real/1.jpg")
	h.draw(2, "real/2.jpg")
	h.draw(3, "real/3.jpg")
	h.ingest()
	h.withhold("real/1.jpg", "real/2.jpg")
	before := tree(t, h.dir)
	cmd := exec.Command(os.Args[0], "-test.run=^TestApplyVictim$")
	cmd.Env = append(os.Environ(), applyKillEnv+"="+h.dir)
	out, err := cmd.CombinedOutput()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("not killed: %v\n%s", err, out)
	}
	if got := tree(t, filepath.Join(filepath.Dir(h.dir), "moved")); len(got) == 0 {
		t.Error("killed before anything was moved")
	}
	h.nothingLost(before)
	if s := h.steps()[0]; !s.Open || !s.CanUndo {
		t.Errorf("the journal says %+v", s)
	}
	h.undo()
	sameTree(t, "undone", tree(t, h.dir), before)
	sameTree(t, "folder that was made", tree(t, h.beside("moved")), map[string]string{})
}
