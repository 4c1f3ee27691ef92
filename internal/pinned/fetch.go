package pinned

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// ErrNoClient says that none of the programs that could download a pin is here.
var ErrNoClient = errors.New("no package client found")

// Fetch downloads the first of pins whose client is found on this machine into
// a folder of its own below tmp, and checks the archive's hash. It returns the
// pin it took and the archive's path; the caller removes tmp. A client that
// fails is passed over for the next one, a wrong hash is final.
func Fetch(ctx context.Context, pins []Pin, tmp string) (Pin, string, error) {
	var failed []error
	var wanted []string
	for _, p := range pins {
		wanted = append(wanted, p.Client)
		c, ok := FindClient(ctx, p.Client)
		if !ok {
			continue
		}
		file, err := fetchOne(ctx, c, p, tmp)
		if err == nil {
			return p, file, check(file, p.SHA256)
		}
		failed = append(failed, err)
		if ctx.Err() != nil {
			break
		}
	}
	if len(failed) > 0 {
		return Pin{}, "", errors.Join(failed...)
	}
	return Pin{}, "", fmt.Errorf("%w: install %s and try again", ErrNoClient, strings.Join(wanted, " or "))
}

func fetchOne(ctx context.Context, c Client, p Pin, tmp string) (string, error) {
	dir, err := os.MkdirTemp(tmp, p.Client+"-*")
	if err != nil {
		return "", err
	}
	return c.download(ctx, p, dir)
}

// check compares a file's SHA-256 with the pinned one.
func check(path, want string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	return compare(path, hex.EncodeToString(h.Sum(nil)), want)
}

func compare(what, got, want string) error {
	if got != want {
		return fmt.Errorf("%s is not the pinned file: its SHA-256 is %s, want %s; nothing was installed", what, got, want)
	}
	return nil
}
