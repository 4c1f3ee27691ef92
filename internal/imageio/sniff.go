package imageio

import (
	"bytes"
	"path/filepath"
	"strings"
)

// HeadSize is how many first bytes of a file Sniff looks at, at most.
const HeadSize = 512

// Sniff names the format that the first bytes of a file (HeadSize of them, or
// fewer if the file is shorter) belong to: jpeg, png, gif, webp, bmp, tiff, avif or
// heic. Anything else is no picture to curate: "".
func Sniff(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return "jpeg"
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return "gif"
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return "webp"
	case isBMP(head):
		return "bmp"
	case isTIFF(head):
		return "tiff"
	}
	return sniffHEIF(head)
}

// isBMP also looks at the size of the second header, because many texts begin
// with the letters BM.
func isBMP(head []byte) bool {
	if len(head) < 18 || head[0] != 'B' || head[1] != 'M' || head[15]|head[16]|head[17] != 0 {
		return false
	}
	switch head[14] {
	case 12, 16, 40, 52, 56, 64, 108, 124:
		return true
	}
	return false
}

// isTIFF knows classic and big TIFF, but not the camera formats that borrow the
// header and say so.
func isTIFF(head []byte) bool {
	if len(head) < 8 || len(head) >= 10 && string(head[8:10]) == "CR" {
		return false
	}
	switch string(head[:4]) {
	case "II*\x00", "MM\x00*", "II+\x00", "MM\x00+":
		return true
	}
	return false
}

// sniffHEIF reads the brands of an ISO media file. The major brand decides; files
// that only claim to be HEIF in general are told apart by their other brands.
func sniffHEIF(head []byte) string {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return ""
	}
	size := min(int(be32(head)), len(head))
	if format := brand(head[8:12]); format != "mif" {
		return format
	}
	for at := 16; at+4 <= size; at += 4 {
		if format := brand(head[at : at+4]); format == "avif" || format == "heic" {
			return format
		}
	}
	return ""
}

func brand(name []byte) string {
	switch string(name) {
	case "avif", "avis":
		return "avif"
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs":
		return "heic"
	case "mif1", "mif2", "msf1", "miaf":
		return "mif"
	}
	return ""
}

// NamedLikePicture reports whether a file's name ends like a picture's. Formats
// are never taken from it; it only tells an empty or mangled file that was meant to
// be a picture from a file that never was one.
func NamedLikePicture(name string) bool {
	switch strings.ToLower(strings.TrimPrefix(filepath.Ext(name), ".")) {
	case "jpg", "jpeg", "jpe", "jfif", "png", "apng", "gif", "webp", "bmp", "dib", "tif", "tiff", "avif", "heic", "heif", "mpo":
		return true
	}
	return false
}
