package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/curate/curate/catalog"
)

// Heights of reduced pictures: of tiles and of what is judged on a card.
const (
	tileHeight = 240
	cardHeight = 900
)

// slowest is how many bytes a second a browser has to take.
const slowest = 128 << 10

// asked finds the image that an address names. The hash in it makes addresses of other
// contents differ, so that browsers may keep what they have.
func (s *Server) asked(r *http.Request) (im catalog.Image, err error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return im, badRequest("%q is no number of an image", r.PathValue("id"))
	}
	im, err = s.env.Catalog.ImageByID(r.Context(), id)
	if err == nil && im.Hash.String()[:16] != r.PathValue("hash") {
		err = catalog.ErrNoImage
	}
	return im, err
}

// thumb sends a reduced picture; ?size=card is the larger one.
func (s *Server) thumb(w http.ResponseWriter, r *http.Request) {
	height := tileHeight
	if r.URL.Query().Get("size") == "card" {
		height = cardHeight
	}
	s.send(w, r, func(ctx context.Context, im catalog.Image) ([]byte, string, func(), error) {
		data, err := s.pictures.Reduced(ctx, im, height)
		return data, "image/jpeg", func() {}, err
	})
}

// picture sends a picture in full.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) { s.send(w, r, s.pictures.Original) }

// send sends what make makes of the image that is asked for.
func (s *Server) send(w http.ResponseWriter, r *http.Request, make func(context.Context, catalog.Image) ([]byte, string, func(), error)) {
	im, err := s.asked(r)
	if err != nil {
		s.refuse(w, s.problemOf(r, err))
		return
	}
	data, mime, done, err := make(r.Context(), im)
	if errors.Is(err, context.Canceled) {
		return
	}
	if err != nil {
		s.refuse(w, problem{http.StatusGone, "The file cannot be shown: " + err.Error(), "Run `curate ingest` again."})
		return
	}
	defer done()
	// A browser that does not take it must not keep others from theirs. Not every connection can be given a time.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute + time.Duration(len(data)/slowest)*time.Second))
	w.Header().Set("Content-Type", mime)
	w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	w.Write(data)
}

// refuse answers in plain text: the page shows it in place of the picture.
func (s *Server) refuse(w http.ResponseWriter, p problem) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(p.Status)
	w.Write([]byte(p.What + ". " + p.Do))
}
