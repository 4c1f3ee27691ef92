package imageio

// heifHeader is what the boxes of an AVIF or HEIC file say about its primary item.
type heifHeader struct {
	primary    uint32
	w, h       int
	bits       int
	angle      int // quarter turns anti-clockwise
	mirror     int // -1 none, 0 top and bottom change places, 1 left and right
	alpha      bool
	sequence   bool
	samples    int // of the first video track
	icc        []byte
	exifItem   uint32
	exif       []byte
	properties []box
}

// box is one box of the ISO base media file format (ISO/IEC 14496-12, section 4.2).
type box struct {
	kind string
	body []byte
}

// maxBoxes bounds what is kept of a hostile file: the largest honest lists, the
// tiles of a large picture, are far shorter.
const maxBoxes = 1 << 16

// boxes splits b into its boxes. A box that ends after b does is an error.
func boxes(b []byte) (list []box, err error) {
	for len(b) >= 8 {
		if len(list) == maxBoxes {
			return list, invalid("corrupt: too many boxes")
		}
		size, head := uint64(be32(b)), 8
		switch {
		case size == 0:
			size = uint64(len(b))
		case size == 1 && len(b) >= 16:
			size, head = uint64(be32(b[8:]))<<32|uint64(be32(b[12:])), 16
		}
		if size > uint64(len(b)) {
			return list, invalid(truncated)
		}
		if size < uint64(head) {
			return list, invalid("corrupt: a box of %d bytes", size)
		}
		list = append(list, box{string(b[4:8]), b[head:size]})
		b = b[size:]
	}
	return list, nil
}

// full splits a full box into its version, its flags' lowest byte and its content.
func full(b []byte) (version, flags byte, body []byte) {
	if len(b) < 4 {
		return 0, 0, nil
	}
	return b[0], b[3], b[4:]
}

func readHEIF(data []byte) (header, error) {
	top, err := boxes(data)
	if err != nil {
		return header{}, err
	}
	f := &heifHeader{mirror: -1, bits: 8}
	for _, b := range top {
		switch b.kind {
		case "meta":
			err = f.meta(b.body, data)
		case "moov":
			f.sequence = true
			f.samples = trackSamples(b.body)
		}
		if err != nil {
			return header{}, err
		}
	}
	if f.w == 0 {
		return header{}, invalid("unsupported: no still picture in the file, or its size is not given")
	}
	h := header{heif: f, storedW: f.w, storedH: f.h}
	h.Orientation, h.Bits, h.Mode, h.Frames = f.orientation(), f.bits, "rgb", max(1, f.samples)
	if f.alpha {
		h.Mode = "rgba"
	}
	h.perPixel, h.fixed = 24, 64<<20 // planes, their references and RGBA inside the decoder, growing by copies
	if f.bits > 8 {
		h.perPixel = 40
	}
	return h, nil
}

// meta reads the item boxes; data is the whole file, which item offsets count in.
func (f *heifHeader) meta(body, data []byte) error {
	_, _, inner := full(body)
	list, err := boxes(inner)
	if err != nil {
		return err
	}
	var links, locations []byte
	for _, b := range list {
		switch b.kind {
		case "pitm":
			f.primary = f.itemID(b.body)
		case "iinf":
			f.items(b.body)
		case "iloc":
			locations = b.body
		case "iprp":
			links = f.propertyBoxes(b.body)
		}
	}
	for _, index := range propertiesOf(links, f.primary) {
		if index >= 1 && index <= len(f.properties) {
			f.apply(f.properties[index-1])
		}
	}
	return f.locate(locations, data)
}

func (f *heifHeader) itemID(body []byte) uint32 {
	version, _, b := full(body)
	switch {
	case version == 0 && len(b) >= 2:
		return uint32(be16(b))
	case version > 0 && len(b) >= 4:
		return be32(b)
	}
	return 0
}

// items looks for the EXIF item among the item entries.
func (f *heifHeader) items(body []byte) {
	version, _, b := full(body)
	skip := 2
	if version > 0 {
		skip = 4
	}
	if len(b) < skip {
		return
	}
	entries, _ := boxes(b[skip:])
	for _, e := range entries {
		v, _, item := full(e.body)
		switch {
		case v == 2 && len(item) >= 8 && string(item[4:8]) == "Exif":
			f.exifItem = uint32(be16(item))
		case v == 3 && len(item) >= 10 && string(item[6:10]) == "Exif":
			f.exifItem = be32(item)
		}
	}
}

// propertyBoxes keeps the properties and returns the box that links them to items.
func (f *heifHeader) propertyBoxes(body []byte) (links []byte) {
	list, _ := boxes(body)
	for _, b := range list {
		switch b.kind {
		case "ipco":
			f.properties, _ = boxes(b.body)
		case "ipma":
			links = b.body
		}
	}
	for _, p := range f.properties {
		if p.kind == "auxC" && len(p.body) > 4 && hasPrefix(p.body[4:], "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha") {
			f.alpha = true
		}
	}
	return links
}

// apply notes a property of the primary item.
func (f *heifHeader) apply(p box) {
	b := p.body
	switch {
	case p.kind == "ispe" && len(b) >= 12:
		f.w, f.h = int(be32(b[4:])), int(be32(b[8:]))
	case p.kind == "pixi" && len(b) >= 6:
		f.bits = int(b[5])
	case p.kind == "irot" && len(b) >= 1:
		f.angle = int(b[0] & 3)
	case p.kind == "imir" && len(b) >= 1:
		f.mirror = int(b[0] & 1)
	case p.kind == "colr" && len(b) > 4 && (string(b[:4]) == "prof" || string(b[:4]) == "rICC"):
		f.icc = b[4:]
	}
}

// orientation writes rotation and mirroring, applied in this order, as EXIF does.
func (f *heifHeader) orientation() int {
	table := [4][3]int{ // by quarter turns anti-clockwise; not mirrored, top-bottom, left-right
		{1, 4, 2}, {8, 5, 7}, {3, 2, 4}, {6, 7, 5},
	}
	return table[f.angle][f.mirror+1]
}
