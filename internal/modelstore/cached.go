package modelstore

// Cached returns the models of the Hub's cache that curate can open, as they
// were last fetched. Anything else in the cache belongs to other programs and
// is passed over. Nothing is asked of the Hub.
func (s *Store) Cached() ([]Model, error) {
	if s.Hub == nil {
		return nil, nil
	}
	repos, err := s.Hub.Cached()
	if err != nil {
		return nil, err
	}
	var models []Model
	for _, r := range repos {
		m, err := inspectFolder(r.Folder)
		if err != nil {
			continue
		}
		m.Name, m.Source = r.Repo.String(), "hub "+r.Repo.ID+"@"+r.Commit
		if m.Hash, err = contentHash(m); err != nil {
			return nil, err
		}
		models = append(models, m)
	}
	return models, nil
}
