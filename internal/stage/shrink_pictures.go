package stage

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/progress"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
)

// shrinkSample is how many pictures ranges are seen on.
const shrinkSample = 300

// pictureSample is a number of pictures to be read one after the other. It must be closed.
type pictureSample struct {
	n     int
	read  func(i int) (*raster.Picture, error)
	files originals // that are read from; none of a folder or of drawn ones
}

// Close closes the archives that were read.
func (s pictureSample) Close() error {
	if s.files.files == nil {
		return nil
	}
	return s.files.Close()
}

// each reads them. One that is no picture is passed over.
func (s pictureSample) each(task *progress.Task) iter.Seq2[*raster.Picture, error] {
	return func(yield func(*raster.Picture, error) bool) {
		for i := range s.n {
			p, err := s.read(i)
			task.Add(1)
			if err == nil && !yield(p, nil) {
				return
			}
		}
	}
}

// samplePictures chooses pictures that a model of side pixels is to see: of a
// folder, else of the catalogue, else drawn ones.
func (e *Env) samplePictures(ctx context.Context, folder string, side int) (pictureSample, error) {
	switch {
	case folder != "":
		return folderSample(folder, side)
	case e.Catalog == nil:
		e.Notice("there is no catalogue: ranges are seen on drawn pictures; --pictures names a folder of real ones")
		return pictureSample{n: shrinkSample, read: func(i int) (*raster.Picture, error) {
			return scene.Render(uint64(i), 320, 240), nil
		}}, nil
	}
	chosen, err := chooseImages(ctx, e, CalibrateOptions{Pictures: shrinkSample})
	if err != nil {
		return pictureSample{}, err
	}
	places, err := placesOf(ctx, e, chosen)
	if err != nil {
		return pictureSample{}, err
	}
	files := newOriginals()
	return pictureSample{files: files, n: len(places), read: func(i int) (*raster.Picture, error) {
		data, err := files.read(places[i])
		if err != nil {
			return nil, err
		}
		return decodeFor(data, side)
	}}, nil
}

func folderSample(folder string, side int) (pictureSample, error) {
	var files []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s holds no files", folder)
	}
	if err != nil {
		return pictureSample{}, fmt.Errorf("pictures to see ranges on: %w", err)
	}
	n := min(len(files), shrinkSample)
	return pictureSample{n: n, read: func(i int) (*raster.Picture, error) {
		data, err := os.ReadFile(files[i*len(files)/n])
		if err != nil {
			return nil, err
		}
		return decodeFor(data, side)
	}}, nil
}

// decodeFor decodes a picture for a model of side pixels, at twice that at least.
func decodeFor(data []byte, side int) (*raster.Picture, error) {
	p, _, err := imageio.DecodeAtLeast(data, imageio.DefaultLimits, 2*side)
	return p, err
}
