package trash

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Finder knows where a user's trashes are.
type Finder struct {
	Home string // the home trash: a folder with files and info, or, when Flat, with the files themselves
	Flat bool   // as on macOS: no notes, and no other trash
	UID  int
	// Device tells on which file system a path lies.
	Device func(path string) (uint64, error)
}

// System is the finder of the user who runs this process.
func System() (Finder, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return Finder{}, fmt.Errorf("find the trash: %w", err)
	}
	f := Finder{UID: os.Getuid(), Device: device}
	switch data := os.Getenv("XDG_DATA_HOME"); {
	case runtime.GOOS == "darwin":
		f.Home, f.Flat = filepath.Join(home, ".Trash"), true
	case runtime.GOOS == "windows":
		return f, fmt.Errorf("no trash is known on this system: use --move-removed")
	case filepath.IsAbs(data): // others are to be ignored
		f.Home = filepath.Join(data, "Trash")
	default:
		f.Home = filepath.Join(home, ".local", "share", "Trash")
	}
	return f, nil
}

// Bin is one trash.
type Bin struct {
	Files string // folder of the files
	Info  string // folder of the notes; empty where there are none
}

func (f Finder) home() Bin {
	if f.Flat {
		return Bin{Files: f.Home}
	}
	return binAt(f.Home)
}

func binAt(dir string) Bin {
	return Bin{Files: filepath.Join(dir, "files"), Info: filepath.Join(dir, "info")}
}

// For is the trash that takes the file at path (absolute). Where the file's own file system has none and takes none, it is the home trash,
// though the file must be copied to get there.
func (f Finder) For(path string) (Bin, error) {
	here, err := f.Device(filepath.Dir(path))
	if err != nil {
		return Bin{}, err
	}
	if home, err := f.Device(nearest(f.Home)); err != nil || home == here || f.Flat {
		return f.home(), err
	}
	top, err := f.top(filepath.Dir(path), here)
	if err != nil {
		return Bin{}, err
	}
	// An administrator's .Trash counts only if it is a real folder with the sticky bit; else each user has one beside it.
	shared := filepath.Join(top, ".Trash")
	if info, err := os.Lstat(shared); err == nil && info.IsDir() && info.Mode()&os.ModeSticky != 0 {
		if dir := filepath.Join(shared, strconv.Itoa(f.UID)); canMake(dir) {
			return binAt(dir), nil
		}
	}
	own := filepath.Join(top, ".Trash-"+strconv.Itoa(f.UID))
	if info, err := os.Lstat(own); err == nil && !info.IsDir() || !canMake(own) {
		return f.home(), nil
	}
	return binAt(own), nil
}

// nearest is the closest folder above path that is there.
func nearest(path string) string {
	for dir := path; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
	}
}

// top is where the file system of dir is mounted.
func (f Finder) top(dir string, here uint64) (string, error) {
	for {
		up := filepath.Dir(dir)
		if up == dir {
			return dir, nil
		}
		if there, err := f.Device(up); err != nil || there != here {
			return dir, err
		}
		dir = up
	}
}

// canMake tells whether a folder is there, or can be made, for files to be put into.
func canMake(dir string) bool { return writable(nearest(dir)) }

// Make makes the trash where it is not there yet, for this user alone.
func (b Bin) Make() error {
	for _, dir := range []string{b.Files, b.Info} {
		if dir == "" {
			continue
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make the trash: %w", err)
		}
	}
	return nil
}

// Place chooses the path of a file in the trash and of the note on it (empty where there are none): its own name if that is free, else one
// with mark in it. taken tells of paths that are given away already. ok is false when both names are taken.
func (b Bin) Place(name, mark string, taken func(path string) bool) (target, note string, ok bool) {
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	if cut := longestName - len(ext) - len(mark); len(stem) > cut && cut > 0 {
		stem, name = stem[:cut], stem[:cut]+"."+mark+ext // the note's name is longer
	}
	for _, n := range []string{name, stem + "." + mark + ext} {
		target = filepath.Join(b.Files, n)
		if b.Info != "" {
			note = filepath.Join(b.Info, n+".trashinfo")
		}
		if !taken(target) && free(target) && (note == "" || free(note)) {
			return target, note, true
		}
	}
	return "", "", false
}

// longestName leaves room for the ending of a note in a name of 255 bytes.
const longestName = 240

func free(path string) bool {
	_, err := os.Lstat(path)
	return os.IsNotExist(err)
}
