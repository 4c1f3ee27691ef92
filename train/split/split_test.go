package split

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// dataset draws n items: two labels, four subjects, a third in small groups.
func dataset(seed uint64, n int) []Item {
	rng := rand.New(rand.NewPCG(seed, 1))
	items := make([]Item, n)
	for i := range items {
		label := []string{"real", "ai"}[rng.IntN(2)]
		items[i] = Item{Key: fmt.Sprintf("%d-%04d", seed, i), Label: label, Subject: []string{"car", "tree", "bird", "cat"}[rng.IntN(4)]}
		if rng.IntN(3) == 0 {
			items[i].Groups = append(items[i].Groups, fmt.Sprintf("cluster %s %d", label, rng.IntN(1+n/8)))
		}
		if label == "ai" && rng.IntN(4) == 0 {
			items[i].Groups = append(items[i].Groups, fmt.Sprintf("prompt %d", rng.IntN(1+n/6)))
		}
	}
	return items
}

func assign(t *testing.T, items []Item, o Options) []Part {
	t.Helper()
	r, err := Assign(items, o)
	if err != nil {
		t.Fatal(err)
	}
	return r.Parts
}

var usual = Options{Val: .1, Test: .2, Seed: 42}

func TestNoGroupIsTornApart(t *testing.T) {
	for seed := range uint64(20) {
		items := dataset(seed, 500)
		parts := assign(t, items, usual)
		where := map[string]Part{}
		for i, it := range items {
			for _, g := range it.Groups {
				if was, ok := where[g]; ok && was != parts[i] {
					t.Fatalf("seed %d: group %s is in %s and in %s", seed, g, was, parts[i])
				}
				where[g] = parts[i]
			}
		}
	}
}

func TestSharesAreKept(t *testing.T) {
	for seed := range uint64(20) {
		items := dataset(seed, 800)
		parts := assign(t, items, usual)
		total, count := map[string]float64{}, map[string]map[Part]float64{}
		for i, it := range items {
			for _, s := range []string{it.Label, it.Label + "/" + it.Subject} {
				if count[s] == nil {
					count[s] = map[Part]float64{}
				}
				total[s]++
				count[s][parts[i]]++
			}
		}
		for s, n := range total {
			for part, share := range map[Part]float64{Test: .2, Val: .1, Train: .7} {
				slack := 0.03 + 3/n // a small group more or less
				if got := count[s][part] / n; math.Abs(got-share) > slack {
					t.Errorf("seed %d: %s has %.3f of %s, want %.2f", seed, part, got, s, share)
				}
			}
		}
	}
}

func TestOrderOfInputDoesNotMatter(t *testing.T) {
	items := dataset(3, 400)
	want := map[string]Part{}
	for i, p := range assign(t, items, usual) {
		want[items[i].Key] = p
	}
	rand.New(rand.NewPCG(9, 9)).Shuffle(len(items), func(i, k int) { items[i], items[k] = items[k], items[i] })
	for i, p := range assign(t, items, usual) {
		if want[items[i].Key] != p {
			t.Fatalf("%s is in %s, and in %s in another order", items[i].Key, want[items[i].Key], p)
		}
	}
}

func TestSeedMatters(t *testing.T) {
	items := dataset(3, 400)
	a, b := assign(t, items, usual), assign(t, items, Options{Val: .1, Test: .2, Seed: 43})
	same := 0
	for i := range a {
		if a[i] == b[i] {
			same++
		}
	}
	if same > 350 {
		t.Errorf("%d of %d items are in the same part with another seed", same, len(a))
	}
}

