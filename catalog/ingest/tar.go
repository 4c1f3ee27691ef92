package ingest

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// tarball is a tar, plain or packed. A plain one is listed by skipping from header
// to header; a packed one has to be unpacked from its start.
type tarball struct {
	file   *os.File
	size   int64
	packed bool
}

func (a *tarball) Close() error { return a.file.Close() }

// isTar tells whether 512 bytes begin a tar: either with its magic word, or, before
// POSIX, with a header whose checksum is right.
func isTar(head []byte) bool {
	if len(head) < 512 {
		return false
	}
	if bytes.Equal(head[257:262], []byte("ustar")) {
		return true
	}
	h, err := tar.NewReader(bytes.NewReader(head)).Next()
	return err == nil && h.Name != ""
}

func (a *tarball) Members(ctx context.Context) iter.Seq2[Member, error] {
	return func(yield func(Member, error) bool) {
		stream, done, err := a.unpack()
		if err != nil {
			yield(Member{}, err)
			return
		}
		defer done()
		var names names
		for r := tar.NewReader(stream); ; {
			h, err := r.Next()
			if err == nil {
				err = ctx.Err()
			}
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Member{}, err)
				return
			}
			if h.Typeflag == tar.TypeReg && !yield(tarMember(&names, h, r), nil) {
				return
			}
		}
	}
}

func tarMember(names *names, h *tar.Header, r io.Reader) Member {
	m := Member{Name: names.clean(h.Name), Size: h.Size}
	if !h.ModTime.IsZero() && h.ModTime.Unix() != 0 {
		m.ModTime = h.ModTime.UnixNano()
	}
	m.open = func() (io.ReadCloser, error) { return io.NopCloser(r), nil }
	return m
}

// unpack gives the plain tar from its start.
func (a *tarball) unpack() (io.Reader, func(), error) {
	section := io.NewSectionReader(a.file, 0, a.size)
	if !a.packed {
		return section, func() {}, nil // a seeker: tar.Reader skips instead of reading
	}
	in := bufio.NewReaderSize(section, 256<<10)
	magic, err := in.Peek(2)
	if err != nil {
		return nil, nil, err
	}
	budget := &budget{packed: a.size}
	if magic[0] == 0x1f {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, err
		}
		return counted{z, budget}, func() { z.Close() }, nil
	}
	z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
	if err != nil {
		return nil, nil, err
	}
	return counted{z, budget}, z.Close, nil
}
