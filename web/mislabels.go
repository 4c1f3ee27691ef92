package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// What a comparison for wrong labels keeps: so many of the surest, from such a score on, each with its
// nearest pictures.
const (
	mislabelList = 3000
	mislabelFrom = 0.5
	mislabelNear = 8
)

// mislabelRows is how many suspects a page shows.
const mislabelRows = 60

// labels is what the page of wrong labels shows.
type labels struct {
	Field    string
	From     float64
	Look     look
	Rows     []suspect
	Waiting  int // at that score or above, not answered
	Answered int
	AtLeast  [101]int // not answered, by score
	Classes  []string
	Tabs     []tab
}

// suspect is a picture that looks like those that are called something else.
type suspect struct {
	stage.Mislabel
	Thumb, Full string
	Near        []near
	Says        string // what its neighbours say, in words
}

// near is one of the pictures nearest to it.
type near struct {
	ID      catalog.ImageID
	Thumb   string
	Given   string
	Agrees  bool // with the suggestion
	Percent int
}

// mislabelsOf is the comparison that finds them.
func (s *Server) mislabelsOf(field string) func(ctx context.Context, env *stage.Env) (any, error) {
	return func(ctx context.Context, env *stage.Env) (any, error) {
		list, _, err := stage.Mislabels(ctx, env, stage.MislabelOptions{Field: field, MinScore: mislabelFrom, Limit: mislabelList, Near: mislabelNear}, s.view)
		return list, err
	}
}

// mislabels shows which images look like those of another subject, or label, one below the other.
func (s *Server) mislabels(r *http.Request) (content, error) {
	field, err := fieldOf(r.URL.Query().Get("field"))
	if err != nil {
		return content{}, err
	}
	v := labels{Field: field}
	if v.Look, err = s.lookAtAll(r.Context(), mislabelLook+field); err != nil {
		return content{}, err
	}
	if v.From, err = scoreOf(r.URL.Query(), "from", stage.MislabelFrom); err != nil {
		return content{}, err
	}
	if list, ok := v.Look.Result.([]stage.Mislabel); ok {
		err = s.fillSuspects(r, &v, list)
	}
	if err == nil {
		v.Tabs, err = s.labelTabs(r)
	}
	if err != nil {
		return content{}, err
	}
	names, err := s.names(r)
	if v.Classes = names.Subjects; field == "label" {
		v.Classes = names.Labels
	}
	return content{template: "mislabels", title: "Mislabels", section: "labels", data: v}, err
}

// fieldOf reads what may be wrong.
func fieldOf(text string) (string, error) {
	switch text {
	case "":
		return "subject", nil
	case "subject", "label":
		return text, nil
	}
	return "", badRequest("%q is no field that may be wrong: use subject or label", text)
}

// fillSuspects chooses what nobody has answered yet.
func (s *Server) fillSuspects(r *http.Request, v *labels, list []stage.Mislabel) error {
	answered, err := s.env.Catalog.Answered(r.Context(), catalog.VerdictKind(v.Field))
	if err != nil {
		return err
	}
	var ids []catalog.ImageID
	for _, m := range list {
		if _, done := answered[m.ID]; done {
			v.Answered++
			continue
		}
		for k := range v.AtLeast {
			if m.Score >= float64(k)/100 {
				v.AtLeast[k]++
			}
		}
		if m.Score < v.From {
			continue
		}
		if v.Waiting++; len(v.Rows) < mislabelRows {
			v.Rows = append(v.Rows, suspect{Mislabel: m})
			ids = append(ids, m.ID)
		}
	}
	return s.fillPictures(r, v, ids)
}

