package stage

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// killFixEnv makes a run of this test binary the process that is killed: it names the heap.
const killFixEnv = "CURATE_TEST_FIX"

// TestFixVictim is that process; it does nothing in an ordinary run.
func TestFixVictim(t *testing.T) {
	dir := os.Getenv(killFixEnv)
	if dir == "" {
		return
	}
	h := &heap{T: t, dir: dir, env: &Env{Notice: t.Logf, Threads: 1}}
	h.openCatalog(filepath.Join(dir, "..", "curate.db"))
	h.audit(AuditOptions{Fix: &FixOptions{}})
}

// killFix starts a fix in a process of its own, and kills it when so many files are there.
func killFix(t *testing.T, h *heap, dir string, files int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestFixVictim$")
	cmd.Env = append(os.Environ(), killFixEnv+"="+h.dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if made, _ := filepath.Glob(filepath.Join(dir, fixedPictures, "*", "*", "[0-9a-f]*.jpg")); len(made) >= files {
			break
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
}