func TestTestStaysTest(t *testing.T) {
	for seed := range uint64(10) {
		items := dataset(seed, 300)
		for i, p := range assign(t, items, usual) {
			items[i].Was = p
		}
		more := append(items, dataset(seed+100, 500)...)
		// A new picture that joins a test group and a train group.
		var inTest, inTrain int
		for i, it := range items {
			if it.Was == Test {
				inTest = i
			} else if it.Was == Train {
				inTrain = i
			}
		}
		more[inTest].Groups = append(more[inTest].Groups, "bridge")
		more[inTrain].Groups = append(more[inTrain].Groups, "bridge")
		parts := assign(t, more, Options{Val: .1, Test: .1, Seed: seed})
		for i := range items {
			if items[i].Was == Test && parts[i] != Test {
				t.Fatalf("seed %d: %s was test and is %s", seed, items[i].Key, parts[i])
			}
		}
		if parts[inTrain] != Test {
			t.Errorf("seed %d: the group that bridges is %s, want test", seed, parts[inTrain])
		}
	}
}

func TestAGrowingSetKeepsItsSplit(t *testing.T) {
	items := dataset(5, 1000)
	before := assign(t, items, usual)
	after := assign(t, append(items, dataset(77, 100)...), usual)
	moved := 0
	for i := range before {
		if before[i] != after[i] {
			moved++
		}
	}
	if moved > 60 {
		t.Errorf("%d of %d items moved when 100 were added", moved, len(items))
	}
}

func TestSmallSubjectsAreSplitToo(t *testing.T) {
	var items []Item
	for i := range 200 {
		items = append(items, Item{Key: fmt.Sprint(i), Label: []string{"real", "ai"}[i%2], Subject: fmt.Sprint("subject ", i/4)})
	}
	counts := map[Part]int{}
	for _, p := range assign(t, items, usual) {
		counts[p]++
	}
	if counts[Test] < 36 || counts[Test] > 44 || counts[Val] < 16 || counts[Val] > 24 {
		t.Errorf("of 200 items in subjects of two: %v, want about 40 test and 20 val", counts)
	}
}

func TestWhatCannotBeSplit(t *testing.T) {
	grouped := func(n int, label, group string) []Item {
		items := make([]Item, n)
		for i := range items {
			items[i] = Item{Key: fmt.Sprintf("%s%02d", label, i), Label: label}
			if group != "" {
				items[i].Groups = []string{group}
			}
		}
		return items
	}
	for _, c := range []struct {
		name  string
		items []Item
		label string // of the error; "" = none
		part  Part
	}{
		{"one group", append(grouped(30, "real", ""), grouped(9, "ai", "prompt x")...), "ai", Test},
		{"two items", append(grouped(30, "real", ""), grouped(2, "ai", "")...), "ai", Val},
		{"three items", append(grouped(30, "real", ""), grouped(3, "ai", "")...), "", None},
		{"unlabelled", append(grouped(30, "real", ""), grouped(5, "", "heap")...), "", None},
		{"one group of nearly all", append(grouped(95, "ai", "prompt x"), Item{Key: "y", Label: "ai"}, Item{Key: "z", Label: "ai"}), "ai", Test},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Assign(c.items, usual)
			var g *GroupError
			if c.label == "" {
				if err != nil {
					t.Fatalf("error %v, want none", err)
				}
				return
			}
			if !errors.As(err, &g) || g.Label != c.label || g.Part != c.part || g.Key == "" {
				t.Errorf("error %v, want one about %s of label %q that names a group", err, c.part, c.label)
			}
		})
	}
}

func TestOptionsAndKeysAreChecked(t *testing.T) {
	items := dataset(1, 30)
	for _, o := range []Options{{Test: -.1}, {Val: 1}, {Val: .5, Test: .5}, {Test: math.NaN()}} {
		if _, err := Assign(items, o); err == nil {
			t.Errorf("options %+v are accepted", o)
		}
	}
	if _, err := Assign([]Item{{Key: "a"}, {Key: "a"}}, usual); err == nil {
		t.Error("two items with one key are accepted")
	}
	if r, err := Assign(nil, usual); err != nil || r.Groups != 0 {
		t.Errorf("nothing: %+v, %v", r, err)
	}
}

func TestAllTrainWithoutShares(t *testing.T) {
	for i, p := range assign(t, dataset(1, 50), Options{}) {
		if p != Train {
			t.Fatalf("item %d is in %s, want train", i, p)
		}
	}
}
