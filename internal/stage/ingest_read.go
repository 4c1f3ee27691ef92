package stage

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/thumb"
)

// readOutcome is what reading one file came to. At most one field is set, beside small:
// none where nothing had to be read.
type readOutcome struct {
	other    bool             // no picture
	vanished bool             // no longer there
	skipped  bool             // the ingest ended before it was read
	content  *catalog.Content // of a picture, usable or not
	small    []byte           // of a picture that was decoded: what the cache keeps of it
	problem  string           // why it could not be read
	err      error            // of the machinery, not of the file
}

// contentReader reads files and measures pictures. Its methods may be called from
// several goroutines.
type contentReader struct {
	limits imageio.Limits
	gate   *imageio.Gate // of the memory that decoding takes
	cpu    chan struct{} // one place for each processor to keep busy
	known  func(context.Context, catalog.Hash) (bool, error)
}

// file reads the file at path and measures it, if its first bytes are a picture's.
// buf is scratch space; the returned slice is the same, perhaps grown.
func (r *contentReader) file(ctx context.Context, path string, size int64, buf []byte) (readOutcome, []byte) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return readOutcome{vanished: true}, buf
	}
	if err != nil {
		return readOutcome{problem: ingest.Reason(err)}, buf
	}
	defer f.Close()
	out, data := r.load(f, path, size, buf)
	if out == nil {
		return r.measure(ctx, data), data
	}
	return *out, data
}

// load reads a picture of the claimed size into buf. The outcome says why there is
// nothing to measure.
func (r *contentReader) load(f io.Reader, name string, size int64, buf []byte) (*readOutcome, []byte) {
	data, err := readUpTo(f, buf[:0], imageio.HeadSize)
	switch {
	case err != nil:
		return &readOutcome{problem: ingest.Reason(err)}, data
	case !worthReading(data, name):
		return &readOutcome{other: true}, data
	case size > r.limits.MaxBytes:
		return &readOutcome{problem: fmt.Sprintf("too large: the file has %d bytes, the limit is %d", size, r.limits.MaxBytes)}, data
	}
	data = slices.Grow(data, int(max(size+1-int64(len(data)), 0)))
	data, err = readUpTo(f, data, r.limits.MaxBytes+1)
	switch {
	case err != nil:
		return &readOutcome{problem: ingest.Reason(err)}, data
	case int64(len(data)) > r.limits.MaxBytes:
		return &readOutcome{problem: fmt.Sprintf("too large: the file has more than %d bytes", r.limits.MaxBytes)}, data
	}
	return nil, data
}

// readUpTo appends to data until it has limit bytes or f ends.
func readUpTo(f io.Reader, data []byte, limit int64) ([]byte, error) {
	for int64(len(data)) < limit {
		data = slices.Grow(data, 1)
		room := data[len(data):min(int64(cap(data)), limit)]
		n, err := f.Read(room)
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			return data, nil
		}
		if err != nil {
			return data, err
		}
	}
	return data, nil
}

// worthReading tells from the first bytes whether a file is a picture, or was meant
// to be one and holds nothing: empty, or zeros as a crash leaves them.
func worthReading(head []byte, name string) bool {
	return imageio.Sniff(head) != "" || imageio.NamedLikePicture(name) && onlyZeros(head)
}

func onlyZeros(data []byte) bool {
	return !slices.ContainsFunc(data, func(b byte) bool { return b != 0 })
}

// measure hashes a picture and, if its content is new, decodes it.
func (r *contentReader) measure(ctx context.Context, data []byte) readOutcome {
	select {
	case r.cpu <- struct{}{}:
		defer func() { <-r.cpu }()
	case <-ctx.Done():
		return readOutcome{skipped: true}
	}
	c := &catalog.Content{Hash: sha256.Sum256(data), Bytes: int64(len(data))}
	known, err := r.known(ctx, c.Hash)
	switch {
	case err != nil && ctx.Err() != nil:
		return readOutcome{skipped: true}
	case err != nil:
		return readOutcome{err: err}
	case known:
		return readOutcome{content: c}
	case len(data) > 0 && onlyZeros(data[:min(len(data), imageio.HeadSize)]):
		c.Invalid = "holds zeros instead of a picture"
		return readOutcome{content: c}
	}
	info, err := imageio.ReadInfo(data, r.limits)
	var small []byte
	if err == nil {
		var done func()
		if done, err = r.gate.Acquire(ctx, info.DecodeBytes()); err != nil {
			return readOutcome{skipped: true}
		}
		small, info, err = r.decode(data, c)
		done()
	}
	out := described(c, info, data, err)
	out.small = small
	return out
}

// decode decodes a picture to its end, which is what shows that it can be used,
// hashes what it shows, and returns it as the cache keeps it.
func (r *contentReader) decode(data []byte, c *catalog.Content) ([]byte, imageio.Info, error) {
	picture, info, err := thumb.Make(data, r.limits)
	if err != nil {
		return nil, info, err
	}
	hash := catalog.PHash(dedup.HashOfLuma(picture.Luma()).Orientations())
	c.PHash, c.PHashVersion = &hash, dedup.HashVersion
	small, err := picture.Pack()
	return small, info, err
}

// described fills in what the header says and why the picture is invalid, if it is.
func described(c *catalog.Content, info imageio.Info, data []byte, err error) readOutcome {
	c.Format = info.Format
	if c.Format == "" {
		c.Format = imageio.Sniff(data[:min(len(data), imageio.HeadSize)])
	}
	c.Width, c.Height, c.Orientation = info.Width, info.Height, info.Orientation
	c.Frames, c.Bits, c.Mode = info.Frames, info.Bits, info.Mode
	var invalid *imageio.Invalid
	switch {
	case errors.As(err, &invalid):
		c.Invalid = invalid.Reason
	case err == nil:
		c.Metadata, err = metadataOf(data)
	}
	if err != nil && invalid == nil {
		return readOutcome{err: err}
	}
	return readOutcome{content: c}
}

// metadataOf is what a file says about its making, as a catalogue keeps it.
func metadataOf(data []byte) (map[string]any, error) {
	raw, err := json.Marshal(imageio.Metadata(data))
	if err != nil {
		return nil, err
	}
	var facts map[string]any
	return facts, json.Unmarshal(raw, &facts)
}
