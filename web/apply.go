package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// Names of the jobs that look at files, and that move them. Of the latter one runs at a time.
const (
	planJob  = "apply-plan"
	applyJob = "apply"
)

// applyPage is what the page shows from which files are moved: the only one that does.
type applyPage struct {
	Staying  int         // files of removed images that are where ingest found them
	Places   []placeToGo // where they may go
	To       string      // where to, as chosen
	Open     *stage.StepRow
	Plan     *stage.ApplyResult // nil: not looked at yet, or something has changed since
	Shown    []stage.MovedFile
	Stay     []stayReason
	Planning jobState
	Moving   jobState
	Did      *stage.ApplyResult // what the last apply of this page did
	Notices  []string
}

// placeToGo is a place that files may be moved to. The page offers some; it takes no path from a request.
type placeToGo struct {
	Name    string // "trash" or "folder"
	Dir     string // "" = the trash
	Words   string
	Command string // that does the same
}

// stayReason is why some files stay.
type stayReason struct {
	Reason string
	Files  int
	First  string
}

// plannedMove is what the plan of a move was made of.
type plannedMove struct {
	stage.ApplyResult
	To string
}

// applyFiles shows what moving the files of removed images would do.
func (s *Server) applyFiles(r *http.Request) (content, error) {
	counts, err := s.status(r.Context())
	if err != nil {
		return content{}, err
	}
	v := applyPage{Staying: counts.Staying, Planning: s.jobs.state(planJob), Moving: s.jobs.state(applyJob)}
	if v.Places, err = s.placesToGo(r.Context()); err != nil {
		return content{}, err
	}
	if step, open, err := s.env.Catalog.UnfinishedMoves(r.Context()); err != nil {
		return content{}, err
	} else if open && !v.Moving.Running {
		row := stepRow(step)
		v.Open = &row
	}
	plan, err := s.currentPlan(r.Context())
	if err != nil {
		return content{}, err
	}
	if plan != nil {
		v.Plan, v.To = &plan.ApplyResult, plan.To
		v.Shown = s.shownMoves(plan.Moved)
		v.Stay = s.stayReasons(plan.Skipped)
	}
	if v.To == "" && len(v.Places) > 0 {
		v.To = v.Places[0].Name
	}
	v.Did, v.Notices = s.lastApply()
	return content{template: "apply", title: "Apply", section: "journal", data: v}, nil
}

// lastApply is what the last move came to, if it ended well.
func (s *Server) lastApply() (*stage.ApplyResult, []string) {
	result, notices, ended, _ := s.jobs.finished(applyJob, applyJob)
	if r, ok := result.(stage.ApplyResult); ended && ok {
		return &r, notices
	}
	return nil, notices
}

// placesToGo are the trash, and a folder beside what was ingested.
func (s *Server) placesToGo(ctx context.Context) ([]placeToGo, error) {
	roots, err := s.env.Catalog.Roots(ctx)
	if err != nil {
		return nil, err
	}
	out := []placeToGo{{Name: "trash", Words: "the trash of the desktop", Command: "curate apply --trash-removed"}}
	candidates := []string{filepath.Join(filepath.Dir(s.env.Catalog.Path()), "removed")}
	for _, root := range roots {
		candidates = append(candidates, strings.TrimSuffix(root, "/")+"-removed")
	}
	for _, dir := range candidates {
		if outside(dir, roots) {
			shown := s.shown(dir)
			out = append(out, placeToGo{Name: "folder", Dir: dir, Words: "the folder " + shown, Command: "curate apply --move-removed " + shown})
			break
		}
	}
	return out, nil
}

// outside tells whether a folder neither lies in one of others nor holds one.
func outside(dir string, roots []string) bool {
	for _, root := range roots {
		if within(dir, root) || within(root, dir) {
			return false
		}
	}
	return true
}

