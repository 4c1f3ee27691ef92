package catalog

import (
	"context"
	"database/sql"
	"strings"
)

// scope is the set of images to be settled, closed under clusters.
type scope struct {
	all bool
	ids string // JSON array
}

// where is a condition on a column that holds an image number, with its argument.
func (s scope) where(column string) (condition string, args []any) {
	if s.all {
		return "1", nil
	}
	return column + " IN (SELECT value FROM json_each(?))", []any{s.ids}
}

// imageFacts is one image on its way through settling.
type imageFacts struct {
	id            ImageID
	invalid       string
	places        int // live locations
	fate          VerdictKind
	label         string // by verdict
	subject       string
	said          said
	copy, similar Mark
	stored        derived
}

// facts is everything that statuses in a scope depend on.
type facts struct {
	images   []*imageFacts
	byID     map[ImageID]*imageFacts
	clusters []*Cluster
	distinct map[couple]bool
	same     map[couple]bool
}

func loadFacts(ctx context.Context, tx *sql.Tx, sc scope) (*facts, error) {
	f := &facts{byID: map[ImageID]*imageFacts{}, distinct: map[couple]bool{}, same: map[couple]bool{}}
	for _, load := range []func(context.Context, *sql.Tx, scope) error{f.loadImages, f.loadVerdicts, f.loadLocations,
		f.loadPairVerdicts, f.loadClusters} {
		if err := load(ctx, tx, sc); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *facts) loadImages(ctx context.Context, tx *sql.Tx, sc scope) error {
	where, args := sc.where("id")
	return each(ctx, tx, func(r *sql.Rows) error {
		im := new(imageFacts)
		s, why := &im.stored.said, &im.stored.reason
		var conflict string
		err := r.Scan(&im.id, &im.invalid, &im.stored.status, &why.Cause, &why.Of, &why.Similarity, &why.Note, &s.label, &s.subject, &s.source,
			&s.generator, &s.prompt, &conflict)
		if conflict != "" {
			s.conflict = strings.Split(conflict, ",")
		}
		f.images = append(f.images, im)
		f.byID[im.id] = im
		return err
	}, `SELECT id, invalid, status, cause, coalesce(cause_of, 0), similarity, note, label, subject, source, generator, prompt, conflict FROM image
		WHERE `+where+" ORDER BY id", args...)
}

// loadLocations hears the locations of one image after the other, and keeps only what they come to: it needs the verdicts.
func (f *facts) loadLocations(ctx context.Context, tx *sql.Tx, sc scope) error {
	for _, im := range f.images {
		im.said = new(hearsay).settle(im.label, im.subject) // for those without any
	}
	where, args := sc.where("image")
	var heard hearsay
	var speaker *imageFacts
	settle := func() {
		if speaker != nil {
			speaker.said, speaker.places = heard.settle(speaker.label, speaker.subject), heard.places
		}
	}
	err := each(ctx, tx, func(r *sql.Rows) error {
		var id ImageID
		var live bool
		var v [5]string
		if err := r.Scan(&id, &live, &v[0], &v[1], &v[2], &v[3], &v[4]); err != nil {
			return err
		}
		if speaker == nil || speaker.id != id {
			settle()
			heard, speaker = hearsay{}, f.byID[id]
		}
		heard.add(live, v)
		return nil
	}, "SELECT image, gone = '', label, subject, source, generator, prompt FROM location WHERE image IS NOT NULL AND "+where+" ORDER BY image", args...)
	settle()
	return err
}

func (f *facts) loadVerdicts(ctx context.Context, tx *sql.Tx, sc scope) error {
	where, args := sc.where("i.id")
	return each(ctx, tx, func(r *sql.Rows) error {
		var id ImageID
		var kind VerdictKind
		var value string
		err := r.Scan(&id, &kind, &value)
		switch im := f.byID[id]; kind {
		case Keep, Remove:
			im.fate = kind
		case Label:
			im.label = value
		case Subject:
			im.subject = value
		}
		return err
	}, "SELECT i.id, v.kind, v.value FROM verdict v JOIN image i ON i.sha256 = v.a WHERE v.topic <> 'pair' AND "+where, args...)
}

func (f *facts) loadPairVerdicts(ctx context.Context, tx *sql.Tx, sc scope) error {
	where, args := sc.where("x.id")
	return each(ctx, tx, func(r *sql.Rows) error {
		var kind VerdictKind
		var a, b ImageID
		err := r.Scan(&kind, &a, &b)
		if kind == Distinct {
			f.distinct[coupleOf(a, b)] = true
		} else {
			f.same[coupleOf(a, b)] = true
		}
		return err
	}, "SELECT v.kind, x.id, y.id FROM verdict v JOIN image x ON x.sha256 = v.a JOIN image y ON y.sha256 = v.b WHERE v.topic = 'pair' AND "+where,
		args...)
}

func (f *facts) loadClusters(ctx context.Context, tx *sql.Tx, sc scope) error {
	where, args := sc.where("image")
	if !sc.all {
		where = "c.id IN (SELECT cluster FROM member WHERE " + where + ")"
	} else {
		where = "1"
	}
	return each(ctx, tx, func(r *sql.Rows) error {
		var c Cluster
		var m Member
		if err := r.Scan(&c.ID, &c.Kind, &c.Keep, &m.Image, &m.Similarity); err != nil {
			return err
		}
		if n := len(f.clusters); n == 0 || f.clusters[n-1].ID != c.ID {
			f.clusters = append(f.clusters, &c)
		}
		last := f.clusters[len(f.clusters)-1]
		last.Members = append(last.Members, m)
		return nil
	}, `SELECT c.id, c.kind, c.keep, m.image, m.similarity FROM cluster c JOIN member m ON m.cluster = c.id WHERE `+where+`
		ORDER BY c.id, m.rank`, args...)
}

// mark lets the clusters speak: those of copies first, since a copy that is removed has no say among look-alikes.
func (f *facts) mark(ctx context.Context, tx *sql.Tx) error {
	nobody := func(ImageID) bool { return false }
	copied := func(id ImageID) bool {
		im := f.byID[id]
		return im.copy.Status == Removed && im.fate != Keep
	}
	if err := f.markKind(ctx, tx, CopyPair, nobody, func(im *imageFacts) *Mark { return &im.copy }); err != nil {
		return err
	}
	return f.markKind(ctx, tx, SimilarPair, copied, func(im *imageFacts) *Mark { return &im.similar })
}

func (f *facts) markKind(ctx context.Context, tx *sql.Tx, kind PairKind, barred func(ImageID) bool, mark func(*imageFacts) *Mark) error {
	var these []*Cluster
	for _, c := range f.clusters {
		if c.Kind == kind {
			these = append(these, c)
		}
	}
	scores, err := f.scores(ctx, tx, these, barred)
	if err != nil {
		return err
	}
	l := links{score: scores, distinct: f.distinct, same: f.same}
	for _, c := range these {
		for id, m := range markCluster(c, f.standing, barred, l) {
			*mark(f.byID[id]) = m
		}
	}
	return nil
}

func (f *facts) standing(id ImageID) standing {
	im := f.byID[id]
	return standing{usable: im.invalid == "" && im.places > 0, fate: im.fate, label: im.said.label, conflict: im.said.review != ""}
}

// scores reads the links inside those clusters in which the keeper does not lead alone: in all others nobody asks for them.
func (f *facts) scores(ctx context.Context, tx *sql.Tx, cs []*Cluster, barred func(ImageID) bool) (map[couple]float64, error) {
	var asking []int64
	for _, c := range cs {
		if f.keeperReplaced(c, barred) {
			asking = append(asking, c.ID)
		}
	}
	out := map[couple]float64{}
	if len(asking) == 0 {
		return out, nil
	}
	err := each(ctx, tx, func(r *sql.Rows) error {
		var k couple
		var score float64
		err := r.Scan(&k.a, &k.b, &score)
		out[k] = score
		return err
	}, "SELECT a, b, score FROM link WHERE cluster IN (SELECT value FROM json_each(?))", list(asking))
	return out, err
}

// keeperReplaced tells whether someone may lead besides the cluster's own keeper.
func (f *facts) keeperReplaced(c *Cluster, barred func(ImageID) bool) bool {
	keeper := c.Members[0].Image
	if s := f.standing(keeper); !s.usable || s.fate == Remove || barred(keeper) || c.Keep > 1 {
		return true
	}
	for _, m := range c.Members[1:] {
		if f.byID[m.Image].fate == Keep || f.distinct[coupleOf(keeper, m.Image)] {
			return true
		}
	}
	return false
}
