package audit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/curate/curate/train/audit/forest"
)

// Job is a question to Probe.
type Job struct {
	Table   *Table
	Class   []int // of each row, from 0 on
	Classes int
	Fold    []int // of each row, from 0 on; pictures of one group belong in one
	Seed    uint64
	Threads int // 0 for all
	// Score says how well chances, a row of Classes for each row of the table, tell the classes: the AUC.
	Score func(chance []float64) float64
}

// Told is what the files tell of the labels. A score is of chances out of fold.
type Told struct {
	Chance  []float64 // a row of chances for each row of the table, of a forest on all kinds
	Columns []ColumnTold
	Kinds   map[Kind]float64 // scores of forests on the columns of one kind; kinds without columns are missing
}

// ColumnTold is what one column tells.
type ColumnTold struct {
	*Column
	Alone      float64 // score of the column alone: the shares of the labels that its values have in the other folds
	Importance float64 // what the forest's score loses when the column is shuffled within the fold; 0 if it does not see it
}

const (
	trees   = 100
	minLeaf = 2
)

// Probe asks forests for the class of each row: for each fold one is grown on the rows
// of all others. The same job gives the same answer on any number of threads.
func Probe(ctx context.Context, j Job) (*Told, error) {
	if len(j.Class) != j.Table.Rows || len(j.Fold) != j.Table.Rows || j.Classes < 2 {
		return nil, fmt.Errorf("audit: %d rows, %d classes of %d and %d folds do not fit", j.Table.Rows, len(j.Class), j.Classes, len(j.Fold))
	}
	if j.Threads == 0 {
		j.Threads = runtime.GOMAXPROCS(0)
	}
	p := newProbe(j, Kinds()...)
	if err := p.run(ctx, true); err != nil {
		return nil, err
	}
	told := &Told{Chance: p.chance, Kinds: map[Kind]float64{}}
	whole := j.Score(p.chance)
	for i := range j.Table.Columns {
		c := ColumnTold{Column: &j.Table.Columns[i]}
		c.Alone = j.Score(j.alone(&c.coarse))
		if at := slices.Index(p.seen, i); at >= 0 {
			c.Importance = whole - j.Score(p.without[at])
		}
		told.Columns = append(told.Columns, c)
	}
	for _, k := range Kinds() {
		one := newProbe(j, k)
		if len(one.seen) == 0 {
			continue
		}
		if err := one.run(ctx, false); err != nil {
			return nil, err
		}
		told.Kinds[k] = j.Score(one.chance)
	}
	return told, nil
}

// probe asks forests that see some of the columns.
type probe struct {
	Job
	seen    []int // columns of the table
	table   forest.Table
	chance  []float64
	without [][]float64 // of each column seen, the chances when it is shuffled
}

func newProbe(j Job, kinds ...Kind) *probe {
	p := &probe{Job: j, table: forest.Table{Class: j.Class, Classes: j.Classes}, chance: make([]float64, j.Table.Rows*j.Classes)}
	for i, c := range j.Table.Columns {
		if slices.Contains(kinds, c.Kind) {
			p.seen, p.table.Columns = append(p.seen, i), append(p.table.Columns, c.fine)
		}
	}
	return p
}

// run fills in chance and, if asked to, without.
func (p *probe) run(ctx context.Context, shuffled bool) error {
	if shuffled {
		for range p.seen {
			p.without = append(p.without, make([]float64, len(p.chance)))
		}
	}
	for k := range slices.Max(p.Fold) + 1 {
		learnt, held := p.rowsOf(k)
		switch {
		case len(held) == 0:
			continue
		case len(learnt) == 0:
			return fmt.Errorf("audit: all %d files are in one fold", len(held))
		case len(p.seen) == 0:
			p.shares(learnt, held)
			continue
		}
		f := forest.Grow(&p.table, learnt, forest.Options{Trees: trees, MinLeaf: minLeaf, Seed: p.Seed + uint64(k), Threads: p.Threads})
		if err := p.ask(ctx, f, held, uint64(k)); err != nil {
			return err
		}
	}
	return nil
}

func (p *probe) rowsOf(fold int) (learnt, held []int32) {
	for i, k := range p.Fold {
		if k == fold {
			held = append(held, int32(i))
		} else {
			learnt = append(learnt, int32(i))
		}
	}
	return learnt, held
}

// shares gives rows the shares of the classes: what is known without any column.
func (p *probe) shares(learnt, held []int32) {
	for _, r := range held {
		for _, l := range learnt {
			p.chance[int(r)*p.Classes+p.Class[l]] += 1 / float64(len(learnt))
		}
	}
}

// ask asks a forest about the rows of its fold, as they are and with each column shuffled.
func (p *probe) ask(ctx context.Context, f *forest.Forest, held []int32, fold uint64) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(p.Threads)
	g.Go(func() error { p.answer(f, held, -1, held, p.chance); return ctx.Err() })
	for c := range p.without {
		g.Go(func() error {
			from := slices.Clone(held)
			rand.New(rand.NewPCG(p.Seed+fold, uint64(c))).Shuffle(len(from), func(a, b int) { from[a], from[b] = from[b], from[a] })
			p.answer(f, held, int32(c), from, p.without[c])
			return ctx.Err()
		})
	}
	return g.Wait()
}

// answer adds the chances of rows to out; in one column they are taken for the rows from.
func (p *probe) answer(f *forest.Forest, rows []int32, shuffled int32, from []int32, out []float64) {
	for i, r := range rows {
		f.Add(func(c int32) uint8 {
			if c == shuffled {
				return p.table.Columns[c].Bin[from[i]]
			}
			return p.table.Columns[c].Bin[r]
		}, out[int(r)*p.Classes:(int(r)+1)*p.Classes])
	}
}

// alone gives each row the shares of the classes that its value has in the other
// folds, a few rows of the average added so that rare values do not boast.
func (j Job) alone(c *forest.Column) []float64 {
	k, folds := j.Classes, slices.Max(j.Fold)+1
	count, all := make([]float64, (folds+1)*c.Bins*k), make([]float64, (folds+1)*k)
	for i, class := range j.Class {
		for _, f := range []int{j.Fold[i], folds} { // the last is all folds together
			count[(f*c.Bins+int(c.Bin[i]))*k+class]++
			all[f*k+class]++
		}
	}
	out := make([]float64, len(j.Class)*k)
	for i, b := range c.Bin {
		of := func(f int) []float64 { return count[(f*c.Bins+int(b))*k:][:k] }
		var rows, total float64
		for class := range k {
			rows += of(folds)[class] - of(j.Fold[i])[class]
			total += all[folds*k+class] - all[j.Fold[i]*k+class]
		}
		for class := range k {
			usual := (all[folds*k+class] - all[j.Fold[i]*k+class]) / max(total, 1)
			out[i*k+class] = (of(folds)[class] - of(j.Fold[i])[class] + prior*usual) / (rows + prior)
		}
	}
	return out
}

// prior is how many rows of the average each value has beside its own.
const prior = 2
