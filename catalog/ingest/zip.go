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
	file *os.File
	zip  *zip.Reader
	size int64
}

const zipEncrypted = 1 // bit of a member's flags

func openZip(file *os.File, size int64) (Archive, error) {
	r, err := zip.NewReader(file, size)
	if err != nil && r == nil {
		return nil, err
	}
	r.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor())
	return &zipArchive{file: file, zip: r, size: size}, nil
}

func (a *zipArchive) Close() error { return a.file.Close() }

func (a *zipArchive) Members(ctx context.Context) iter.Seq2[Member, error] {
	return func(yield func(Member, error) bool) {
		var names names
		budget := &budget{packed: a.size}
		for _, f := range a.zip.File {
			if err := ctx.Err(); err != nil {
				yield(Member{}, err)
				return
			}
			if !f.Mode().IsRegular() {
				continue
			}
			if !yield(zipMember(names.clean(f.Name), f, budget), nil) {
				return
			}
		}
	}
}

func zipMember(name string, f *zip.File, budget *budget) Member {
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
		}{counted{r, budget}, r}, nil
	}
	return m
}
