package hub

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
)

// verify compares a downloaded file with its size and with the hash that its
// ETag is: SHA-256 for large files, git's blob hash for small ones. Mirrors may
// use other ETags; then the size is all there is.
func verify(path string, m meta) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if m.size >= 0 && info.Size() != m.size {
		return fmt.Errorf("%d bytes came, want %d; run the command again", info.Size(), m.size)
	}
	h := hashFor(m.etag, info.Size())
	if h == nil {
		return nil
	}
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != m.etag {
		return fmt.Errorf("what came is not the file the Hub names: hash %s, want %s; run the command again", got, m.etag)
	}
	return nil
}

func hashFor(etag string, size int64) hash.Hash {
	if _, err := hex.DecodeString(etag); err != nil {
		return nil
	}
	switch len(etag) {
	case 2 * sha256.Size:
		return sha256.New()
	case 2 * sha1.Size:
		h := sha1.New()
		fmt.Fprintf(h, "blob %d\x00", size)
		return h
	}
	return nil
}

// publish gives a whole, checked part its blob's name.
func publish(part, blob string) error {
	if err := os.Rename(part, blob); err != nil {
		return fmt.Errorf("write the Hub's cache: %w", err)
	}
	if d, err := os.Open(filepath.Dir(blob)); err == nil {
		d.Sync()
		d.Close()
	}
	return nil
}
