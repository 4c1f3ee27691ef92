package dedup

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Verdict is what a person decided about one picture.
type Verdict int

// A picture without a verdict is Open.
const (
	VerdictRemove Verdict = iota - 1
	Open
	VerdictKeep
)

// Candidate is what the rules know of a picture. Facts that are unknown are zero
// and count as the worst.
type Candidate struct {
	Key           string // stable and unique, such as the content's SHA-256; decides last
	Verdict       Verdict
	Label         string
	Width, Height int // pixels, upright
	Bytes         int64
	Metadata      int       // how many facts are known about it: camera, prompt, source, ...
	Time          time.Time // when it was made or last changed
}

// pixels returns width times height.
func (c *Candidate) pixels() int64 { return int64(c.Width) * int64(c.Height) }

// depth returns the bytes spent on a pixel: the more, the less was thrown away.
func (c *Candidate) depth() float64 {
	if c.pixels() == 0 {
		return 0
	}
	return float64(c.Bytes) / float64(c.pixels())
}

// Rule prefers one of two pictures.
type Rule struct {
	Name    string
	compare func(a, b *Candidate) int // positive: a is better
	say     func(better, worse *Candidate) string
}

// Rules returns the keeper rules in the order of preference: a person's verdict,
// more pixels, less compression (bytes a pixel), more metadata, oldest.
func Rules() []Rule {
	return []Rule{
		{"verdict", func(a, b *Candidate) int { return cmp.Compare(a.Verdict, b.Verdict) }, sayVerdict},
		{"resolution", func(a, b *Candidate) int { return cmp.Compare(a.pixels(), b.pixels()) },
			func(a, b *Candidate) string {
				return fmt.Sprintf("larger (%dx%d over %dx%d)", a.Width, a.Height, b.Width, b.Height)
			}},
		{"compression", func(a, b *Candidate) int { return cmp.Compare(a.depth(), b.depth()) },
			func(a, b *Candidate) string {
				return fmt.Sprintf("less compressed (%.2f bytes a pixel over %.2f)", a.depth(), b.depth())
			}},
		{"metadata", func(a, b *Candidate) int { return cmp.Compare(a.Metadata, b.Metadata) },
			func(a, b *Candidate) string {
				return fmt.Sprintf("more metadata (%d facts over %d)", a.Metadata, b.Metadata)
			}},
		{"oldest", compareAge, sayAge},
	}
}

// PickRules returns the named rules in the order of the names.
func PickRules(names ...string) ([]Rule, error) {
	var picked []Rule
	all := Rules()
	for _, name := range names {
		i := slices.IndexFunc(all, func(r Rule) bool { return r.Name == name })
		if i < 0 {
			known := make([]string, len(all))
			for k, r := range all {
				known[k] = r.Name
			}
			return nil, fmt.Errorf("unknown keeper rule %q: use some of %s", name, strings.Join(known, ", "))
		}
		picked = append(picked, all[i])
	}
	return picked, nil
}

func sayVerdict(better, _ *Candidate) string {
	if better.Verdict == VerdictKeep {
		return "kept by verdict"
	}
	return "the other was removed by verdict"
}

func compareAge(a, b *Candidate) int {
	switch {
	case a.Time.Equal(b.Time):
		return 0
	case a.Time.IsZero():
		return -1
	case b.Time.IsZero():
		return 1
	}
	return b.Time.Compare(a.Time)
}

func sayAge(better, worse *Candidate) string {
	if worse.Time.IsZero() {
		return "its date is known"
	}
	const layout = "2006-01-02 15:04:05"
	return fmt.Sprintf("older (%s before %s)", better.Time.UTC().Format(layout), worse.Time.UTC().Format(layout))
}

// Compare returns whether a (positive) or b (negative) is to be preferred and
// the rule that says so; if no rule does, the smaller key wins.
func Compare(rules []Rule, a, b *Candidate) (int, string) {
	for _, r := range rules {
		switch c := r.compare(a, b); {
		case c > 0:
			return c, r.say(a, b)
		case c < 0:
			return c, r.say(b, a)
		}
	}
	return cmp.Compare(b.Key, a.Key), "first in order, alike in all rules"
}

// Rank returns the indices of the candidates, best first. It does not depend on
// their order, only on what they are.
func Rank(candidates []Candidate, rules []Rule) []int {
	order := make([]int, len(candidates))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int {
		c, _ := Compare(rules, &candidates[x], &candidates[y])
		return -c
	})
	return order
}
