package dedup

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func at(day int) time.Time { return time.Date(2024, 5, day, 12, 0, 0, 0, time.UTC) }

func TestCompare(t *testing.T) {
	base := Candidate{Key: "m", Width: 640, Height: 480, Bytes: 100_000, Metadata: 3, Time: at(10)}
	with := func(change func(c *Candidate)) *Candidate {
		c := base
		change(&c)
		return &c
	}
	for _, c := range []struct {
		name  string
		other *Candidate
		want  int // 1: base is better
		why   string
	}{
		{"kept by a person", with(func(c *Candidate) { c.Verdict = VerdictKeep; c.Width = 10 }), -1, "kept by verdict"},
		{"removed by a person", with(func(c *Candidate) { c.Verdict = VerdictRemove; c.Width = 9000 }), 1, "removed by verdict"},
		{"larger", with(func(c *Candidate) { c.Width, c.Height = 1600, 1200 }), -1, "larger (1600x1200 over 640x480)"},
		{"turned", with(func(c *Candidate) { c.Width, c.Height, c.Metadata = 480, 640, 1 }), 1, "more metadata (3 facts over 1)"},
		{"compressed", with(func(c *Candidate) { c.Bytes = 50_000 }), 1, "less compressed (0.33 bytes a pixel over 0.16)"},
		{"older", with(func(c *Candidate) { c.Time = at(9) }), -1, "older (2024-05-09 12:00:00 before 2024-05-10 12:00:00)"},
		{"of unknown age", with(func(c *Candidate) { c.Time = time.Time{} }), 1, "its date is known"},
		{"alike", with(func(c *Candidate) { c.Key = "a" }), -1, "alike in all rules"},
		{"of unknown size", with(func(c *Candidate) { c.Width = 0 }), 1, "larger"},
	} {
		got, why := Compare(Rules(), &base, c.other)
		if got*c.want <= 0 || !strings.Contains(why, c.why) {
			t.Errorf("%s: %d because %q, want %d because %q", c.name, got, why, c.want, c.why)
		}
	}
}

func TestRankIsATotalOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	candidates := make([]Candidate, 60)
	for i := range candidates {
		candidates[i] = Candidate{Key: string(rune('A' + i)), Verdict: Verdict(rng.IntN(3) - 1), Width: 100 * rng.IntN(3), Height: 100,
			Bytes: int64(rng.IntN(3)) * 1000, Metadata: rng.IntN(2), Time: []time.Time{{}, at(1), at(2)}[rng.IntN(3)]}
	}
	keys := func(list []Candidate) (out []string) {
		for _, i := range Rank(list, Rules()) {
			out = append(out, list[i].Key)
		}
		return out
	}
	want := keys(candidates)
	for range 50 {
		rng.Shuffle(len(candidates), func(i, k int) { candidates[i], candidates[k] = candidates[k], candidates[i] })
		if got := keys(candidates); !slices.Equal(got, want) {
			t.Fatalf("another order of input gives another rank")
		}
	}
}

func TestPickRules(t *testing.T) {
	rules, err := PickRules("oldest", "resolution")
	if err != nil {
		t.Fatal(err)
	}
	old := Candidate{Key: "b", Width: 10, Height: 10, Time: at(1)}
	large := Candidate{Key: "a", Width: 99, Height: 99, Time: at(2)}
	if c, why := Compare(rules, &old, &large); c <= 0 {
		t.Errorf("the larger one is preferred (%s), want the older", why)
	}
	if _, err := PickRules("newest"); err == nil || !strings.Contains(err.Error(), "oldest") {
		t.Errorf("error %v, want one that lists the rules", err)
	}
}
