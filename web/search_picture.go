package web

import (
	"errors"
	"net/http"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/search"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/stage"
)

// likePage finds the images that are like one of the catalogue.
func (s *Server) likePage(r *http.Request, id catalog.ImageID) (content, error) {
	tiles, err := s.tiles(r, catalog.Filter{IDs: []catalog.ImageID{id}})
	if err != nil || len(tiles) == 0 {
		return content{}, errors.Join(err, catalog.ErrNoImage)
	}
	v := searched{Like: &tiles[0], Asked: true}
	hits, err := s.searcher.LikeImage(r.Context(), id, stage.LikeOptions{Limit: pageHits}, s.view)
	if err != nil {
		return content{}, searchProblem(err)
	}
	v.show(s, hits)
	v.Total = len(hits)
	return content{template: "search", title: "Like " + v.Like.Shown, section: "search", data: v}, nil
}

// searchUpload finds the images that are like a picture that is sent. It stays in memory, and only until it is answered.
func (s *Server) searchUpload(r *http.Request) (content, error) {
	hits, err := s.likeSent(r, pageHits)
	if err != nil {
		return content{}, err
	}
	v := searched{Upload: true, Asked: true, Total: len(hits)}
	v.show(s, hits)
	return content{template: "search", title: "Like the picture sent", section: "search", data: v}, nil
}

func (s *Server) likeSent(r *http.Request, limit int) ([]stage.SearchHit, error) {
	n := r.ContentLength
	if n < 0 {
		n = uploadBytes
	}
	if n > uploadBytes+64<<10 {
		return nil, searchTooLarge
	}
	leave, err := s.uploads.Acquire(r.Context(), n)
	if err != nil {
		return nil, err
	}
	defer leave()
	data, err := uploaded(r)
	if err != nil {
		return nil, searchProblem(err)
	}
	hits, err := s.searcher.LikePicture(r.Context(), data, stage.LikeOptions{Limit: limit}, s.view)
	return hits, searchProblem(err)
}

var searchTooLarge = problem{http.StatusRequestEntityTooLarge, errTooLarge.What, "`curate search --like FILE` takes larger ones."}

// searchProblem puts the errors of searching by picture into words.
func searchProblem(err error) error {
	var invalid *imageio.Invalid
	var none *stage.NotEmbeddedError
	var large *http.MaxBytesError
	var bad *search.QueryError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &large), errors.Is(err, errTooLarge):
		return searchTooLarge
	case errors.As(err, &invalid):
		return problem{http.StatusUnprocessableEntity, "This cannot be read as a picture: " + invalid.Reason, "Choose another file: JPEG, PNG, WebP, GIF, AVIF, HEIC, TIFF or BMP."}
	case errors.As(err, &none):
		return problem{http.StatusConflict, "Pictures cannot be compared yet: the encoder that search uses has not looked at them", "Run `" + none.Command() + "`, then search again."}
	case errors.As(err, &bad):
		return problem{http.StatusBadRequest, bad.Error(), bad.Do}
	}
	return err
}
