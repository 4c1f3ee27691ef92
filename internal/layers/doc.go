// Package layers holds no code: its test enforces which packages may import
// which, and that NOTICE names everything that is linked.
package layers
