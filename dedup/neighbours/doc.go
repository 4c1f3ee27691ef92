// Package neighbours tells which pictures are unlike all others, by the pictures that are nearest to each ([Outliers]).
//
// Pictures come as embeddings with a group each: copies of one picture, or pictures of one prompt. A picture's own group does not count among
// its neighbours, and of every other group only the nearest does. So a pair of copies of an odd picture is as odd as it would be alone.
//
// [Heap.Nearest] finds the neighbours. The package knows nothing of models, and decides nothing: all it gives is a score for each picture.
package neighbours
