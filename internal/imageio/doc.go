// Package imageio turns the bytes of picture files into upright pixels and facts.
//
// [Sniff] tells the format from the first bytes, never from the name. [ReadInfo]
// reads the header and checks the limits without decoding a pixel. [Decode] gives
// the picture, upright, with transparency laid over white; [DecodeAtLeast] may give
// a smaller one for a fraction of the work. [Metadata] lists what the file says
// about its making. A [Gate] admits decodes by the memory they take.
//
// Every way in which a file can be broken comes back as an [*Invalid], whose
// reason is meant for people: broken pictures are counted and listed, they never
// stop a run. Animations count as their first frame.
//
// The package opens no files and keeps no state; sources and caching belong to
// its callers, resizing to internal/preprocess.
package imageio
