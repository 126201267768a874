package calendar

import "time"

// easter returns Easter Sunday of the Gregorian calendar (the algorithm printed in Nature, 20 April
// 1876; also known as Meeus/Jones/Butcher).
func easter(year int) Date {
	a := year % 19
	b, c := year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return NewDate(year, time.Month(n/31), n%31+1)
}

// orthodoxEaster returns Easter Sunday of the Julian calendar, as a date of the Gregorian one
// (Meeus' Julian algorithm).
func orthodoxEaster(year int) Date {
	a, b, c := year%4, year%7, year%19
	d := (19*c + 15) % 30
	e := (2*a + 4*b - d + 34) % 7
	n := d + e + 114
	julian := NewDate(year, time.Month(n/31), n%31+1)
	return julian.AddDays(julianLag(year))
}

// julianLag is by how many days the Julian calendar is behind the Gregorian in a year, from March on.
func julianLag(year int) int {
	century := year / 100
	return century - century/4 - 2
}
