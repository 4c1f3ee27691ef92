package imageio

import (
	"errors"
	"fmt"
	"image/jpeg"
	"io"

	"golang.org/x/image/tiff"
)

// Invalid says in plain words why bytes are no usable picture. It is about the
// file, not about the machine: the same bytes are invalid everywhere.
type Invalid struct {
	Reason string // lower case, without the file's name: "truncated: the picture ends before its last row"
}

func (e *Invalid) Error() string { return e.Reason }

func invalid(format string, args ...any) *Invalid {
	return &Invalid{Reason: fmt.Sprintf(format, args...)}
}

const truncated = "truncated: the file ends before the picture does"

// errNoDecoder is about this machine, not about a file: it never becomes an Invalid.
var errNoDecoder = errors.New("imageio: a built-in decoder does not start")

// because makes an Invalid of what a decoder said.
func because(err error) error {
	var already *Invalid
	switch {
	case errors.As(err, &already):
		return already
	case errors.Is(err, errNoDecoder):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return invalid(truncated)
	}
	if jpegCannot, tiffCannot := jpeg.UnsupportedError(""), tiff.UnsupportedError(""); errors.As(err, &jpegCannot) {
		return invalid("unsupported: JPEG with %s", string(jpegCannot))
	} else if errors.As(err, &tiffCannot) {
		return invalid("unsupported: TIFF with %s", string(tiffCannot))
	}
	return invalid("corrupt: %v", err)
}

// guard runs a decoder and turns a panic into an Invalid. Decoders of other
// people, fed with bytes from anywhere, are the one place where that is right: an
// index past the end there means a broken file, and one file among a million must
// not end the run. Our own mistakes outside the decoders still surface.
func guard(decode func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = invalid("corrupt: the decoder gave up (%v)", r)
		}
	}()
	return decode()
}
