package catalog

import "testing"

// What was compared is kept until it is forgotten, or an embedding is replaced.
func TestJoinedIsDroppedWithWhatItCovered(t *testing.T) {
	c := fresh(t)
	record(t, c, sight("/heap/a.jpg", "a", Origin{}), sight("/heap/b.jpg", "b", Origin{}))
	space := must(c.EnsureSpace(t.Context(), SpaceKey{ModelHash: "h", Dim: 2}))(t)
	has := func(want string) {
		t.Helper()
		if j := must(c.JoinedOf(t.Context(), space.ID))(t); string(j.Data) != want {
			t.Errorf("%q is kept, want %q", j.Data, want)
		}
	}
	save := func(do error) {
		t.Helper()
		if do != nil {
			t.Fatal(do)
		}
	}
	has("")
	save(c.SaveVectors(t.Context(), space.ID, []Vector{{1, []float32{1, 0}}}))
	save(c.SaveJoined(t.Context(), space.ID, Joined{"k", []byte("one")}))
	save(c.SaveJoined(t.Context(), space.ID, Joined{"k", []byte("two")}))
	save(c.SaveVectors(t.Context(), space.ID, []Vector{{2, []float32{1, 0}}}))
	has("two")
	save(c.SaveVectors(t.Context(), space.ID, []Vector{{1, []float32{0, 1}}}))
	has("")
	save(c.SaveJoined(t.Context(), space.ID, Joined{"k", []byte("three")}))
	save(c.SaveJoined(t.Context(), space.ID, Joined{}))
	has("")
}
