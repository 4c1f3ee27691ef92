package catalog

import (
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// With -update, the schema is written anew, and a catalogue of the newest layout is written where there is none yet.
var update = flag.Bool("update", false, "write testdata")

func TestSchemaIsTheOneOnRecord(t *testing.T) {
	c := fresh(t)
	got := strings.Join(must(collect(t.Context(), c.read, scanText, "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name"))(t), "\n")
	golden := filepath.Join("testdata", "schema.sql")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := must(os.ReadFile(golden))(t); got != string(want) {
		t.Errorf("the layout is not that of %s: a layout that was published is never changed, a new migration follows it (-update writes the file)", golden)
	}
}

func scanText(r *sql.Rows) (s string, err error) {
	err = r.Scan(&s)
	return s, err
}

// testdata/layout-N.sql is a catalogue as a curate with layout N wrote it. Each must open, be brought up to date, and still say the same.
func TestOldCataloguesOpen(t *testing.T) {
	newest := len(must(migrations())(t))
	for version := 1; version <= newest; version++ {
		t.Run(fmt.Sprint("layout ", version), func(t *testing.T) {
			dump := filepath.Join("testdata", fmt.Sprintf("layout-%d.sql", version))
			if _, err := os.Stat(dump); errors.Is(err, os.ErrNotExist) && *update && version == newest {
				writeLayout(t, dump)
			}
			path := filepath.Join(t.TempDir(), "curate.db")
			query(t, path, string(must(os.ReadFile(dump))(t)))
			c := must(Open(t.Context(), path, ReadOnly))(t)
			defer c.Close()
			checkSample(t, c)
		})
	}
}

func TestMigrationResumesAfterAKill(t *testing.T) {
	steps := must(migrations())(t)
	path := filepath.Join(t.TempDir(), "curate.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	query(t, path, "PRAGMA journal_mode = WAL") // the process died before its first step: a file of SQLite with nothing in it
	if _, err := Open(t.Context(), path, ReadWrite); !errors.Is(err, ErrNoCatalog) {
		t.Errorf("a file that was never filled: %v", err)
	}
	c := must(Create(t.Context(), path))(t)
	defer c.Close()
	var version int
	if err := c.read.QueryRow("PRAGMA user_version").Scan(&version); err != nil || version != len(steps) {
		t.Errorf("layout %d (%v)", version, err)
	}
}

// A migration that fails leaves the layout, and the rows, as they were.
func TestFailedMigrationLeavesTheOldLayout(t *testing.T) {
	c := fresh(t)
	heap(t, c, 2)
	newest := len(must(migrations())(t))
	steps := append(must(migrations())(t), "ALTER TABLE image ADD COLUMN extra TEXT; DELETE FROM location; SELECT nonsense")
	if _, err := migrateOnce(t.Context(), c.write, steps); err == nil || !strings.Contains(err.Error(), fmt.Sprint("version ", newest)) {
		t.Errorf("got %v", err)
	}
	orphan := append(must(migrations())(t), "PRAGMA defer_foreign_keys = 1; DELETE FROM image")
	if _, err := migrateOnce(t.Context(), c.write, orphan); err == nil {
		t.Error("a migration that leaves orphans was taken")
	}
	if n := len(must(c.KnownUnder(t.Context(), "/heap"))(t)); n != 2 {
		t.Errorf("%d locations left", n)
	}
	if faults := must(c.Check(t.Context()))(t); len(faults) > 0 {
		t.Error(faults)
	}
}

// sample fills a catalogue with a little of everything.
func sample(t *testing.T, c *Catalog) {
	ids := heap(t, c, 4)
	broken := sight("/heap/broken.jpg", "broken", Origin{})
	broken.Content = &Content{Hash: broken.Content.Hash, Invalid: "truncated"}
	record(t, c, broken, sight("/heap/\xff'\n.jpg", "image3", Origin{Label: "ai", Extra: map[string]any{"n": 1}}))
	run := must(c.StartRun(t.Context(), "dedup", "", "", map[string]any{"threshold": 0.9}))(t)
	dedup(t, c, []Pair{{A: ids[0], B: ids[1], Score: 0.97, Cosine: 0.8, HashDistance: 4, Orientation: 6, By: ByHash | ByViT}}, cluster(ids[0], ids[1]))
	decided(t, c, Decision{Kind: Remove, Image: ids[2]})
	decided(t, c, Decision{Kind: Distinct, Image: ids[2], Other: ids[0]})
	space := must(c.EnsureSpace(t.Context(), SpaceKey{ModelHash: "h", Model: "m", Layers: "8+11", Resolution: 112, Precision: "int8", Preprocessing: 1,
		Purpose: ForCopies, Dim: 2}))(t)
	if err := errors.Join(
		c.SaveVectors(t.Context(), space.ID, []Vector{{ids[0], []float32{0.5, -1}}}),
		c.SaveChecks(t.Context(), 1, []Checked{{ids[0], []Issue{{"dark", 0.9, 0.5, true}, {"blurry", 0.1, 0.5, false}}}}),
		c.AssignSplits(t.Context(), "curate split", run.ID, []Assignment{{ids[0], Test}}),
		c.FinishRun(t.Context(), run.ID, map[string]int{"pairs": 1}, nil),
	); err != nil {
		t.Fatal(err)
	}
}

// checkSample holds a catalogue against what sample put into it.
func checkSample(t *testing.T, c *Catalog) {
	t.Helper()
	if faults := must(c.Check(t.Context()))(t); len(faults) > 0 {
		t.Error(faults)
	}
	var got []string
	for _, r := range all(t, c.Images(t.Context(), Filter{})) {
		got = append(got, fmt.Sprintf("%q %s (%s) %v %s", r.Path, r.Status, r.Reason.Text(func(p string) string { return p }), r.Issues, r.Split))
	}
	want := []string{
		`"/heap/000.jpg" kept () [dark] test`,
		`"/heap/001.jpg" removed (copy of /heap/000.jpg (similarity 0.97)) [] `,
		`"/heap/002.jpg" removed (by verdict) [] `,
		`"/heap/003.jpg" review (its locations disagree on label: ai, real) [] `,
		`"/heap/broken.jpg" invalid (truncated) [] `,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("images:\n%s", strings.Join(got, "\n"))
	}
	n := must(c.Counts(t.Context()))(t)
	if n.Verdicts != 2 || n.Pairs != 1 || n.Clusters != 1 || n.Exact != 1 || len(n.Spaces) != 1 || n.Spaces[0].Embeddings != 1 || n.Runs[0].Status != Done {
		t.Errorf("counts: %+v", n)
	}
	if log := must(c.Log(t.Context(), 0))(t); len(log) != 4 {
		t.Errorf("%d steps in the journal", len(log))
	}
}

// writeLayout writes a sample catalogue as SQL.
func writeLayout(t *testing.T, file string) {
	c := fresh(t)
	sample(t, c)
	var b strings.Builder
	fmt.Fprintf(&b, "PRAGMA foreign_keys = 0;\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;\n", applicationID, len(must(migrations())(t)))
	for _, s := range must(collect(t.Context(), c.read, scanText, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC"))(t) {
		b.WriteString(s + ";\n")
	}
	for _, table := range must(collect(t.Context(), c.read, scanText, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"))(t) {
		columns := must(collect(t.Context(), c.read, scanText, "SELECT name FROM pragma_table_info(?)", table))(t)
		// Text goes through BLOB, so that the file is ASCII whatever the names are.
		cells := make([]string, len(columns))
		for i, n := range columns {
			cells[i] = fmt.Sprintf("CASE typeof(%[1]s) WHEN 'text' THEN 'CAST(' || quote(CAST(%[1]s AS BLOB)) || ' AS TEXT)' ELSE quote(%[1]s) END", n)
		}
		query := "SELECT 'INSERT INTO " + table + " VALUES (' || " + strings.Join(cells, " || ', ' || ") + " || ');' FROM " + table
		for _, row := range must(collect(t.Context(), c.read, scanText, query))(t) {
			b.WriteString(row + "\n")
		}
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
