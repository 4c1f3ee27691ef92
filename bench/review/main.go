// Command review goes through 200 clusters by keyboard, in a Chromium, as a person does who wants to
// be done and to lose nothing. 20 of the clusters are false: two pictures taken for one. It prints
// how many keys that took, and how many of the false ones the page made easy to see.
//
//	go run ./bench/review
//
// The pictures are drawn. The false ones are pairs that a model confuses: the same place with
// another subject in it, and one subject in two places whose layouts are near each other. Their scores
// are drawn as those of the copies are, so that no number gives them away; hash distances are
// measured. Who reviews knows the truth: nobody's eye is tested, but what the page shows first,
// what it says, and how many keys it asks for.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/web/chrome"
	"github.com/curate/curate/web/webtest"
)

func main() {
	log.SetFlags(0)
	pace := flag.Duration("pace", 300*time.Millisecond, "that a person takes to look at a cluster")
	way := flag.Int("way", 0, "only this `WAY`: 1 one by one, 2 the rest together")
	seed := flag.Uint64("seed", 1, "of what is drawn")
	flag.Parse()
	if err := run(context.Background(), *pace, *seed, *way); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, pace time.Duration, seed uint64, way int) error {
	b, err := chrome.Start(ctx, "")
	if err != nil {
		return err
	}
	defer b.Close()
	for i, w := range ways {
		if way != 0 && way != i+1 {
			continue
		}
		site, heap, err := draw(ctx, seed)
		if err != nil {
			return err
		}
		err = w.review(b, site, heap, pace)
		if closeErr := site.Close(); err == nil {
			err = closeErr
		}
		if removeErr := os.RemoveAll(site.Dir); err == nil {
			err = removeErr
		}
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}

// draw makes a site of its own for one way to review.
func draw(ctx context.Context, seed uint64) (*webtest.Site, heap, error) {
	dir, err := os.MkdirTemp("", "review")
	if err != nil {
		return nil, heap{}, err
	}
	site, err := webtest.New(ctx, dir)
	if err != nil {
		return nil, heap{}, err
	}
	h := heap{site: site, false: map[string]bool{}}
	if err := h.draw(ctx, seed); err != nil {
		return nil, heap{}, err
	}
	if err := site.Cluster(ctx, catalog.CopyPair, h.groups...); err != nil {
		return nil, heap{}, err
	}
	return site, h, site.Serve(ctx)
}
