package calibrate

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
)

// Key says of which embeddings a model is: whose, and how they were made.
type Key struct {
	Model         string `json:"model"` // content hash
	Layers        string `json:"layers"`
	Resolution    int    `json:"resolution"`
	Precision     string `json:"precision"`
	Preprocessing int    `json:"preprocessing"`
}

// files holds a model for each known space, written by `curate calibrate --save`;
// docs/dedup.md has the recipe. known.json says which is whose.
//
//go:embed known
var files embed.FS

// entry is one line of known.json.
type entry struct {
	Key
	File string `json:"file"`
}

// Known returns the model of a space that is inside the binary; ok is false where
// there is none. What was learnt in one precision holds for the others.
func Known(k Key) (m *Model, ok bool, err error) {
	list, err := knownList()
	if err != nil {
		return nil, false, err
	}
	for _, e := range list {
		e.Precision = k.Precision
		if e.Key != k {
			continue
		}
		data, err := files.ReadFile(path.Join("known", e.File))
		if err != nil {
			return nil, false, fmt.Errorf("known calibrations: %w", err)
		}
		m = new(Model)
		return m, true, m.UnmarshalBinary(data)
	}
	return nil, false, nil
}

func knownList() (list []entry, err error) {
	data, err := files.ReadFile("known/known.json")
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	if err != nil {
		return nil, fmt.Errorf("known calibrations: %w", err)
	}
	return list, nil
}
