package stage

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ownEncoderEnding is what the file of a catalogue's own encoder is called after the
// catalogue: curate.encoder.safetensors lies beside curate.db. A copy of both goes on
// as the catalogue did.
const ownEncoderEnding = ".encoder.safetensors"

// ownEncoderPath is where the catalogue's own encoder lies, if it has one.
func (e *Env) ownEncoderPath() string {
	path := e.Catalog.Path()
	return strings.TrimSuffix(path, filepath.Ext(path)) + ownEncoderEnding
}

// OwnEncoder returns the file of the encoder that TrainOwn has made for the catalogue,
// "" where there is none.
func (e *Env) OwnEncoder() string {
	if e.Catalog == nil {
		return ""
	}
	path := e.ownEncoderPath()
	if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
		return ""
	}
	return path
}

// Embedding returns which embeddings a quality compares in the catalogue: those of its
// own encoder where it has one, no model is named, and the quality is not Best.
func (e *Env) Embedding(q Quality, model string) (EmbedOptions, error) {
	if model == "" && q != Best {
		model = e.OwnEncoder()
	}
	return q.Embedding(model)
}

// ForgetOwnEncoder removes the catalogue's own encoder, if it has one: the encoder
// inside the program is in force again. Its embeddings stay for another time.
func ForgetOwnEncoder(ctx context.Context, e *Env, command string) (forgotten bool, err error) {
	err = os.Remove(e.ownEncoderPath())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		_, err = e.Catalog.Note(ctx, command, "calibrate", "the catalogue's own encoder forgotten")
	}
	return true, err
}
