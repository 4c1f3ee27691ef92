package ingest

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// Marker is the name of an empty file with which curate marks a folder that it
// made (exports, moved pictures): a Walker passes such a folder over.
const Marker = ".curate-made"

// runFile lies in every folder of a training run and of its checkpoints.
const runFile = "trainer_state.json"

// hidden tells whether a name is passed over for what it is: a hidden file, the
// extras of an archiver, or one of curate's own files.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") && name != "." && name != ".." ||
		name == "__MACOSX" || name == "curate.cache" ||
		name == "curate.db" || strings.HasPrefix(name, "curate.db-") || strings.HasPrefix(name, "curate.db.")
}

// Excluder decides which paths below a root are left out. The nil Excluder leaves
// nothing out.
type Excluder struct{ patterns []pattern }

type pattern struct {
	whole bool // has a slash: matches the way from the root, not just a name
	re    *regexp.Regexp
}

// NewExcluder compiles globs. A glob without a slash matches a file's or folder's
// name at any depth; one with a slash matches the way from the root. `*`, `?` and
// `[a-z]` stay within a name, `**` crosses folders. What lies in an excluded folder
// is excluded.
func NewExcluder(globs []string) (*Excluder, error) {
	e := &Excluder{}
	for _, g := range globs {
		clean := strings.TrimSuffix(filepath.ToSlash(g), "/")
		re, err := compileGlob(strings.TrimPrefix(clean, "/"))
		if err != nil {
			return nil, fmt.Errorf("exclude %q: not a pattern: %w", g, err)
		}
		e.patterns = append(e.patterns, pattern{whole: strings.Contains(clean, "/"), re: re})
	}
	return e, nil
}

// Match tells whether the file or folder at rel (the way from the root, with
// slashes) is itself excluded.
func (e *Excluder) Match(rel string) bool {
	if e == nil {
		return false
	}
	name := rel[strings.LastIndexByte(rel, '/')+1:]
	for _, p := range e.patterns {
		if p.whole && p.re.MatchString(rel) || !p.whole && p.re.MatchString(name) {
			return true
		}
	}
	return false
}

// SkipsMember tells whether a member of an archive is passed over: because it, or a
// folder on the way to it, is hidden or excluded. rel is the archive's way from the
// root.
func (e *Excluder) SkipsMember(rel, member string) bool { return e.skips(rel, member) }

// skipsAny is SkipsMember for the way from the root itself.
func (e *Excluder) skipsAny(rel string) bool { return e.skips("", rel) }

func (e *Excluder) skips(base, rest string) bool {
	at := base
	for name := range strings.SplitSeq(rest, "/") {
		at = strings.TrimPrefix(at+"/"+name, "/")
		if hidden(name) || e.Match(at) {
			return true
		}
	}
	return false
}

func compileGlob(glob string) (*regexp.Regexp, error) {
	var re strings.Builder
	re.WriteString(`(?s)\A`)
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case strings.HasPrefix(glob[i:], "**/"):
			re.WriteString(`(?:.*/)?`)
			i += 2
		case strings.HasPrefix(glob[i:], "**"):
			re.WriteString(`.*`)
			i++
		case c == '*':
			re.WriteString(`[^/]*`)
		case c == '?':
			re.WriteString(`[^/]`)
		case c == '[':
			end := strings.IndexByte(glob[i:], ']')
			if end < 2 {
				return nil, fmt.Errorf("'[' is not closed")
			}
			class := glob[i+1 : i+end]
			if class[0] == '!' {
				class = "^" + class[1:]
			}
			re.WriteString("[" + strings.ReplaceAll(class, `\`, `\\`) + "]")
			i += end
		default:
			re.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		}
	}
	re.WriteString(`\z`)
	return regexp.Compile(re.String())
}
