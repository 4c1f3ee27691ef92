package catalog

import (
	"context"
	"iter"
)

// Filter chooses images; the zero Filter chooses all. Fields are joined by and, the values of one field by or.
type Filter struct {
	Status    []Status
	Label     []string // of the image; "" = images without one
	Subject   []string
	Source    []string // of any of its live locations
	Generator []string
	Issue     []string // flagged
	MinScore  float64  // of one of Issue; 0 = any. With it, Issue need not be flagged
	Split     []string // "" = images without one
	Format    []string
	IDs       []ImageID
	Under     []string // stored paths of folders, archives or files: images with a live location at or beneath one
	Cluster   ClusterID
	After     ImageID // only larger numbers: the next page
	Limit     int     // 0 = all
}

// Row is one image with everything that `curate images` prints.
type Row struct {
	Image
	Path      string   // first live location, else the last one that left; as stored
	Locations []string // live ones
	Issues    []string // flagged, by name
	Cluster   ClusterID
	Similar   ClusterID // cluster of look-alikes
	Split     Split
}

// Images streams the images that f chooses, by number, as of one moment. The number of queries does not depend on the number of
// images, but on pages of 1,000.
func (c *Catalog) Images(ctx context.Context, f Filter) iter.Seq2[Row, error] { return nil }

// CountImages tells how many images f chooses (Limit and After apart).
func (c *Catalog) CountImages(ctx context.Context, f Filter) (int, error) { return 0, errUnwritten }