// fillPictures adds the addresses of pictures, and drops the suspects that are no longer there, or called otherwise.
func (s *Server) fillPictures(r *http.Request, v *labels, ids []catalog.ImageID) error {
	now := map[catalog.ImageID]catalog.Row{}
	for row, err := range s.env.Catalog.Images(r.Context(), catalog.Filter{IDs: ids}) {
		if err != nil {
			return err
		}
		now[row.ID] = row
	}
	v.Rows = slices.DeleteFunc(v.Rows, func(x suspect) bool {
		row, there := now[x.ID]
		return !there || v.Field == "subject" && row.Subject != x.Given || v.Field == "label" && row.Label != x.Given
	})
	for i := range v.Rows {
		x := &v.Rows[i]
		h := now[x.ID].Hash
		x.Thumb, x.Full = thumbAddress(x.ID, h), fullAddress(x.ID, h)
		for _, n := range x.Mislabel.Near {
			x.Near = append(x.Near, near{n.ID, thumbAddress(n.ID, n.Hash), n.Given, n.Given == x.Suggested, int(100*n.Cosine + .5)})
		}
		x.Says = says(x.Mislabel)
	}
	return nil
}

// says puts into words what the nearest pictures are called.
func says(m stage.Mislabel) string {
	counts := map[string]int{}
	for _, n := range m.Near {
		counts[n.Given]++
	}
	names := frequent(counts)
	var parts []string
	for _, name := range names[:min(3, len(names))] {
		parts = append(parts, fmt.Sprintf("%d called %s", counts[name], name))
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("Of the %d pictures nearest to it, %s.", len(m.Near), strings.Join(parts, ", "))
}

// relabel records what several images are, each another thing perhaps, as one step: {"field": "subject", "decide":
// [{"image": 1, "value": "car", "was": "bird"}]}. Where was is given and no longer so, nothing is recorded.
func (s *Server) relabel(r *http.Request) (any, error) {
	var ask struct {
		Field  string        `json:"field"`
		Decide []relabelling `json:"decide"`
	}
	if err := read(r, &ask); err != nil {
		return nil, err
	}
	field, err := fieldOf(ask.Field)
	if err != nil || len(ask.Decide) == 0 {
		return nil, badRequest("a field (subject or label) and images are needed")
	}
	return s.record(r, func(ctx context.Context) (catalog.Said, string, error) { return s.relabelled(ctx, field, ask.Decide) })
}

// relabelling is what one image is, and was when a person saw it.
type relabelling struct {
	Image catalog.ImageID `json:"image"`
	Value string          `json:"value"`
	Was   *string         `json:"was"`
}

// relabelled turns what images are into verdicts, if they are still called as they were.
func (s *Server) relabelled(ctx context.Context, field string, list []relabelling) (out catalog.Said, words string, err error) {
	now, err := s.calledNow(ctx, field, list)
	if err != nil {
		return out, "", err
	}
	for _, d := range list {
		if is, there := now[d.Image]; there && d.Was != nil && *d.Was != is {
			return out, "", problem{Status: http.StatusConflict, What: fmt.Sprintf("Image %d is called %q by now, not %q: it was decided elsewhere in the meantime", d.Image, is, *d.Was),
				Do: "Nothing was recorded. Load the page again."}
		}
		value := d.Value
		if d.Was == nil || *d.Was != value { // what it is called already may stay, whatever it is
			if value, err = nameOf(field, value); err != nil {
				return out, "", err
			}
		}
		out.Decide = append(out.Decide, catalog.Decision{Kind: catalog.VerdictKind(field), Image: d.Image, Value: value})
	}
	words = plural(len(list), "image", "images") + ": " + field
	if len(list) == 1 {
		words += " " + out.Decide[0].Value
	}
	return out, words, nil
}

// calledNow is the label or subject of images as the catalogue has it.
func (s *Server) calledNow(ctx context.Context, field string, list []relabelling) (map[catalog.ImageID]string, error) {
	ids := make([]catalog.ImageID, len(list))
	for i, d := range list {
		ids[i] = d.Image
	}
	images, err := s.env.Catalog.ImagesByID(ctx, ids)
	now := make(map[catalog.ImageID]string, len(images))
	for id, im := range images {
		if now[id] = im.Subject; field == "label" {
			now[id] = im.Label
		}
	}
	return now, err
}
