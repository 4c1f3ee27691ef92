package stage

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/metrics"
)

// AnswersFile holds what a model said of every picture it was judged on, a line of
// JSON for each (see [Answer]). `train` leaves it in the run's folder for the pictures
// by which the weights were chosen, `evaluate` beside its report.
const AnswersFile = "predictions.jsonl"

// Answer is what a model said of one picture. The picture is known by its content;
// its label and its path are those of the time when it was judged.
type Answer struct {
	SHA256        string             `json:"sha256"`
	Path          string             `json:"path"`
	Split         string             `json:"split"` // train, val or test; "" for pictures of a folder
	Group         *int               `json:"group"` // what belongs together has the same number in one file; older files have none
	Label         string             `json:"label"`
	Said          string             `json:"said"`
	Probability   float64            `json:"probability"` // of what was said
	Probabilities map[string]float64 `json:"probabilities"`
}

// Right tells whether the model said what the picture is called.
func (a Answer) Right() bool { return a.Said == a.Label }

// judgedAnswers joins predictions with the pictures that they are of, in the same order.
func judgedAnswers(p *metrics.Predictions, pictures []judgedPicture, split string) []Answer {
	out := make([]Answer, len(pictures))
	k := len(p.Classes)
	for i, pic := range pictures {
		said := answer(pic.work.Path, p.Classes, p.Prob[i*k:(i+1)*k])
		out[i] = Answer{
			SHA256: pic.hash.String(), Path: pic.work.Path, Split: split, Group: &pictures[i].group, Label: p.Classes[p.Label[i]],
			Said: p.Classes[p.Answer(i)], Probability: said.Probability, Probabilities: said.Probabilities,
		}
		for c, v := range out[i].Probabilities {
			if math.IsNaN(v) { // of a model whose weights overflowed; JSON has no word for it
				out[i].Probabilities[c] = 0
			}
		}
	}
	return out
}

// writeAnswers writes the file into dir.
func writeAnswers(dir string, answers []Answer) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, a := range answers {
		if err := enc.Encode(a); err != nil {
			return fmt.Errorf("write %s: %w", AnswersFile, err)
		}
	}
	return atomicfile.WriteFile(filepath.Join(dir, AnswersFile), b.Bytes(), 0o644)
}

// noteJudged leaves what the run's chosen weights said of the pictures that they were
// chosen by, and what is learnt from that about its answers (train.Calibration), and
// returns what the run's report shows beside its figures.
func (t *training) noteJudged(ctx context.Context, p *metrics.Predictions) (d train.Details, err error) {
	if p == nil || len(p.Label) == 0 {
		d.Findings = auditFindings(t.run.Dir)
		d.Data, d.Facts, err = dataCard(ctx, t.env)
		return d, err
	}
	pictures, err := t.judgedPictures(ctx)
	if err != nil {
		return d, err
	}
	if len(p.Label) != len(pictures) {
		return d, fmt.Errorf("write %s: %d answers for %d pictures", AnswersFile, len(p.Label), len(pictures))
	}
	if t.judged == catalog.Val {
		err = train.Calibrate(p).Write(t.run.Dir)
	}
	err = errors.Join(err, writeAnswers(t.run.Dir, judgedAnswers(p, pictures, string(t.judged))))
	if err != nil {
		return d, err
	}
	return reportDetails(ctx, t.env, t.run.Dir, p, pictures)
}

// judgedPictures are those that the weights were chosen by, in the order of their
// predictions, with the numbers of their groups.
func (t *training) judgedPictures(ctx context.Context) ([]judgedPicture, error) {
	var ids []catalog.ImageID
	var hashes []catalog.Hash
	for _, r := range t.data.rows[t.judged] {
		ids, hashes = append(ids, r.ID), append(hashes, r.Hash)
	}
	works, err := t.env.Catalog.Works(ctx, ids...)
	if err != nil {
		return nil, err
	}
	k, err := newKeys(ctx, t.env, hashes)
	if err != nil {
		return nil, err
	}
	var out []judgedPicture
	for _, r := range t.data.rows[t.judged] {
		w := works[r.ID]
		w.Path = r.Path
		out = append(out, judgedPicture{id: r.Hash.String(), hash: r.Hash, work: w, label: r.Label, fields: fieldsOf(r)})
	}
	return leaveOut(k, nil, out), nil
}

// readAnswers reads what writeAnswers wrote. Lines that are no answers are counted
// and left out: somebody may have edited the file.
func readAnswers(data io.Reader) (out []Answer, bad int, err error) {
	lines := bufio.NewScanner(data)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var a Answer
		if json.Unmarshal(lines.Bytes(), &a) != nil || a.Label == "" || len(a.Probabilities) < 2 {
			bad++
			continue
		}
		if _, known := a.Probabilities[a.Said]; !known {
			bad++
			continue
		}
		out = append(out, a)
	}
	return out, bad, lines.Err()
}

// runFileBytes is how much of a file in a run's folder is read at most.
const runFileBytes = 256 << 20

// openRunFile opens a plain file of a run's folder. Whatever else has the name (a link
// that leads out of the folder, a pipe that would never end) is refused.
func openRunFile(dir, name string) (*os.File, fs.FileInfo, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, runFileError(dir, err)
	}
	defer root.Close()
	info, err := root.Stat(name)
	switch {
	case err != nil:
		return nil, nil, runFileError(filepath.Join(dir, name), err)
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("%s is no plain file", filepath.Join(dir, name))
	case info.Size() > runFileBytes:
		return nil, nil, fmt.Errorf("%s has %d bytes, more than can be shown", filepath.Join(dir, name), info.Size())
	}
	f, err := root.Open(name)
	return f, info, runFileError(filepath.Join(dir, name), err)
}

// noFile is fs.ErrNotExist without its words for programmers.
type noFile struct{}

func (*noFile) Error() string   { return "no such file" }
func (*noFile) Is(t error) bool { return t == fs.ErrNotExist }

func runFileError(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w", path, &noFile{})
	}
	return fmt.Errorf("%s cannot be read: %w", path, err)
}
