package web

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/curate/curate/catalog"
)

// comparison is one row of what is known of the pictures of a cluster, the keeper first.
type comparison struct {
	Name, Means string
	Values      []string
	Differ      bool // the values are not all the same
}

// Facts lists what is known of every member: what none has is left out.
func (c *cluster) Facts() (rows []comparison) {
	members := append([]member{c.Keeper}, c.Others...)
	for _, f := range knownFacts {
		row := comparison{Name: f.name, Values: make([]string, len(members))}
		any := false
		for i, m := range members {
			row.Values[i] = f.of(m.image)
			any = any || row.Values[i] != ""
			row.Differ = row.Differ || row.Values[i] != row.Values[0]
		}
		if any {
			rows = append(rows, row)
		}
	}
	return rows
}

// Rows are the evidence and the facts of a cluster of several.
func (c *cluster) Rows() (rows []comparison) {
	for k, n := range (evidence{}).Numbers() {
		row := comparison{Name: n.Name, Means: n.Means, Values: []string{""}}
		for _, m := range c.Others {
			row.Values = append(row.Values, m.Evidence.Numbers()[k].Value)
		}
		rows = append(rows, row)
	}
	return append(rows, c.Facts()...)
}

var knownFacts = []struct {
	name string
	of   func(im catalog.Image) string
}{
	{"size", func(im catalog.Image) string { return fmt.Sprintf("%d × %d", im.Width, im.Height) }},
	{"bytes", func(im catalog.Image) string { return byteText(im.Bytes) }},
	{"format", formatText},
	{"label", func(im catalog.Image) string { return im.Label }},
	{"subject", func(im catalog.Image) string { return im.Subject }},
	{"source", func(im catalog.Image) string { return im.Source }},
	{"generator", func(im catalog.Image) string { return im.Generator }},
	{"prompt", func(im catalog.Image) string { return im.Prompt }},
	{"camera", func(im catalog.Image) string { return strings.TrimSpace(said(im, "make") + " " + said(im, "model")) }},
	{"taken", func(im catalog.Image) string { return said(im, "taken") }},
	{"software", func(im catalog.Image) string { return said(im, "software") }},
	{"EXIF turn", func(im catalog.Image) string {
		if im.Orientation <= 1 {
			return ""
		}
		return strconv.Itoa(im.Orientation)
	}},
	{"profile", func(im catalog.Image) string { return said(im, "icc") }},
}

// said is what a file says of itself, as text.
func said(im catalog.Image, name string) string {
	if v, ok := im.Metadata[name]; ok {
		return metadataText(v)
	}
	return ""
}

// formatText is the format, with the quality of a JPEG.
func formatText(im catalog.Image) string {
	if q := said(im, "quality"); q != "" {
		return im.Format + " " + q
	}
	return im.Format
}
