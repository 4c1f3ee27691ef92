package modelstore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
)

// contentHash identifies what decides a model's output: its configuration, its
// preprocessing and its weights. How the JSON is laid out, what the files are
// called and what else lies in the folder does not matter.
func contentHash(m Model) (string, error) {
	h := sha256.New()
	if m.Kind != ONNX {
		if err := addJSON(h, "config", filepath.Join(m.Folder, vit.ConfigFile)); err != nil {
			return "", err
		}
	}
	err := addJSON(h, "preprocessor", filepath.Join(m.Folder, preprocess.FileName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	files, err := m.weightFiles()
	if err != nil {
		return "", err
	}
	for _, file := range files {
		sum, err := fileHash(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "weights %s\n", sum)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// addJSON adds a JSON file in canonical form: keys sorted, no blanks.
func addJSON(w io.Writer, role, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	canonical, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	_, err = fmt.Fprintf(w, "%s %x\n", role, sha256.Sum256(canonical))
	return err
}

func (m Model) weightFiles() ([]string, error) {
	if m.Kind == ONNX {
		return []string{m.File}, nil
	}
	return safetensors.ModelFiles(m.Folder)
}

var sha256Name = regexp.MustCompile(`^[0-9a-f]{64}$`)

// fileHash returns a file's SHA-256. In the Hub's cache a large file is a link
// to a blob that is named by its hash, so it need not be read.
func fileHash(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	if filepath.Base(filepath.Dir(real)) == "blobs" && sha256Name.MatchString(filepath.Base(real)) {
		return filepath.Base(real), nil
	}
	f, err := os.Open(real)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