func within(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

// place finds a place by its name.
func (s *Server) place(ctx context.Context, name string) (placeToGo, error) {
	places, err := s.placesToGo(ctx)
	for _, p := range places {
		if p.Name == name {
			return p, err
		}
	}
	if err == nil {
		err = badRequest("files cannot be moved to %q: use trash or folder", name)
	}
	return placeToGo{}, err
}

// planApply starts to look at what would be moved: {"to": "trash"} or {"to": "folder"}.
func (s *Server) planApply(r *http.Request) (any, error) {
	_, to, key, err := s.askedMove(r)
	if err != nil {
		return nil, err
	}
	began := s.jobs.start(planJob, key, s.env, func(ctx context.Context, env *stage.Env) (any, error) {
		result, err := stage.Apply(ctx, env, stage.ApplyOptions{Dir: to.Dir, Trash: to.Dir == "", DryRun: true})
		return &plannedMove{result, to.Name}, err
	})
	if !began {
		return nil, problem{http.StatusConflict, "A summary is being made already", "Wait until it is there, then ask again."}
	}
	return s.jobs.state(planJob), nil
}

// moveAsked is what a request about moving files says.
type moveAsked struct {
	To    string `json:"to"`
	Files int    `json:"files"` // as many as the summary has said
}

// askedMove reads such a request: with where the files are to go, and the catalogue's state as planKey has it.
func (s *Server) askedMove(r *http.Request) (ask moveAsked, to placeToGo, key string, err error) {
	if err = read(r, &ask); err != nil {
		return ask, to, "", err
	}
	if to, err = s.place(r.Context(), ask.To); err != nil {
		return ask, to, "", err
	}
	key, err = s.planKey(r.Context())
	return ask, to, key, err
}

// planKey changes with everything that a plan depends on.
func (s *Server) planKey(ctx context.Context) (string, error) {
	v, err := s.watch.Version(ctx)
	return fmt.Sprint(v), err
}

// currentPlan is the plan that was made of the catalogue as it is now; nil if there is none.
func (s *Server) currentPlan(ctx context.Context) (*plannedMove, error) {
	key, err := s.planKey(ctx)
	if err != nil {
		return nil, err
	}
	result, _, ended, failed := s.jobs.finished(planJob, key)
	if plan, ok := result.(*plannedMove); ended && ok && failed == nil {
		return plan, nil
	}
	return nil, nil
}

var errPlanIsOld = problem{http.StatusConflict, "Something has changed since the summary was made, or there was none", "No file was moved. Look at the summary again."}

// doApply moves the files of removed images: {"to": "trash", "files": 12}, with the number that the summary has said.
func (s *Server) doApply(r *http.Request) (any, error) {
	ask, to, key, err := s.askedMove(r)
	if err != nil {
		return nil, err
	}
	plan, err := s.currentPlan(r.Context())
	if err != nil {
		return nil, err
	}
	if plan == nil || plan.To != ask.To || plan.Files != ask.Files {
		return nil, errPlanIsOld
	}
	s.jobs.forget(planJob)
	return s.moveFiles(func(ctx context.Context, env *stage.Env) (any, error) {
		if now, err := s.planKey(ctx); err != nil || now != key { // while another command was waited for
			return nil, errors.Join(errPlanIsOld, err)
		}
		result, err := stage.Apply(ctx, env, stage.ApplyOptions{Command: to.Command, Dir: to.Dir, Trash: to.Dir == "", Files: ask.Files})
		if errors.Is(err, catalog.ErrLeavesNot) { // a verdict that came while files were looked at
			err = errPlanIsOld
		}
		return result, err
	})
}

// moveFiles starts something that moves files, alone: no command that works for long runs meanwhile.
func (s *Server) moveFiles(do func(ctx context.Context, env *stage.Env) (any, error)) (any, error) {
	began := s.jobs.start(applyJob, applyJob, s.env, func(ctx context.Context, env *stage.Env) (any, error) {
		unlock, err := env.Catalog.LockForWriting(ctx, "page: apply", patience)
		if err != nil {
			return nil, err
		}
		defer unlock()
		return do(ctx, env)
	})
	if !began {
		return nil, problem{http.StatusConflict, "Files are being moved already", "Wait until that is done."}
	}
	return s.jobs.state(applyJob), nil
}

// shownFiles is how many files a summary names.
const shownFiles = 30

func (s *Server) shownMoves(list []stage.MovedFile) (out []stage.MovedFile) {
	for _, m := range list[:min(len(list), shownFiles)] {
		out = append(out, stage.MovedFile{Path: s.shown(m.Path), To: s.shown(m.To)})
	}
	return out
}

// stayReasons gathers why files stay.
func (s *Server) stayReasons(list []stage.UnusableInput) (out []stayReason) {
	at := map[string]int{}
	for _, x := range list {
		i, known := at[x.Reason]
		if !known {
			i = len(out)
			at[x.Reason], out = i, append(out, stayReason{Reason: x.Reason, First: s.shown(x.Path)})
		}
		out[i].Files++
	}
	return out[:min(len(out), shownFiles)]
}

// movesOf lists the moves of a step that are as they say, and the bytes of their files.
func (s *Server) movesOf(ctx context.Context, step catalog.StepID, done catalog.MoveState) (moves []catalog.FileMove, bytes int64, err error) {
	all, err := s.env.Catalog.Moves(ctx, step)
	for _, m := range all {
		if m.State == done {
			moves = append(moves, m)
			bytes += m.Bytes
		}
	}
	return moves, bytes, err
}
