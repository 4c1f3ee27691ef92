package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/stage"
)

// uploadBytes is the largest picture that the page takes, and uploadRoom what all that
// are on their way may take together.
const (
	uploadBytes = 64 << 20
	uploadRoom  = 192 << 20
	uploadTime  = 2 * time.Minute
)

// triedPicture is what the page of an answer shows.
type triedPicture struct {
	stage.Tried
	Run   stage.RunInfo
	Image *tile // of the catalogue; nil for an upload
	Near  []nearTile
}

// nearTile is a picture that the run has learnt from.
type nearTile struct {
	tile
	Similarity float64
}

// tryImage asks a run's model about an image of the catalogue: ?image=NUMBER.
func (s *Server) tryImage(r *http.Request) (content, error) {
	run, err := s.askedRun(r)
	if err != nil {
		return content{}, err
	}
	id, err := number(r, "image", 0)
	if err != nil {
		return content{}, err
	}
	tried, err := s.models.Image(r.Context(), run.Name, id)
	if err != nil {
		return content{}, tryProblem(err)
	}
	tiles, err := s.tiles(r, catalog.Filter{IDs: []catalog.ImageID{id}})
	if err != nil || len(tiles) == 0 {
		return content{}, errors.Join(err, catalog.ErrNoImage)
	}
	return s.tried(r, run, tried, &tiles[0]), nil
}

// tryUpload asks it about a picture that is sent.
func (s *Server) tryUpload(r *http.Request) (content, error) {
	run, err := s.askedRun(r)
	if err != nil {
		return content{}, err
	}
	tried, err := s.ask(r, run.Name)
	if err != nil {
		return content{}, tryProblem(err)
	}
	return s.tried(r, run, tried, nil), nil
}

func (s *Server) tried(r *http.Request, run stage.RunInfo, tried stage.Tried, image *tile) content {
	v := triedPicture{Tried: tried, Run: run, Image: image}
	for _, n := range tried.Near {
		v.Near = append(v.Near, nearTile{s.tile(n.Row()), n.Similarity})
	}
	if r.URL.Query().Get("bare") != "" {
		return content{template: "tried", data: v, bare: true}
	}
	return content{template: "tryit", title: "What " + run.Name + " says", section: "runs", data: v}
}

// apiPredict asks a run's model about a picture that is sent, or an image of the
// catalogue: {"image": NUMBER}.
func (s *Server) apiPredict(r *http.Request) (any, error) {
	run, err := s.askedRun(r)
	if err != nil {
		return nil, err
	}
	var tried stage.Tried
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		tried, err = s.ask(r, run.Name)
	} else {
		var ask struct {
			Image catalog.ImageID `json:"image"`
		}
		if err := read(r, &ask); err != nil {
			return nil, err
		}
		tried, err = s.models.Image(r.Context(), run.Name, ask.Image)
	}
	if err != nil {
		return nil, tryProblem(err)
	}
	for i := range tried.Near {
		tried.Near[i].Path = s.shown(tried.Near[i].Path)
	}
	return tried, nil
}

// ask reads the picture of a request into memory, and nowhere else, and asks the model.
func (s *Server) ask(r *http.Request, run string) (stage.Tried, error) {
	n := r.ContentLength
	if n < 0 {
		n = uploadBytes
	}
	leave, err := s.uploads.Acquire(r.Context(), n)
	if err != nil {
		return stage.Tried{}, err
	}
	defer leave()
	data, err := uploaded(r)
	if err != nil {
		return stage.Tried{}, err
	}
	return s.models.Picture(r.Context(), run, data)
}

// uploads lets a handler take a picture: not more than that, and not for ever.
func uploads(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, uploadBytes+64<<10)
		// Not every connection can be given a time.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime))
		next(w, r)
	}
}

// uploaded returns the file "picture" of a form.
func uploaded(r *http.Request) ([]byte, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, problem{http.StatusUnsupportedMediaType, "The request holds no file", "Send a form with the file as \"picture\" (multipart/form-data)."}
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, problem{http.StatusBadRequest, "No picture was chosen", "Choose a file, or drop one on the page."}
		}
		if err != nil {
			return nil, err
		}
		if part.FormName() == "picture" {
			return wholePart(part)
		}
	}
}

func wholePart(part *multipart.Part) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(part, uploadBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > uploadBytes:
		return nil, errTooLarge
	case len(data) == 0:
		return nil, problem{http.StatusBadRequest, "No picture was chosen", "Choose a file, or drop one on the page."}
	}
	return data, nil
}

var errTooLarge = problem{http.StatusRequestEntityTooLarge, fmt.Sprintf("The file has more than %d MB", uploadBytes>>20), "`curate predict FILE` takes larger ones."}

// tryProblem puts the errors of trying into words.
func tryProblem(err error) error {
	var invalid *imageio.Invalid
	var model *stage.ModelError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return errTooLarge
	case errors.As(err, &invalid):
		return problem{http.StatusUnprocessableEntity, "This cannot be read as a picture: " + invalid.Reason, "Choose another file: JPEG, PNG, WebP, GIF, AVIF, HEIC, TIFF or BMP."}
	case errors.Is(err, context.Canceled), !errors.As(err, &model):
		return err
	}
	return problem{http.StatusConflict, model.Error(), "Bring its folder back if it was moved; else train again. `curate doctor` says whether models run here at all."}
}
