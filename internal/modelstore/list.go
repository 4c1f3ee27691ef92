package modelstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// List returns the imported models, by name. One that is damaged is left out of
// the list and named in the error, which comes beside the others.
func (s *Store) List() ([]Model, error) {
	entries, err := os.ReadDir(s.root())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var models []Model
	var damaged []error
	for _, e := range entries {
		if !e.IsDir() || !importName.MatchString(e.Name()) {
			continue
		}
		m, err := s.imported(e.Name())
		if err != nil {
			damaged = append(damaged, err)
			continue
		}
		models = append(models, m)
	}
	return models, errors.Join(damaged...)
}

// Remove deletes an imported model. What lies in the Hub's cache is the Hub
// client's, and other programs may use it: it is not touched.
func (s *Store) Remove(name string) error {
	if !importName.MatchString(name) || !exists(s.folder(name)) {
		return fmt.Errorf("no imported model is called %q; `curate model ls` lists them", name)
	}
	if err := os.RemoveAll(s.folder(name)); err != nil {
		return fmt.Errorf("remove model %s: %w", name, err)
	}
	return nil
}
