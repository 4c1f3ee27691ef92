package stage

import (
	"context"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/thumb"
)

const (
	recordEvery  = 256             // sightings in one transaction
	recordWithin = 2 * time.Second // and no longer without one
)

// ingestBatch gathers what the next transaction will record.
type ingestBatch struct {
	jobs       []*job
	began      time.Time
	newInvalid int
}

// record takes the jobs in the order of the walk and records them batch by batch.
// When ctx ends, what is finished by then is still recorded.
func (r *reading) record(ctx context.Context) error {
	for j := range r.ordered {
		<-j.done
		if j.outcome.skipped {
			break
		}
		if j.outcome.err != nil {
			return j.outcome.err
		}
		if err := r.take(ctx, j); err != nil {
			return err
		}
	}
	return r.flush(ctx)
}

// take decides what a finished job means.
func (s *ingesting) take(ctx context.Context, j *job) error {
	if j.archive != nil || j.file.Kind != ingest.Container {
		s.tell(1) // the plan counts an archive as one
	}
	switch f := j.outcome; {
	case j.archive != nil:
		return s.takeArchive(ctx, j)
	case f.vanished:
		s.leave(j.known)
		return nil
	case f.other:
		s.other(j.file.Path)
		s.seen.SetOther(j.file)
		s.leave(j.known)
		return nil
	}
	if len(s.batch.jobs) == 0 {
		s.batch.began = time.Now()
	}
	s.batch.jobs = append(s.batch.jobs, j)
	if len(s.batch.jobs) >= recordEvery || time.Since(s.batch.began) > recordWithin {
		return s.flush(ctx)
	}
	return nil
}

// leave notes that no picture is any more at what was a location.
func (s *ingesting) leave(k catalog.Known) {
	if k.ID != 0 {
		s.plan.gone.add(k.ID, k.Hash)
	}
}

// takeArchive closes an archive: only when all its members are recorded is it
// remembered as read.
func (s *ingesting) takeArchive(ctx context.Context, j *job) error {
	for _, k := range j.archive.left {
		s.leave(k)
	}
	if !j.archive.whole {
		return nil
	}
	s.result.Archives++
	s.result.Other += j.archive.others
	if err := s.flush(ctx); err != nil {
		return err
	}
	s.seen.SetArchive(j.file, j.archive.others)
	return nil
}

// flush records the batch in one transaction, also after ctx has ended.
func (s *ingesting) flush(ctx context.Context) error {
	jobs := s.batch.jobs
	if len(jobs) == 0 {
		return nil
	}
	sightings := make([]catalog.Sighting, len(jobs))
	seen, err := s.seenBefore(ctx, jobs)
	if err != nil {
		return err
	}
	for i, j := range jobs {
		if sightings[i], err = s.sighted(ctx, j, seen); err != nil {
			return err
		}
	}
	recorded, err := s.env.Catalog.Record(context.WithoutCancel(ctx), sightings)
	if err != nil {
		return err
	}
	s.keepSmall(context.WithoutCancel(ctx), jobs)
	for i, j := range jobs {
		if err := s.count(ctx, j, sightings[i], recorded[i]); err != nil {
			return err
		}
	}
	s.batch.jobs = jobs[:0]
	return nil
}

// keepSmall leaves the small pictures of what was decoded in the cache.
func (s *ingesting) keepSmall(ctx context.Context, jobs []*job) {
	if s.small == nil {
		return
	}
	var entries []thumb.Entry
	for _, j := range jobs {
		if j.outcome.small != nil {
			entries = append(entries, thumb.Entry{Hash: j.outcome.content.Hash, Packed: j.outcome.small})
		}
	}
	if err := s.small.Put(ctx, entries); err != nil {
		s.env.Notice("pictures will be decoded again where they need not be: %v", err)
		s.closeSmall()
	}
}

// closeSmall gives up the store of small pictures.
func (s *ingesting) closeSmall() {
	if s.small != nil {
		s.small.Close() // what it could not keep can be made again
	}
	s.small = nil
}

// seenBefore asks in one query which contents of a batch are recorded already: nothing
// else can have moved.
func (s *ingesting) seenBefore(ctx context.Context, jobs []*job) (map[catalog.Hash]catalog.ImageID, error) {
	var news []catalog.Hash
	for _, j := range jobs {
		if j.outcome.content != nil && j.known.ID == 0 {
			news = append(news, j.outcome.content.Hash)
		}
	}
	if len(news) == 0 {
		return nil, nil
	}
	return s.env.Catalog.HasImages(context.WithoutCancel(ctx), news)
}

// sighted completes a job's sighting with what was found. A content at a new path
// whose old path is gone has moved, wherever that was.
func (s *ingesting) sighted(ctx context.Context, j *job, seen map[catalog.Hash]catalog.ImageID) (_ catalog.Sighting, err error) {
	out := j.sighting
	if j.outcome.problem != "" {
		out.Problem = j.outcome.problem
	}
	if c := j.outcome.content; c != nil {
		out.Content, out.Problem = c, ""
		if j.known.ID == 0 && seen[c.Hash] != 0 {
			out.MovedFrom, err = s.movedFrom(ctx, c.Hash)
		}
	}
	return out, err
}

// movedFrom is a location of this content that is gone, also one that lies under
// none of the paths that are ingested now; 0 when there is none. Each is given
// away once.
func (s *ingesting) movedFrom(ctx context.Context, h catalog.Hash) (catalog.LocationID, error) {
	if id := s.plan.gone.take(h); id != 0 {
		s.plan.moved[id] = true
		return id, nil
	}
	live, err := s.env.Catalog.LiveOf(context.WithoutCancel(ctx), h)
	for _, l := range live {
		if !s.plan.moved[l.ID] && !s.plan.found.has(l.ID) && vanished(l) {
			s.plan.moved[l.ID] = true
			return l.ID, nil
		}
	}
	return 0, err
}

func (s *ingesting) count(ctx context.Context, j *job, sent catalog.Sighting, got catalog.Recorded) error {
	if got.NewImage {
		s.result.NewImages++
	}
	if got.Invalid {
		if got.Outcome != catalog.Unchanged {
			s.batch.newInvalid++
		}
		why, err := s.whyInvalid(ctx, sent, got)
		s.invalid(sent.Path, why)
		return err
	}
	switch got.Outcome {
	case catalog.Added:
		s.result.Added++
	case catalog.Changed:
		s.result.Changed++
	case catalog.Moved:
		s.result.Moved++
		return s.usableMoved(ctx, sent.Path)
	default:
		s.result.Unchanged++
		if j.news {
			s.result.Relabelled++
		}
	}
	s.usable(sent.Origin)
	return nil
}

// usableMoved counts a moved location under what was said of its old path too.
func (s *ingesting) usableMoved(ctx context.Context, path string) error {
	known, err := s.env.Catalog.KnownAt(context.WithoutCancel(ctx), []string{path})
	s.usable(known[path].Origin)
	return err
}

// whyInvalid finds the reason also for a content that was recorded before.
func (s *ingesting) whyInvalid(ctx context.Context, sent catalog.Sighting, got catalog.Recorded) (string, error) {
	switch {
	case sent.Problem != "":
		return sent.Problem, nil
	case sent.Content != nil && sent.Content.Invalid != "":
		return sent.Content.Invalid, nil
	}
	img, err := s.env.Catalog.ImageByID(context.WithoutCancel(ctx), got.Image)
	return img.Invalid, err
}
