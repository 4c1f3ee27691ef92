package stage

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/augment"
)

// augmentOf returns the words of --augment, or where there are none the mode's own: a
// probe learns from what the encoder said of each picture once, and the seed recipe
// is what it was; other modes see windows of at least 60% of the picture, half of
// them mirrored.
func (o *TrainOptions) augmentOf(mode string) string {
	switch {
	case o.Augment != "":
		return o.Augment
	case mode == ModeProbe || o.Recipe == RecipeSeed:
		return "none"
	}
	return "light"
}

// chooseAugment settles how pictures are changed, once the mode is chosen. With native
// windows the model sees pictures unresized from then on, in validation, evaluate and
// predict too: its preprocessor_config.json says so.
func (t *training) chooseAugment() error {
	if t.result.Mode == ModeProbe && (!t.pipeline.None() || t.options.Settings.Balance) {
		const why = "a probe learns from embeddings, which are made once for each image, and takes each once"
		if t.options.Mode == ModeProbe {
			return errors.New("--augment and --balance are for modes that train weights: " + why)
		}
		t.env.Notice("--augment and --balance are not used: %s", why)
		t.pipeline = augment.Pipeline{}
		t.settings.Augment = t.pipeline.String()
	}
	if t.pipeline.Native {
		t.config = t.config.Native()
		t.noticeSmall()
	}
	return nil
}

// noticeSmall says how many pictures native windows show on black.
func (t *training) noticeSmall() {
	n := 0
	for _, row := range t.data.rows[catalog.Train] {
		if row.Width < t.side || row.Height < t.side {
			n++
		}
	}
	if n > 0 {
		t.env.Notice("native: %d of %d train images are smaller than %d pixels and lie on black, which shows how large they are; a smaller --resolution helps", n, len(t.data.rows[catalog.Train]), t.side)
	}
}

// augmented has the job learn from changed pictures, and shows some.
func (t *training) augmented(ctx context.Context, j *train.Job, files *tensors) error {
	if t.pipeline.None() {
		return nil
	}
	j.Learn = files.learn(t.pipeline, j.Seed)
	return t.writeSheet(ctx, j, files)
}

// learn returns Job.Learn: pictures as the pipeline changes them.
func (t *tensors) learn(p augment.Pipeline, seed uint64) func(ctx context.Context, e train.Example, epoch int, dst []float32) error {
	sized := t.config.Native()
	return func(ctx context.Context, e train.Example, epoch int, dst []float32) error {
		return t.see(ctx, e.ID, func(in *raster.Picture) error {
			return sized.Tensor(p.Apply(augment.Rand(seed, epoch, e.Turn, e.ID), in, t.config), dst)
		})
	}
}

// see calls do with the picture with that content hash, which is gone afterwards.
func (t *tensors) see(ctx context.Context, hash string, do func(*raster.Picture) error) error {
	w := t.work[hash]
	p, done, err := t.reader.decode(ctx, w, 0)
	if err != nil {
		return &lostPicture{t.view.Show(w.Path), err}
	}
	defer done()
	return do(p.Picture)
}

// SheetFile is the name of the picture in a run's folder that shows what its model
// learns from.
const SheetFile = "augment.png"

// The sheet shows so many pictures: as validation sees them, and as so many epochs
// do.
const (
	sheetPictures = 6
	sheetEpochs   = 8
	sheetGap      = 4    // pixels
	sheetWide     = 2304 // pixels, at most: pictures of 224 are shown as they are
)

// writeSheet draws some of the first epochs' pictures, so that a person can see what
// --augment does to them.
func (t *training) writeSheet(ctx context.Context, j *train.Job, files *tensors) error {
	shown := train.Order(j.Train, j.Seed, 0)
	shown = shown[:min(sheetPictures, len(shown))]
	step := t.side + sheetGap
	sheet := raster.New((1+sheetEpochs)*step, len(shown)*step)
	for row, e := range shown {
		err := files.see(ctx, e.ID, func(in *raster.Picture) error {
			lay(sheet, t.config.Picture(in), 0, row*step)
			for epoch := range sheetEpochs {
				lay(sheet, t.pipeline.Apply(augment.Rand(j.Seed, epoch, 0, e.ID), in, t.config), (1+epoch)*step, row*step)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if sheet.W > sheetWide {
		sheet = preprocess.Resize(sheet, sheetWide, max(1, sheet.H*sheetWide/sheet.W), preprocess.Bicubic)
	}
	data, err := edit.EncodePNG(sheet)
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(t.run.Dir, SheetFile), data, 0o644)
}

// lay copies p onto the sheet.
func lay(sheet, p *raster.Picture, x, y int) {
	for r := range p.H {
		copy(sheet.Row(y + r)[3*x:], p.Row(r))
	}
}
