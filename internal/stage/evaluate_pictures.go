package stage

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/train"
)

// judgedPicture is a picture with its label and what else is known of it.
type judgedPicture struct {
	id     string
	work   catalog.Work // without a hash where it is not the catalogue's
	label  string
	fields map[string]string
	hash   catalog.Hash // of the content; zero where it cannot be read
	group  int          // what belongs together has the same number
}

// knownOf is what is known of judged pictures, for figures.
func knownOf(pictures []judgedPicture) train.Known {
	k := train.Known{By: map[string][]string{}}
	for _, p := range pictures {
		k.Group = append(k.Group, p.group)
		for _, f := range EvaluateFields() {
			k.By[f] = append(k.By[f], p.fields[f])
		}
	}
	return k
}

// evaluated lists the pictures to be judged, and says what they are and which
// cannot be.
func evaluated(ctx context.Context, e *Env, o EvaluateOptions, classes []string) (_ []judgedPicture, on string, unusable []UnusableInput, err error) {
	if o.Folder != "" {
		p, unusable, err := folderPictures(ctx, e, o.Folder, classes)
		return p, o.Folder, unusable, err
	}
	split := catalog.Split(o.Split)
	p, err := splitPictures(ctx, e, split, classes)
	if err == nil && len(p) == 0 {
		err = fmt.Errorf("no kept image with a label of the model (%s) is in %s; `curate split` makes a split", strings.Join(classes, ", "), split)
	}
	return p, "the " + o.Split + " split", nil, err
}

func splitPictures(ctx context.Context, e *Env, s catalog.Split, classes []string) ([]judgedPicture, error) {
	var out []judgedPicture
	var ids []catalog.ImageID
	other := 0
	for row, err := range e.Catalog.Images(ctx, catalog.Filter{Status: []catalog.Status{catalog.Kept}, Split: []catalog.Split{s}}) {
		if err != nil {
			return nil, err
		}
		if !slices.Contains(classes, row.Label) {
			other++
			continue
		}
		ids = append(ids, row.ID)
		out = append(out, judgedPicture{id: row.Hash.String(), label: row.Label, fields: fieldsOf(row)})
	}
	if other > 0 {
		e.Notice("%d images of %s have a label that the model does not know, and are left out", other, s)
	}
	works, err := e.Catalog.Works(ctx, ids...)
	for i, id := range ids {
		out[i].work = works[id]
	}
	return out, err
}

// folderPictures lists the pictures below folder whose way from there holds a folder
// named like a class.
func folderPictures(ctx context.Context, e *Env, folder string, classes []string) (out []judgedPicture, unusable []UnusableInput, err error) {
	found, err := findGiven(ctx, e, folder)
	if err != nil {
		return nil, nil, err
	}
	layout, unlabelled := ingest.DefaultLayout(), 0
	for _, p := range found.pictures {
		facts := layout.Read(p.rel)
		for part := range strings.SplitSeq(path.Dir(p.rel), "/") {
			if slices.Contains(classes, part) {
				facts.Label = part
			}
		}
		if !slices.Contains(classes, facts.Label) {
			unlabelled++
			continue
		}
		out = append(out, judgedPicture{
			id: p.Path, work: catalog.Work{Place: p.Place}, label: facts.Label,
			fields: map[string]string{"generator": facts.Generator, "source": facts.Source, "subject": facts.Subject},
		})
	}
	if found.other+unlabelled > 0 {
		e.Notice("left out of %s: %d pictures in no folder named like a class, %d files that are no pictures", folder, unlabelled, found.other)
	}
	if len(out) == 0 {
		err = fmt.Errorf("%s has no folder named like a class of the model (%s) with pictures in it", folder, strings.Join(classes, ", "))
	}
	return out, found.unusable, err
}

// fieldsOf are the values of EvaluateFields.
func fieldsOf(row catalog.Row) map[string]string {
	return map[string]string{"generator": row.Generator, "source": row.Source, "subject": row.Subject}
}
