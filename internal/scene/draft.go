package scene

func drawAirplane(s *world) { s.sky(1) }
func drawAquatic(s *world)  { s.underwater() }
func drawBird(s *world)     { s.outdoors(s.meadow()) }
func drawCar(s *world)      { s.outdoors(s.asphalt()) }
func drawCat(s *world)      { s.room() }
func drawDog(s *world)      { s.outdoors(s.meadow()) }
func drawFlower(s *world) {
	s.bokeh([]rgb{{.2, .5, .2}, {.5, .6, .3}, {.1, .3, .2}}, 20)
}
func drawShip(s *world) {
	s.sky(s.horizon)
	s.water(rgb{.1, .3, .4}, 1)
}
func drawTree(s *world) { s.outdoors(s.meadow()) }
