package train

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/curate/curate/internal/preprocess"
)

// pythonLines are three lines of Python that judge picture.jpg with model.onnx, without
// curate and without the programs that it replaces: NumPy, Pillow and ONNX Runtime. They
// prepare a picture as c says and print the probability of each class.
func pythonLines(c preprocess.Config, classes []string) string {
	return strings.Join([]string{
		"import numpy, onnxruntime, PIL.Image, PIL.ImageOps",
		`p = PIL.ImageOps.exif_transpose(PIL.Image.open("picture.jpg")).convert("RGB")` + pythonSize(c),
		fmt.Sprintf(`print(dict(zip(%s, onnxruntime.InferenceSession("model.onnx").run(["probabilities"], {"pixel_values": (%s).transpose(2, 0, 1)[None].astype("f")})[0][0].tolist())))`,
			pythonNames(classes), pythonValues(c)),
	}, "\n")
}

// pythonSize brings p to the size of the model.
func pythonSize(c preprocess.Config) string {
	out := ""
	switch edge := c.Target.ShortestEdge; {
	case !c.DoResize:
	case edge == 0:
		out = fmt.Sprintf(".resize((%d, %d), %d)", c.Target.Width, c.Target.Height, int(c.Filter))
	default:
		out = fmt.Sprintf("; p = p.resize([int(s * %d / min(p.size)) for s in p.size], %d)", edge, int(c.Filter))
	}
	if c.DoCenterCrop {
		out += fmt.Sprintf("; x, y = (p.width - %[1]d) // 2, (p.height - %[2]d) // 2; p = p.crop((x, y, x + %[1]d, y + %[2]d))", c.Crop.Width, c.Crop.Height)
	}
	return out
}

// pythonValues turns p into the numbers that the model reads.
func pythonValues(c preprocess.Config) string {
	out := `numpy.asarray(p, "f")`
	if c.DoRescale {
		out += fmt.Sprintf(" * %.17g", c.RescaleFactor)
	}
	if c.DoNormalize {
		out = fmt.Sprintf("(%s - [%g, %g, %g]) / [%g, %g, %g]", out, c.Mean[0], c.Mean[1], c.Mean[2], c.Std[0], c.Std[1], c.Std[2])
	}
	return out
}

// pythonNames is a list of strings; those of JSON are those of Python.
func pythonNames(classes []string) string {
	text, err := json.Marshal(classes)
	if err != nil {
		return "[]" // strings have no such error
	}
	return string(text)
}
