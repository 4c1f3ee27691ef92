package progress

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a time that only tests move.
type clock struct{ t time.Time }

func (c *clock) now() time.Time       { return c.t }
func (c *clock) pass(d time.Duration) { c.t = c.t.Add(d) }

func reporter(tty, quiet bool) (*Reporter, *bytes.Buffer, *clock) {
	var out bytes.Buffer
	c := &clock{time.Unix(1000, 0)}
	r := New(&out, tty, quiet)
	r.now = c.now
	return r, &out, c
}

func TestPlainLines(t *testing.T) {
	r, out, c := reporter(false, false)
	task := r.Start("embed", 100, "images")
	for range 100 {
		c.pass(100 * time.Millisecond)
		task.Add(1)
	}
	task.Done()
	task.Done()
	task.Add(1)
	want := `embed: 49/100 images, 49%, 10/s, 5.1s left
embed: 99/100 images, 99%, 10/s, 0.1s left
embed: 100/100 images in 10s (10/s)
`
	if out.String() != want {
		t.Errorf("got:\n%swant:\n%s", out, want)
	}
}

func TestBar(t *testing.T) {
	r, out, c := reporter(true, false)
	task := r.Start("fetch", 40e6, "bytes")
	c.pass(2 * time.Second)
	task.Add(20e6)
	if got, want := out.String(), "[############------------] fetch: 20.0/40.0 MB, 50%, 10.0 MB/s, 2.0s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	out.Reset()
	r.Note("slow %s", "mirror")
	task.Done()
	if got, want := out.String(), "\r\x1b[Kslow mirror\nfetch: 20.0/40.0 MB in 2.0s (10.0 MB/s)\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAResumedTaskCountsItsOwnSteps(t *testing.T) {
	r, out, c := reporter(false, false)
	task := r.Start("train", 1100, "steps")
	c.pass(30 * time.Second) // reading
	task.Resume(1000)
	c.pass(10 * time.Second)
	task.Add(20)
	c.pass(time.Second)
	task.Done()
	want := "train: 1020/1100 steps, 92%, 2.0/s, 40s left\ntrain: 1020/1100 steps in 11s (1.8/s)\n"
	if out.String() != want {
		t.Errorf("got:\n%swant:\n%s", out, want)
	}
}

func TestUnknownTotalAndNote(t *testing.T) {
	r, out, c := reporter(false, false)
	task := r.Start("scan", 0, "files")
	c.pass(10 * time.Second)
	task.Add(5)
	c.pass(10 * time.Second)
	task.Note("in %s", "cats")
	want := "scan: 5 files, 0.5/s\nscan: 5 files, 0.2/s, in cats\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

func TestBarNeverWraps(t *testing.T) {
	r, out, c := reporter(true, false)
	r.width = func() int { return 30 }
	task := r.Start(strings.Repeat("é", 50), 10, "images")
	c.pass(time.Second)
	task.Add(1)
	if n := len([]rune(out.String())); n != 29 {
		t.Errorf("a bar of %d characters on a terminal of 30", n)
	}
}

func TestQuietAndNil(t *testing.T) {
	r, out, _ := reporter(true, true)
	for _, task := range []*Task{r.Start("x", 1, ""), (*Reporter)(nil).Start("x", 1, "")} {
		task.Add(1)
		task.Note("n")
		task.SetTotal(3)
		task.Done()
	}
	r.Note("hidden")
	(*Reporter)(nil).Note("hidden")
	if out.Len() > 0 {
		t.Errorf("quiet reporter wrote %q", out)
	}
}

func TestManyGoroutines(t *testing.T) {
	var out bytes.Buffer
	r := New(&out, false, false)
	task := r.Start("work", 800, "steps")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				task.Add(1)
			}
		})
	}
	wg.Wait()
	task.Done()
	if !strings.HasPrefix(out.String(), "work: 800/800 steps in ") {
		t.Errorf("got %q", out.String())
	}
}

func TestShortTime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		420 * time.Millisecond:      "0.4s",
		32 * time.Second:            "32s",
		250 * time.Second:           "4m10s",
		2*time.Hour + 5*time.Minute: "2h05m",
	} {
		if got := shortTime(d); got != want {
			t.Errorf("shortTime(%v) = %q, want %q", d, got, want)
		}
	}
}
