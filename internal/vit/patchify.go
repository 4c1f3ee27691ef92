package vit

// Patchify cuts a picture [3, side, side] into patches row by row, each as
// [3, patch, patch]: what a graph with Options.Patches takes. Pixels beyond the last
// whole patch are left out. dst has room for 3 * whole * whole values, where whole
// is side rounded down to patches.
func Patchify(dst, pixels []float32, side, patch int) {
	grid := side / patch
	at := 0
	for py := range grid {
		for px := range grid {
			for c := range 3 {
				for y := range patch {
					from := c*side*side + (py*patch+y)*side + px*patch
					at += copy(dst[at:], pixels[from:from+patch])
				}
			}
		}
	}
}
