package audit

import (
	"fmt"
	"strings"

	"github.com/curate/curate/internal/imageio"
)

// File is what is known of a picture's file without its pixels.
type File struct {
	Format, Mode  string // as imageio.Info has them
	Width, Height int    // upright
	Orientation   int
	Frames, Bits  int
	Bytes         int64
	imageio.Meta
	Source string // as the catalogue has it
}

// column is how a column is made of files: of numbers or of texts.
type column struct {
	name   string
	kind   Kind
	number func(f *File) float64
	text   func(f *File) string
}

// columns are all columns, in the order in which they are told of.
var columns = []column{
	{name: "format", kind: OfFile, text: func(f *File) string { return f.Format }},
	{name: "mode", kind: OfFile, text: func(f *File) string { return fmt.Sprintf("%s, %d bits", f.Mode, f.Bits) }},
	{name: "alpha", kind: OfFile, text: func(f *File) string { return yes(strings.HasSuffix(f.Mode, "a")) }},
	{name: "frames", kind: OfFile, number: func(f *File) float64 { return float64(f.Frames) }},
	{name: "structure", kind: OfFile, text: func(f *File) string { return f.Structure }},
	{name: "progressive", kind: OfFile, text: func(f *File) string { return yes(f.Progressive) }},
	{name: "quality", kind: OfFile, number: func(f *File) float64 { return float64(f.Quality) }},
	{name: "quant_tables", kind: OfFile, text: func(f *File) string { return f.QuantTables }},
	{name: "subsampling", kind: OfFile, text: func(f *File) string { return f.Subsampling }},
	{name: "exif", kind: OfFile, text: func(f *File) string { return yes(f.EXIF) }},
	{name: "orientation", kind: OfFile, number: func(f *File) float64 { return float64(max(f.Orientation, 1)) }},
	{name: "camera", kind: OfFile, text: func(f *File) string { return strings.TrimSpace(f.Make + " " + f.Model) }},
	{name: "software", kind: OfFile, text: func(f *File) string { return f.Software }},
	{name: "date", kind: OfFile, text: func(f *File) string { return f.Taken[:min(len(f.Taken), 4)] }},
	{name: "icc", kind: OfFile, text: func(f *File) string { return f.ICC }},
	{name: "xmp", kind: OfFile, text: func(f *File) string { return yes(f.XMP) }},
	{name: "c2pa", kind: OfFile, text: func(f *File) string { return yes(f.C2PA) }},
	{name: "comment", kind: OfFile, text: func(f *File) string { return yes(f.Comment) }},
	{name: "texts", kind: OfFile, text: func(f *File) string { return strings.Join(f.Text, ", ") }},
	{name: "width", kind: OfSize, number: func(f *File) float64 { return float64(f.Width) }},
	{name: "height", kind: OfSize, number: func(f *File) float64 { return float64(f.Height) }},
	{name: "size", kind: OfSize, text: func(f *File) string { return fmt.Sprintf("%dx%d", f.Width, f.Height) }},
	{name: "megapixels", kind: OfSize, number: func(f *File) float64 { return f.pixels() / 1e6 }},
	{name: "aspect", kind: OfSize, number: func(f *File) float64 { return float64(f.Width) / float64(max(f.Height, 1)) }},
	{name: "square", kind: OfSize, text: func(f *File) string { return yes(f.Width == f.Height) }},
	{name: "multiple_of_8", kind: OfSize, text: func(f *File) string { return f.multiple(8) }},
	{name: "multiple_of_16", kind: OfSize, text: func(f *File) string { return f.multiple(16) }},
	{name: "multiple_of_64", kind: OfSize, text: func(f *File) string { return f.multiple(64) }},
	{name: "bytes", kind: OfContent, number: func(f *File) float64 { return float64(f.Bytes) }},
	{name: "bytes_per_pixel", kind: OfContent, number: func(f *File) float64 { return float64(f.Bytes) / max(f.pixels(), 1) }},
	{name: "source", kind: OfRecord, text: func(f *File) string { return f.Source }},
}

func (f *File) pixels() float64 { return float64(f.Width) * float64(f.Height) }

func (f *File) multiple(of int) string { return yes(f.Width%of == 0 && f.Height%of == 0) }

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
