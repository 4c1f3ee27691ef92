package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/calibrate"
)

// storeModel makes a calibration the one in force, and notes it in the journal.
func storeModel(ctx context.Context, e *Env, s catalog.Space, m *calibrate.Model, command string) error {
	whitening, err := m.Whitening.MarshalBinary()
	if err != nil {
		return err
	}
	curve, err := json.Marshal(m.Calibration)
	if err != nil {
		return fmt.Errorf("store calibration: %w", err)
	}
	if err := e.Catalog.SetCalibration(ctx, s.ID, whitening, curve); err != nil {
		return err
	}
	summary := fmt.Sprintf("calibration of %s, learnt from %d pictures (curate calibrate --forget takes it away)", spaceName(s), m.Calibration.Pictures)
	_, err = e.Catalog.Note(ctx, command, "calibrate", summary)
	return err
}

func spaceName(s catalog.Space) string {
	return fmt.Sprintf("%s at %d px, layers %s", s.Model, s.Resolution, s.Layers)
}

// ForgetResult is what ForgetCalibration did.
type ForgetResult struct {
	Model      string `json:"model"`
	Layers     string `json:"layers"`
	Resolution int    `json:"resolution"`
	Forgotten  bool   `json:"forgotten"` // there was one of one's own
	Known      bool   `json:"known"`     // one inside the program is in force now
}

// ForgetCalibration takes away what Calibrate stored for a model's embedding space. Then
// the known calibration is in force again or, where there is none, Dedup fits one.
func ForgetCalibration(ctx context.Context, e *Env, o CalibrateOptions) (r ForgetResult, err error) {
	p, err := planEmbeddings(ctx, e, EmbedOptions{Model: o.Model, Layers: o.Layers, Resolution: o.Resolution, NoHead: true})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	s := p.out.Copies
	r = ForgetResult{Model: s.Model, Layers: s.Layers, Resolution: s.Resolution, Forgotten: len(s.Whitening) > 0}
	known, err := knownModel(s)
	r.Known = known != nil
	if err != nil || !r.Forgotten {
		return r, err
	}
	if err := e.Catalog.SetCalibration(ctx, s.ID, nil, nil); err != nil {
		return r, err
	}
	_, err = e.Catalog.Note(ctx, o.Command, "calibrate", "own calibration of "+spaceName(s)+" forgotten")
	return r, err
}
