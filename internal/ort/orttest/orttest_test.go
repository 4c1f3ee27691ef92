package orttest

import (
	"fmt"
	"runtime"
	"testing"
)

// recorder is a test that notes how it ends.
type recorder struct {
	testing.TB
	failed, skipped string
}

func (r *recorder) Helper() {}

func (r *recorder) Fatalf(format string, args ...any) {
	r.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Skip(args ...any) {
	r.skipped = fmt.Sprint(args...)
	runtime.Goexit()
}

// Where the runtime library is asked for, a test without it fails; else it is skipped.
func TestMissing(t *testing.T) {
	t.Setenv("CURATE_ONNXRUNTIME", t.TempDir()+"/nowhere")
	for require, fails := range map[string]bool{"": false, "encoder": false, "runtime": true, "runtime encoder": true} {
		t.Setenv(RequireEnv, require)
		r, ended := &recorder{TB: t}, make(chan bool)
		go func() {
			defer close(ended)
			Open(r)
		}()
		<-ended
		if (r.failed != "") != fails || (r.skipped != "") == fails {
			t.Errorf("%s=%q: failed %q, skipped %q", RequireEnv, require, r.failed, r.skipped)
		}
	}
}
