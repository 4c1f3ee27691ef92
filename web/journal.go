package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// journalSteps is how many steps a page of the journal shows.
const journalSteps = 200

// steps is what the page of the journal shows.
type steps struct {
	Rows  []stage.StepRow
	Older catalog.StepID // what the next page comes before; 0 = this is the last
	Newer bool
}

// journal shows what was done, and takes it back.
func (s *Server) journal(r *http.Request) (content, error) {
	before, err := number(r, "before", 0)
	if err != nil {
		return content{}, err
	}
	list, err := s.env.Catalog.LogBefore(r.Context(), before, journalSteps)
	v := steps{Newer: before != 0}
	for _, step := range list {
		v.Rows = append(v.Rows, stepRow(step))
	}
	if len(list) == journalSteps {
		v.Older = list[len(list)-1].ID
	}
	return content{template: "journal", title: "Journal", section: "journal", data: v}, err
}

// stepPage is one step with what it did.
type stepPage struct {
	stage.StepRow
	Tiles []tile // the images that it decided on
	More  int
	Moves []stage.MovedFile // that undo would take back, or redo do again
	Files int
	Bytes int64
	State jobState
}

// Moved tells whether the step is about files.
func (v stepPage) Moved() bool { return v.Kind == catalog.KindApply }

// step shows what a step of the journal did, and what taking it back would do.
func (s *Server) step(r *http.Request) (content, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return content{}, badRequest("%q is no number of a step", r.PathValue("id"))
	}
	found, err := s.env.Catalog.LogBefore(r.Context(), id+1, 1)
	if err != nil {
		return content{}, err
	}
	if len(found) == 0 || found[0].ID != id {
		return content{}, problem{http.StatusNotFound, fmt.Sprintf("The journal has no step %d", id), "The journal shows all there are."}
	}
	v := stepPage{StepRow: stepRow(found[0]), State: s.jobs.state(applyJob)}
	if v.Moved() {
		err = s.fillMoves(r.Context(), &v)
	} else {
		err = s.fillStep(r, &v)
	}
	return content{template: "step", title: fmt.Sprint("Step ", id), section: "journal", data: v}, err
}

// fillMoves lists the files that would go back, or of an undone step, that would leave again.
func (s *Server) fillMoves(ctx context.Context, v *stepPage) error {
	state := catalog.MoveDone
	if v.Undone {
		state = catalog.MoveBack
	}
	moves, bytes, err := s.movesOf(ctx, v.ID, state)
	v.Files, v.Bytes = len(moves), bytes
	for _, m := range moves[:min(len(moves), shownFiles)] {
		v.Moves = append(v.Moves, stage.MovedFile{Path: s.shown(m.Source), To: s.shown(m.Target)})
	}
	return err
}

// stepTiles is how many images of a step are shown.
const stepTiles = 100

func (s *Server) fillStep(r *http.Request, v *stepPage) error {
	ids, err := s.env.Catalog.StepImages(r.Context(), v.ID)
	if err != nil || len(ids) == 0 {
		return err
	}
	v.More = max(0, len(ids)-stepTiles)
	v.Tiles, err = s.tiles(r, catalog.Filter{IDs: ids[:min(len(ids), stepTiles)]})
	return err
}

// moveBack brings the files of a step back, or with redo moves them again: {"step": 7, "files": 12}, with the number that its page has said.
func (s *Server) moveBack(redo bool) func(r *http.Request) (any, error) {
	state, do := catalog.MoveDone, stage.Undo
	if redo {
		state, do = catalog.MoveBack, stage.Redo
	}
	return func(r *http.Request) (any, error) {
		var ask struct {
			Step  catalog.StepID `json:"step"`
			Files int            `json:"files"`
		}
		if err := read(r, &ask); err != nil {
			return nil, err
		}
		found, err := s.env.Catalog.LogBefore(r.Context(), ask.Step+1, 1)
		if err != nil {
			return nil, err
		}
		if ask.Step < 1 || len(found) == 0 || found[0].ID != ask.Step || found[0].Kind != catalog.KindApply || found[0].Undone != redo {
			return nil, problem{http.StatusConflict, fmt.Sprintf("Step %d is no step whose files could be moved so", ask.Step), "The journal shows what was done."}
		}
		moves, _, err := s.movesOf(r.Context(), ask.Step, state)
		if err != nil {
			return nil, err
		}
		if len(moves) != ask.Files {
			return nil, problem{http.StatusConflict, fmt.Sprintf("It is about %d files now, not %d", len(moves), ask.Files), "No file was moved. Look at the step again."}
		}
		return s.moveFiles(func(ctx context.Context, env *stage.Env) (any, error) { return do(ctx, env, ask.Step) })
	}
}
