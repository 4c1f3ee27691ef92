// Package thumb makes small pictures of large ones and keeps them, so that a
// photograph of 24 megapixels is decoded once: when it is ingested.
//
// [Make] decodes a file to its [Small] picture: upright, over white, at most [Side]
// pixels along its longer side. Hashes are taken of it as it comes ([Small.Luma]);
// all others see what [Small.Pack] makes of it and [Unpack] gives back, whether it was
// stored or made anew, so that no result depends on what lies in the cache.
//
// [Open] opens a [Store]: one SQLite file of them, named by the SHA-256 of the
// originals. It lies in a folder that may be deleted at any time, so nothing is lost
// when it cannot be read: [Store.Get] then has nothing, and the caller goes back to
// the original. SQLite, because it holds a million pictures without an index in
// memory, survives a kill at any moment, and lets several processes read while one
// writes, for about 50 microseconds a picture.
//
// Large pictures get one of 256 pixels, which serves everyone. Of those that are cheap
// to decode a tiny one is kept, which is what the encoder in the binary reads: all the
// bits of a JPEG have to be read, also at a reduced scale, and its tiny picture comes several
// times as fast, which counts where a descriptor takes 5 ms; but a
// picture of 256 pixels would take as long to write as to do without, and a page
// or a check can afford [View], which decodes the original.
//
// The package does not know catalogues, and whether an original is still what it was
// is for its callers to find out.
package thumb
