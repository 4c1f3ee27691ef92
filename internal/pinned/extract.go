package pinned

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Extract writes the pin's files from its archive into dir, under their target
// names, and checks those that have a hash of their own. Only listed members
// are written, so nothing in an archive can choose where it lands.
func Extract(archive string, p Pin, dir string) error {
	wanted := map[string]File{}
	for _, f := range p.Files {
		wanted[f.Path] = f
	}
	visit := func(name string, r io.Reader) error {
		f, ok := wanted[name]
		if !ok {
			return nil
		}
		delete(wanted, name)
		return writeChecked(filepath.Join(dir, f.Target()), r, f)
	}
	walk := walkZip
	if strings.HasSuffix(archive, ".tgz") {
		walk = walkTar
	}
	if err := walk(archive, visit); err != nil {
		return fmt.Errorf("unpack %s: %w", filepath.Base(archive), err)
	}
	for name := range wanted {
		return fmt.Errorf("unpack %s: it has no %s", filepath.Base(archive), name)
	}
	return nil
}

func writeChecked(path string, r io.Reader, f File) error {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, h), r)
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	if f.SHA256 == "" {
		return nil
	}
	return compare(f.Path, hex.EncodeToString(h.Sum(nil)), f.SHA256)
}

func walkZip(archive string, visit func(string, io.Reader) error) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return err
		}
		err = errors.Join(visit(f.Name, r), r.Close())
		if err != nil {
			return err
		}
	}
	return nil
}

func walkTar(archive string, visit func(string, io.Reader) error) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	r := tar.NewReader(unzipped)
	for {
		header, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if err := visit(header.Name, r); err != nil {
			return err
		}
	}
}
