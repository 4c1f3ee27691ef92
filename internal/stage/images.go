package stage

import (
	"context"

	"github.com/curate/curate/catalog"
)

// ImageRow is one image as lists print it. What is not known is null.
type ImageRow struct {
	ID        catalog.ImageID    `json:"id"`
	Path      *string            `json:"path"`      // of its first location; null: all were forgotten
	Locations []string           `json:"locations"` // everywhere it is now
	Bytes     int64              `json:"bytes"`
	SHA256    catalog.Hash       `json:"sha256"`
	Format    *string            `json:"format"`
	Width     *int               `json:"width"`
	Height    *int               `json:"height"`
	Label     *string            `json:"label"`
	Subject   *string            `json:"subject"`
	Source    *string            `json:"source"`
	Generator *string            `json:"generator"`
	Prompt    *string            `json:"prompt"`
	Status    catalog.Status     `json:"status"`
	Reason    *string            `json:"reason"`
	Issues    []string           `json:"issues"` // flagged
	Cluster   *catalog.ClusterID `json:"cluster"`
	Similar   *catalog.ClusterID `json:"similar"` // cluster of look-alikes
	Split     *string            `json:"split"`
	Conflict  []string           `json:"conflict"` // fields in which its locations disagree
}

// NewImageRow is a row of the catalogue as lists print it.
func NewImageRow(r catalog.Row, v catalog.View) ImageRow {
	return ImageRow{
		ID: r.ID, Path: orNull(v.Show(r.Path)), Locations: shown(v, r.Locations), Bytes: r.Bytes, SHA256: r.Hash,
		Format: orNull(r.Format), Width: orNullNumber(r.Width), Height: orNullNumber(r.Height),
		Label: orNull(r.Label), Subject: orNull(r.Subject), Source: orNull(r.Source), Generator: orNull(r.Generator), Prompt: orNull(r.Prompt),
		Status: r.Status, Reason: orNull(r.Reason.Text(v.Show)), Issues: orEmpty(r.Issues),
		Cluster: orNullNumber(r.Cluster), Similar: orNullNumber(r.Similar), Split: orNull(string(r.Split)), Conflict: orEmpty(r.Conflict),
	}
}

// Images gives every image that f chooses to each, in order, until it fails.
func Images(ctx context.Context, e *Env, f catalog.Filter, v catalog.View, each func(ImageRow) error) error {
	for r, err := range e.Catalog.Images(ctx, f) {
		if err != nil {
			return err
		}
		if err := each(NewImageRow(r, v)); err != nil {
			return err
		}
	}
	return nil
}
