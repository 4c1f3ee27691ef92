package main

import (
	"context"
	"encoding/json"
	"os"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train"
)

// pace is what speed prints.
type pace struct {
	Rate      float64 // pictures a second
	CPU       float64 // processor seconds a picture
	PeakMB    float64 // of this process
	PlannedMB float64 // what train.Fit thought that it would take
	Micro     int     // pictures of a run of the graph
}

// speed times whole training steps on empty pictures, the first one left out.
func speed(args []string) error {
	batch, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	steps, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	m, err := vit.ReadConfig(args[0])
	if err != nil {
		return err
	}
	side := m.ImageSize
	blank := make([]float32, 3*side*side)
	n := batch * (steps + 1)
	pixels, labels := make([][]float32, n), make([]int, n)
	for i := range pixels {
		pixels[i], labels[i] = blank, i%2
	}
	j, err := job(args[0], side, pixels, labels)
	if err != nil {
		return err
	}
	if j.Dir, err = os.MkdirTemp("", "traindump"); err != nil {
		return err
	}
	defer os.RemoveAll(j.Dir)
	defer debug.SetGCPercent(debug.SetGCPercent(train.GCPercent)) // as curate train does
	j.Epochs, j.Batch = 1, batch
	if len(args) > 3 {
		more := struct {
			*train.Options
			Threads *int
		}{&j.Options, &j.Threads}
		if err := json.Unmarshal([]byte(args[3]), &more); err != nil {
			return err
		}
	}
	var first, last syscall.Rusage
	var began, ended time.Time
	done := 0
	j.Watch.Step = func(n int) {
		if done += n; done == batch {
			began, _ = time.Now(), syscall.Getrusage(syscall.RUSAGE_SELF, &first)
		}
		ended, _ = time.Now(), syscall.Getrusage(syscall.RUSAGE_SELF, &last)
	}
	r, err := train.Fit(context.Background(), j)
	if err != nil {
		return err
	}
	pictures := float64(batch * steps)
	return json.NewEncoder(os.Stdout).Encode(pace{
		Rate: pictures / ended.Sub(began).Seconds(), CPU: (seconds(last) - seconds(first)) / pictures, PeakMB: float64(last.Maxrss) / 1024, PlannedMB: float64(r.Planned) / (1 << 20), Micro: r.Micro,
	})
}

func seconds(u syscall.Rusage) float64 {
	return time.Duration(syscall.TimevalToNsec(u.Utime) + syscall.TimevalToNsec(u.Stime)).Seconds()
}
