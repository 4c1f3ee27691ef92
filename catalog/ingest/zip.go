package ingest

import (
	"archive/zip"
	"context"
	"io"
	"iter"
	"os"

	"github.com/klauspost/compress/zstd"
)

type zipArchive struct {
	file   *os.File
	zip    *zip.Reader
	budget budget
	extras sidecars
}

const zipEncrypted = 1 // bit of a member's flags

func openZip(file *os.File, size int64) (Archive, error) {
	r, err := zip.NewReader(file, size)
	if err != nil && r == nil {
		return nil, err
	}
	r.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor())
	return &zipArchive{file: file, zip: r, budget: budget{packed: size}}, nil
}

func (a *zipArchive) Close() error { return a.file.Close() }

func (a *zipArchive) Members(ctx context.Context) iter.Seq2[Member, error] {
	return func(yield func(Member, error) bool) {
		if err := a.extras.collect(a.members(ctx)); err != nil {
			yield(Member{}, err)
			return
		}
		for m, err := range a.members(ctx) {
			m.Facts = a.extras.of(m.Name)
			if !yield(m, err) {
				return
			}
		}
	}
}

func (a *zipArchive) members(ctx context.Context) iter.Seq2[Member, error] {
	return func(yield func(Member, error) bool) {
		var names names
		for _, f := range a.zip.File {
			if err := ctx.Err(); err != nil {
				yield(Member{}, err)
				return
			}
			if !f.Mode().IsRegular() {
				continue
			}
			if !yield(a.member(names.clean(f.Name), f), nil) {
				return
			}
		}
	}
}

func (a *zipArchive) member(name string, f *zip.File) Member {
	m := Member{Name: name, Size: int64(min(f.UncompressedSize64, 1<<62))}
	if !f.Modified.IsZero() {
		m.ModTime = f.Modified.UnixNano()
	}
	if f.Flags&zipEncrypted != 0 {
		m.Problem = "encrypted: unpack it with its password and ingest the folder"
	}
	m.open = func() (io.ReadCloser, error) {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{counted{r, &a.budget}, r}, nil
	}
	return m
}
