package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/curate/curate/catalog"
)

// visit asks for everything, each page after a decision, so that the first answer finds
// nothing remembered.
func (v *visitor) visit(ctx context.Context, c *catalog.Catalog) error {
	cluster, err := firstCluster(ctx, c)
	if err != nil {
		return err
	}
	heading()
	for _, path := range pages(cluster) {
		if err := v.page(path); err != nil {
			return err
		}
	}
	for _, a := range actions(cluster) {
		if err := v.action(a); err != nil {
			return err
		}
	}
	return nil
}

func firstCluster(ctx context.Context, c *catalog.Catalog) (catalog.ClusterID, error) {
	for row, err := range c.Clusters(ctx, catalog.ClusterFilter{After: 500, Limit: 1}) {
		return row.ID, err
	}
	return 0, fmt.Errorf("the catalogue has too few clusters: take a larger -n")
}

func pages(cluster catalog.ClusterID) []string {
	return []string{"/", "/duplicates", fmt.Sprint("/duplicates/", cluster), fmt.Sprint("/card/", cluster), "/duplicates?kind=similar", "/duplicates/bulk?from=0.97",
		"/api/thresholds", "/issues", "/issues?name=dark&from=0.01", "/outliers", "/labels", "/labels/mislabels", "/browse", "/browse?status=kept&label=ai", "/browse?source=crawl7", "/browse?prompt=take+7", "/image/4711", "/journal", "/journal/2", "/apply",
		"/api/status", "/api/anchors?limit=200", "/api/anchors?limit=200&status=kept&label=ai", "/api/scored?issue=dark&limit=200", "/api/scored?issue=dark&limit=200&after=0:0.3:4711", "/api/images?limit=200", "/api/images?limit=200&after=90000", "/api/images?status=removed&label=real&after=50000", "/api/clusters?limit=100", "/api/log"}
}

// page asks for a page some times, the first time after a change.
func (v *visitor) page(path string) error {
	if err := v.disturb(); err != nil {
		return err
	}
	var times []cost
	size := 0
	for range v.rounds {
		took, answer, err := v.ask(path, nil)
		if err != nil {
			return err
		}
		times, size = append(times, took), len(answer)
	}
	line(path, times, size)
	return nil
}

// disturb changes the catalogue, and changes it back.
func (v *visitor) disturb() error {
	if _, _, err := v.ask("/api/images", map[string]any{"do": "keep", "images": []int{9}}); err != nil {
		return err
	}
	_, _, err := v.ask("/api/undo", map[string]any{"step": 0})
	return err
}

// action is a decision, which is taken back each time.
type action struct {
	name, path string
	body       map[string]any
}

func actions(cluster catalog.ClusterID) []action {
	some := make([]int, 200)
	for i := range some {
		some[i] = 1000 + 7*i
	}
	at := fmt.Sprint("/api/cluster/", cluster)
	return []action{
		{"accept a cluster", at, map[string]any{"do": "accept"}},
		{"distinct", at, map[string]any{"do": "distinct"}},
		{"keep one image", "/api/images", map[string]any{"do": "keep", "images": []int{17}}},
		{"say what one shows", "/api/labels", map[string]any{"field": "subject", "decide": []map[string]any{{"image": 17, "value": "other"}}}},
		{"label one image", "/api/images", map[string]any{"do": "label", "value": "other", "images": []int{17}}},
		{"remove 200 images", "/api/images", map[string]any{"do": "remove", "images": some}},
	}
}

func (v *visitor) action(a action) error {
	var do, undo []cost
	size := 0
	for range v.rounds {
		took, answer, err := v.ask(a.path, a.body)
		if err != nil {
			return err
		}
		var said struct {
			Step catalog.StepID `json:"step"`
		}
		if err := json.Unmarshal(answer, &said); err != nil {
			return err
		}
		back, _, err := v.ask("/api/undo", map[string]any{"step": said.Step})
		if err != nil {
			return err
		}
		do, undo, size = append(do, took), append(undo, back), len(answer)
	}
	line(a.name, do, size)
	line("  and undo", undo, size)
	return nil
}
