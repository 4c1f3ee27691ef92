package web

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/curate/curate/internal/stage"
)

// shown is a stored path as the page shows it.
func (s *Server) shown(path string) string { return seen(s.view.Show(path)) }

// seen is a text with what cannot be seen written out: bytes that are no UTF-8 (file names are any bytes) as \xff, and what breaks or turns a
// line as \n or \u202e.
func seen(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, stage.Unseen) {
		return text
	}
	var b strings.Builder
	for rest := text; rest != ""; {
		r, n := utf8.DecodeRuneInString(rest)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, rest[0])
		case stage.Unseen(r):
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteRune(r)
		}
		rest = rest[n:]
	}
	return b.String()
}

// byteText is a number of bytes as people say it.
func byteText(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// percentText is a share from 0 to 1 in percent.
func percentText(share float64) string { return fmt.Sprintf("%.1f%%", 100*share) }

// countText is a number with thin spaces between thousands.
func countText(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u2009" + s[i:]
	}
	return s
}

// plural is a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return countText(n) + " " + many
}
