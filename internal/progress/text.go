package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

const barCells = 24

// line is the plain form: "embed: 1200/4600 images, 26%, 105/s, 32s left, a.jpg".
func (t *Task) line(now time.Time) string {
	parts := []string{t.count()}
	if t.total > 0 {
		parts = append(parts, fmt.Sprintf("%d%%", t.percent()))
	}
	if rate := t.rate(now); rate > 0 {
		parts = append(parts, t.amount(rate)+"/s")
		if t.total > t.n {
			left := time.Duration(float64(t.total-t.n) / rate * float64(time.Second))
			parts = append(parts, shortTime(left)+" left")
		}
	}
	if t.note != "" {
		parts = append(parts, t.note)
	}
	return t.label + ": " + strings.Join(parts, ", ")
}

// bar is the terminal's form: the same figures behind a drawn bar.
func (t *Task) bar(now time.Time) string {
	if t.total <= 0 {
		return t.line(now)
	}
	full := int(int64(barCells) * min(t.n, t.total) / t.total)
	drawn := strings.Repeat("#", full) + strings.Repeat("-", barCells-full)
	return "[" + drawn + "] " + t.line(now)
}

func (t *Task) closing() string {
	now := t.r.now()
	text := fmt.Sprintf("%s: %s in %s", t.label, t.count(), shortTime(now.Sub(t.began)))
	if rate := t.rate(now); rate > 0 {
		text += fmt.Sprintf(" (%s/s)", t.amount(rate))
	}
	return text
}

func (t *Task) count() string {
	if t.total > 0 {
		return fmt.Sprintf("%s/%s", t.number(t.n), t.quantity(t.total))
	}
	return t.quantity(t.n)
}

func (t *Task) percent() int64 { return 100 * min(t.n, t.total) / t.total }

// rate is steps a second over the whole task, but for what an earlier run did; 0 until it means something.
func (t *Task) rate(now time.Time) float64 {
	seconds := now.Sub(t.began).Seconds()
	if seconds < 0.2 || t.n <= t.given {
		return 0
	}
	return float64(t.n-t.given) / seconds
}

func (t *Task) bytes() bool { return t.unit == "bytes" }

func (t *Task) number(n int64) string {
	if t.bytes() {
		return fmt.Sprintf("%.1f", float64(n)/1e6)
	}
	return fmt.Sprint(n)
}

func (t *Task) quantity(n int64) string {
	if t.bytes() {
		return t.number(n) + " MB"
	}
	return strings.TrimSpace(t.number(n) + " " + t.unit)
}

func (t *Task) amount(rate float64) string {
	switch {
	case t.bytes():
		return fmt.Sprintf("%.1f MB", rate/1e6)
	case rate < 10:
		return fmt.Sprintf("%.1f", rate)
	}
	return fmt.Sprintf("%.0f", rate)
}

// shortTime prints a duration as people say it: 0.4s, 32s, 4m10s, 2h05m.
func shortTime(d time.Duration) string {
	switch s := int64(d.Round(time.Second).Seconds()); {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	default:
		return fmt.Sprintf("%dh%02dm", s/3600, s%3600/60)
	}
}

// clip cuts a line to width characters: a bar that wraps cannot be erased.
func clip(line string, width int) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	return string([]rune(line)[:max(width, 0)])
}

// terminalWidth asks w's terminal each time, so that a resized window is followed.
func terminalWidth(w io.Writer) func() int {
	return func() int {
		if f, ok := w.(*os.File); ok {
			if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
				return width
			}
		}
		return 80
	}
}
