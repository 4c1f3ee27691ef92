package scene_test

import (
	"flag"
	"os"
	"testing"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
)

// go test ./internal/scene -run Sheet -sheet ../../docs/scenes.jpg
var sheetFile = flag.String("sheet", "", "file for the picture of docs/demo.md")

// TestSheet draws every subject, above as the camera Real takes it and below
// another one as AI makes it.
func TestSheet(t *testing.T) {
	if *sheetFile == "" {
		t.Skip("no -sheet FILE: the picture of docs/demo.md is not drawn")
	}
	const w, h = 176, 132
	seeds := []uint64{900, 1503, 1505, 902, 903, 901, 1505, 1501, 1603}
	sheet := raster.New(len(seeds)*w, 2*h)
	for i, subject := range scene.Subjects() {
		for row, camera := range []scene.Camera{scene.Real, scene.AI} {
			p := scene.RenderOf(seeds[i]+uint64(row), 2*w, 2*h, scene.Options{Subject: subject, Camera: camera})
			p = edit.Resize(.5).Apply(nil, p)
			for y := range h {
				copy(sheet.Row(row*h + y)[3*i*w:], p.Row(y))
			}
		}
	}
	data, err := edit.EncodeJPEG(sheet, 88)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(*sheetFile, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
