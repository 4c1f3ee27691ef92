package catalog

import (
	"slices"
	"strings"
)

// Filter chooses images; the zero Filter chooses all. Fields are joined by and, the values of one field by or.
type Filter struct {
	Status    []Status
	Label     []string // of the image; "" = images without one
	Subject   []string
	Source    []string // of any of its live locations; "" = images of which none is said
	Generator []string
	Prompt    []string // what its prompt contains, in letters of any case
	MinSide   int      // pixels of the shorter side, 0 = any
	MaxSide   int      // 0 = any
	Issue     []string // flagged
	MinScore  float64  // of one of Issue; 0 = any. With it, Issue need not be flagged
	Split     []Split  // "" = images without one
	Format    []string
	IDs       []ImageID
	Under     []string // stored paths of folders, archives or files: images with a live location at or beneath one
	Cluster   ClusterID
	After     ImageID // only larger numbers: the next page
	Limit     int     // 0 = all
}

// clause is a condition on image i with its arguments.
type clause struct {
	text []string
	args []any
}

func (c *clause) and(text string, args ...any) {
	c.text = append(c.text, text)
	c.args = append(c.args, args...)
}

func (c *clause) String() string {
	if len(c.text) == 0 {
		return "1"
	}
	return strings.Join(c.text, " AND ")
}

// oneOf is a condition that a column has one of some values; %s in text stands for as many question marks.
func oneOf[T ~string](c *clause, text string, values []T) {
	if len(values) == 0 {
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	c.and(strings.ReplaceAll(text, "%s", strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")), args...)
}

// where is the filter as a condition on image i, without After and Limit.
func (f Filter) where() *clause {
	c := new(clause)
	oneOf(c, "i.status IN (%s)", f.Status)
	oneOf(c, "i.label IN (%s)", f.Label)
	oneOf(c, "i.subject IN (%s)", f.Subject)
	oneOf(c, "i.format IN (%s)", f.Format)
	saidOf(c, "source", f.Source)
	saidOf(c, "generator", f.Generator)
	prompts(c, f.Prompt)
	if f.MinSide > 0 {
		c.and("min(i.width, i.height) >= ?", f.MinSide)
	}
	if f.MaxSide > 0 {
		c.and("min(i.width, i.height) <= ?", f.MaxSide)
	}
	oneOf(c, "coalesce((SELECT split FROM split WHERE image = i.id), '') IN (%s)", f.Split)
	f.issues(c)
	if f.IDs != nil {
		c.and("i.id IN (SELECT value FROM json_each(?))", list(f.IDs))
	}
	f.under(c)
	if f.Cluster != 0 {
		c.and("i.id IN (SELECT image FROM member WHERE cluster = ?)", f.Cluster)
	}
	return c
}

// saidOf is a condition on a field of which every location may say something else.
func saidOf(c *clause, field string, values []string) {
	const live = "i.id IN (SELECT image FROM location WHERE gone = '' AND "
	some := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	text := live + field + " <> '' AND " + field + " IN (%s))"
	if len(some) == len(values) {
		oneOf(c, text, values)
		return
	}
	d := new(clause)
	d.and("i." + field + " = '' AND NOT " + live + field + " <> '')")
	oneOf(d, text, some)
	c.and("("+strings.Join(d.text, " OR ")+")", d.args...)
}

// prompts is a condition that a prompt contains one of some texts. instr would tell large letters from small ones.
func prompts(c *clause, texts []string) {
	if len(texts) == 0 {
		return
	}
	var like []string
	var args []any
	for _, t := range texts {
		like = append(like, `i.prompt LIKE ? ESCAPE '\'`)
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(t)+"%")
	}
	c.and("("+strings.Join(like, " OR ")+")", args...)
}

func (f Filter) issues(c *clause) {
	if f.MinScore == 0 {
		oneOf(c, "i.id IN (SELECT image FROM issue WHERE flagged = 1 AND name IN (%s))", f.Issue)
		return
	}
	oneOf(c, "i.id IN (SELECT image FROM issue WHERE name IN (%s) AND flagged IN (0, 1) AND score >= CAST(? AS REAL))", f.Issue)
	if len(f.Issue) > 0 {
		c.args = append(c.args, f.MinScore)
	}
}

func (f Filter) under(c *clause) {
	if len(f.Under) == 0 {
		return
	}
	var text []string
	var args []any
	for _, p := range f.Under {
		where, more := atOrBeneath(p)
		text = append(text, "SELECT l.image FROM location l WHERE l.gone = '' AND "+where)
		args = append(args, more...)
	}
	c.and("i.id IN ("+strings.Join(text, " UNION ")+")", args...)
}
