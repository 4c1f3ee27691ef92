package ingest

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// labelWords are the folder names that say what a picture is, in lower case.
var labelWords = map[string]string{"real": "real", "ai": "ai", "fake": "ai", "synthetic": "ai", "generated": "ai"}

// subjectWords are the folder names that say what a picture shows, in lower case
// and in the singular.
var subjectWords = words(`aeroplane airplane animal apple aquatic art automobile banana bear beach bed bicycle bird boat bottle bridge
	building bus butterfly cake car cat chair child church city clothing cloud cow deer dog dolphin elephant face fish flower food
	forest frog fruit furniture giraffe horse house insect interior lake landscape lion man monkey motorcycle mountain
	mushroom other person people pizza plant portrait rabbit reptile river road room rose sculpture sea sheep ship shoe sky snake
	spider street sunset tiger tower train tree truck turtle vegetable vehicle waterfall whale woman zebra`)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// Layout reads label, subject and more off the folders of a path.
type Layout struct {
	explicit bool
	re       *regexp.Regexp
	fields   []string
}

// DefaultLayout takes a folder named real, ai, fake, synthetic or generated as the
// label (the last three mean ai) and a folder that is a known subject as the
// subject, in any case; of several, the one nearest to the file.
func DefaultLayout() Layout { return Layout{} }

// ParseLayout compiles a layout such as "{label}/{subject}" or "*/{generator}_{label}".
// Its parts are matched against the folders that are nearest to the file; `*` is
// any text within a name. A field is a name in braces: one of Facts' or any other,
// which is kept beside them.
func ParseLayout(text string) (Layout, error) {
	trimmed := strings.Trim(filepath.ToSlash(text), "/")
	if trimmed == "" {
		return Layout{}, fmt.Errorf("layout %q: empty; write it like {label}/{subject}", text)
	}
	l := Layout{explicit: true}
	var re strings.Builder
	for rest := trimmed; rest != ""; {
		switch c := rest[0]; c {
		case '{':
			name, after, ok := strings.Cut(rest[1:], "}")
			if !ok || !fieldName.MatchString(name) {
				return Layout{}, fmt.Errorf("layout %q: a field is a name in braces, like {label}", text)
			}
			l.fields = append(l.fields, name)
			re.WriteString(`([^/]+)`)
			rest = after
			continue
		case '*':
			re.WriteString(`[^/]*`)
		case '}':
			return Layout{}, fmt.Errorf("layout %q: '}' without '{'", text)
		default:
			re.WriteString(regexp.QuoteMeta(rest[:1]))
		}
		rest = rest[1:]
	}
	if len(l.fields) == 0 {
		return Layout{}, fmt.Errorf("layout %q: names no field; write it like {label}/{subject}", text)
	}
	compiled, err := regexp.Compile(`(?s)(?:\A|/)` + re.String() + `\z`)
	if err != nil {
		return Layout{}, fmt.Errorf("layout %q: %w", text, err)
	}
	l.re = compiled
	return l, nil
}

var fieldName = regexp.MustCompile(`\A[A-Za-z_][A-Za-z0-9_]*\z`)

// Explicit tells whether the user asked for this layout: then what it reads
// replaces what was read before.
func (l Layout) Explicit() bool { return l.explicit }

// Read returns what the folders of a file's path say. The path is the one the user
// named and the way below it; members of archives follow their archive's name.
func (l Layout) Read(path string) Facts {
	folders, _ := splitFolders(filepath.ToSlash(path))
	var f Facts
	if !l.explicit {
		for part := range strings.SplitSeq(folders, "/") {
			readPart(&f, part)
		}
		return f
	}
	if m := l.re.FindStringSubmatch(folders); m != nil {
		for i, name := range l.fields {
			f.Set(name, m[i+1])
		}
	}
	return f
}

func readPart(f *Facts, part string) {
	name := strings.ToLower(strings.TrimSuffix(part, containerEnd(part)))
	if label, ok := labelWords[name]; ok {
		f.Label = label
	}
	if subject, ok := knownSubject(name); ok {
		f.Subject = subject
	}
}

// knownSubject finds a subject by its name in the singular or the plural.
func knownSubject(name string) (string, bool) {
	for _, end := range []string{"", "s", "es"} {
		if one, ok := strings.CutSuffix(name, end); ok && subjectWords[one] {
			return one, true
		}
	}
	return "", false
}

func splitFolders(path string) (folders, name string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}
