package imageio

import (
	"slices"
	"strings"
)

// Meta is what a file says about its making. Nothing in it is needed to decode; the
// rule for keepers counts it, and the audit asks whether it gives the label away.
type Meta struct {
	Make        string   `json:"make,omitempty"`         // camera maker
	Model       string   `json:"model,omitempty"`        // camera model
	Software    string   `json:"software,omitempty"`     // program that wrote it
	Taken       string   `json:"taken,omitempty"`        // date and time as EXIF has it: 2006:01:02 15:04:05
	EXIF        bool     `json:"exif,omitempty"`         // there is an EXIF block
	XMP         bool     `json:"xmp,omitempty"`          // there is an XMP packet
	Comment     bool     `json:"comment,omitempty"`      // JPEG comment
	ICC         string   `json:"icc,omitempty"`          // name of the colour profile, "unnamed" if it has none
	Text        []string `json:"text,omitempty"`         // keys of PNG texts, sorted: parameters, prompt, ...
	Quality     int      `json:"quality,omitempty"`      // JPEG quality of the nearest standard table, 1 to 100
	QuantTables string   `json:"quant_tables,omitempty"` // short hash of the JPEG's quantisation tables
	Subsampling string   `json:"subsampling,omitempty"`  // JPEG chroma: 4:4:4, 4:2:2, 4:2:0, ...
	Progressive bool     `json:"progressive,omitempty"`  // JPEG progressive; PNG and GIF interlaced
	C2PA        bool     `json:"c2pa,omitempty"`         // there are Content Credentials
	Structure   string   `json:"structure,omitempty"`    // the file's parts in their order: see Structure
}

// Metadata reads what the file says about its making. A file that cannot be read
// has none. data is only read.
func Metadata(data []byte) Meta {
	h, err := readHeader(data, Limits{MaxPixels: 1 << 62, MaxMemory: 1 << 62, MaxBytes: 1 << 62})
	if err != nil {
		return Meta{}
	}
	m := Meta{Progressive: h.Progressive}
	m.Structure, m.C2PA = Structure(data)
	switch {
	case h.jpeg != nil:
		m.jpeg(h.jpeg)
	case h.png != nil:
		m.png(h.png)
	case h.webp != nil:
		m.exif(h.webp.exif)
		m.icc(h.webp.icc)
		m.XMP = h.webp.xmp
	case h.tiff != nil:
		m.ifd(*h.tiff)
		_, profile := h.tiff.raw(tagICC)
		m.icc(profile)
	case h.heif != nil:
		m.exif(h.heif.exif)
		m.icc(h.heif.icc)
	}
	return m
}

// Facts counts what the file says about its making. Of two copies of one picture,
// the one with more facts is the likelier original.
func (m Meta) Facts() int {
	n := len(m.Text)
	for _, present := range []bool{m.Make != "", m.Model != "", m.Software != "", m.Taken != "", m.EXIF, m.XMP, m.Comment, m.ICC != ""} {
		if present {
			n++
		}
	}
	return n
}

func (m *Meta) exif(block []byte) {
	if d, ok := firstIFD(trimExif(block)); ok {
		m.EXIF = true
		m.ifd(d)
	}
}

func (m *Meta) ifd(d ifd) {
	m.Make, m.Model, m.Software, m.Taken = d.text(tagMake), d.text(tagModel), d.text(tagSoftware), d.text(tagDateTime)
	if sub, ok := d.at(d.uint(tagExifIFD, 0)); ok {
		if taken := sub.text(tagTaken); taken != "" {
			m.Taken = taken
		}
	}
}

func (m *Meta) icc(profile []byte) {
	if len(profile) > 0 {
		m.ICC = iccName(profile)
	}
}

func (m *Meta) jpeg(j *jpegHeader) {
	m.exif(j.exif)
	m.icc(slices.Concat(j.icc...))
	m.XMP, m.Comment = j.xmp, j.comment
	m.Quality, m.QuantTables = quality(j.quant), tablesHash(j.quant)
	if len(j.components) == 3 {
		m.Subsampling = subsampling(j.components)
	}
}

func (m *Meta) png(p *pngHeader) {
	m.exif(p.exif)
	for _, key := range p.text {
		switch {
		case key == "XML:com.adobe.xmp":
			m.XMP = true
		case !slices.Contains(m.Text, key):
			m.Text = append(m.Text, strings.ToValidUTF8(key, "?"))
		}
	}
	slices.Sort(m.Text)
	if p.icc != nil {
		m.ICC = "unnamed"
		if name := textKey(p.icc); name != "" {
			m.ICC = strings.ToValidUTF8(name, "?")
		}
	}
}
