package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"time"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/track"
)

// job is a run on the CPU whose pictures are named by their number.
func job(model string, side int, pixels [][]float32, labels []int) (*train.Job, error) {
	m, err := vit.Load(model)
	if err != nil {
		return nil, err
	}
	rt, err := runtime()
	if err != nil {
		return nil, err
	}
	j := &train.Job{
		Options: train.Recipe(), Model: m, ModelKey: model, Side: side, Classes: m.Config.Labels,
		Runtime: rt, Device: ort.Device{Provider: ort.CPU},
	}
	for i, l := range labels {
		j.Train = append(j.Train, train.Example{ID: strconv.Itoa(i), Label: l})
	}
	j.Open = func(_ context.Context, id string, dst []float32) error {
		i, err := strconv.Atoi(id)
		copy(dst, pixels[i])
		return err
	}
	return j, nil
}

// fit runs the job that SETTINGS ask for, and leaves its folder and order.json: the
// numbers of the pictures in the order in which they were learnt from.
func fit(args []string) error {
	in, err := readPictures(args[1])
	if err != nil {
		return err
	}
	j, err := job(args[0], in.side, in.pixels, in.labels)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(args[3]), &j.Options); err != nil {
		return err
	}
	j.Dir, j.Val = args[2], j.Train
	if err := os.MkdirAll(j.Dir, 0o755); err != nil {
		return err
	}
	lines, err := track.NewJSONL(j.Dir)
	if err != nil {
		return err
	}
	board, err := track.NewTensorBoard(j.Dir, time.Now())
	if err != nil {
		return err
	}
	j.Track = track.All{lines, board}
	r, err := train.Fit(context.Background(), j)
	if err := errors.Join(err, j.Track.Close()); err != nil {
		return err
	}
	var order []string
	for epoch := range j.Epochs {
		for _, e := range train.Order(j.Train, j.Seed, epoch) {
			order = append(order, e.ID)
		}
	}
	if err := writeJSON(j.Dir, "order.json", order); err != nil {
		return err
	}
	return leave(j.Dir, r, args[0], in.side, j.Classes)
}

// leave writes the run's folder as curate train does.
func leave(dir string, r *train.Result, model string, side int, classes []string) error {
	c, err := preprocess.ReadConfig(model)
	if err != nil {
		return err
	}
	return train.WriteFolder(dir, r, train.About{
		Name: "conformance", Base: "reference", Preprocess: c.WithResolution(side), Classes: classes, Positive: 1, JudgedOn: "validation", Version: "conformance",
	})
}
