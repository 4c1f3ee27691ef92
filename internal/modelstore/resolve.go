package modelstore

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/curate/curate/internal/hub"
	"github.com/curate/curate/internal/preprocess"
)

// Resolve finds the model that name means, in this order: an imported name (""
// is Default), a folder or .onnx file, a Hub id (ORG/NAME or ORG/NAME@REVISION,
// brought into the Hub's cache if it is not there). The error of a name that
// means nothing says what to run.
func (s *Store) Resolve(ctx context.Context, name string) (Model, error) {
	if name == "" {
		name = Default
	}
	if importName.MatchString(name) && exists(s.folder(name)) {
		return s.imported(name)
	}
	if info, err := os.Stat(name); err == nil {
		return resolvePath(name, info.IsDir())
	}
	switch {
	case name == Default:
		return Model{}, fmt.Errorf("the standard encoder %s is not set up; run `make setup` or `curate setup`", Default)
	case looksLikePath(name):
		return Model{}, fmt.Errorf("model %s: no such file or folder", name)
	case strings.Contains(name, "/"):
		return s.fromHub(ctx, name)
	}
	return Model{}, fmt.Errorf("no model is called %q: `curate model ls` lists those imported; a Hub id has the form ORG/NAME; a file or folder of that name is not here either", name)
}

// looksLikePath tells a path that is not there from a Hub id.
func looksLikePath(name string) bool {
	return filepath.IsAbs(name) || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~") ||
		strings.HasSuffix(name, ".onnx") || strings.HasSuffix(name, "/") || strings.Count(name, "/") > 1 && !strings.Contains(name, "@")
}

func resolvePath(path string, isDir bool) (Model, error) {
	inspect := inspectFile
	if isDir {
		inspect = inspectFolder
	}
	m, err := inspect(path)
	if err != nil {
		return Model{}, err
	}
	m.Hash, err = contentHash(m)
	return m, err
}

func (s *Store) fromHub(ctx context.Context, id string) (Model, error) {
	repo, err := hub.ParseRepo(id)
	if err != nil {
		return Model{}, err
	}
	if s.Hub == nil {
		return Model{}, fmt.Errorf("model %s: no Hub to ask", id)
	}
	snap, err := s.Hub.Snapshot(ctx, repo, chooseFiles)
	if err != nil {
		return Model{}, err
	}
	if !slices.ContainsFunc(snap.Files, isWeights) {
		return Model{}, fmt.Errorf("%s has no weights as safetensors, the only kind that curate reads: open it in Transformers, save it with save_pretrained, and name that folder", repo)
	}
	m, err := inspectFolder(snap.Folder)
	if err != nil {
		return Model{}, fmt.Errorf("%s: %w", repo, err)
	}
	m.Name, m.Source = repo.String(), "hub "+repo.ID+"@"+snap.Commit
	if snap.License != "" {
		m.Licence = snap.License
	}
	m.Hash, err = contentHash(m)
	return m, err
}

func isWeights(name string) bool { return strings.HasSuffix(name, ".safetensors") }

// Pull brings a Hub model, and nothing else, into the Hub's cache.
func (s *Store) Pull(ctx context.Context, id string) (Model, error) { return s.fromHub(ctx, id) }

// chooseFiles takes from a repository what an encoder is made of: the
// configuration, the card, and the weights in one file or in shards.
func chooseFiles(files []string) []string {
	var chosen, shards []string
	whole := false
	for _, name := range files {
		switch {
		case name == "config.json", name == preprocess.FileName, name == cardFile:
			chosen = append(chosen, name)
		case name == "model.safetensors":
			chosen, whole = append(chosen, name), true
		case name == "model.safetensors.index.json", shardName.MatchString(name):
			shards = append(shards, name)
		}
	}
	if !whole {
		chosen = append(chosen, shards...)
	}
	return chosen
}
