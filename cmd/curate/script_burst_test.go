package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
)

// burst SEED FILE... draws one scene into .png files of 120 x 90 pixels, the camera moving a
// little from one to the next.
func scriptBurst(ts *testscript.TestScript, args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("usage: burst SEED FILE...")
	}
	seed, err := strconv.ParseUint(args[0], 10, 64)
	if err != nil {
		return err
	}
	const w, h = 120, 90
	whole := scene.Render(seed, 180, 135)
	for i, name := range args[1:] {
		p := raster.New(w, h)
		for row := range h {
			copy(p.Pix[3*w*row:3*w*(row+1)], whole.Pix[3*(whole.W*(3*i+row)+5*i):])
		}
		data, err := edit.EncodePNG(p)
		if err != nil {
			return err
		}
		path := ts.MkAbs(name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o666); err != nil {
			return err
		}
	}
	return nil
}
