//go:build ignore

// Command generate writes zones.txt from the time zone database that comes with Go.
//
//	go run generate.go
package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// since is the first instant whose local time the table knows.
var since = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func main() {
	goroot := runtime.GOROOT()
	archive, err := zip.OpenReader(filepath.Join(goroot, "lib/time/zoneinfo.zip"))
	check(err)
	update, err := os.ReadFile(filepath.Join(goroot, "lib/time/update.bash"))
	check(err)
	release := regexp.MustCompile(`(?m)^DATA=(\S+)`).FindSubmatch(update)[1]

	names := map[string][]string{} // by what clocks show there
	for _, f := range archive.File {
		if f.Name == "Factory" || strings.HasSuffix(f.Name, "/") {
			continue
		}
		in, err := f.Open()
		check(err)
		data, err := io.ReadAll(in)
		check(err)
		shown := show(f.Name, data)
		names[shown] = append(names[shown], f.Name)
	}
	var lines []string
	for shown, same := range names {
		slices.Sort(same)
		lines = append(lines, strings.Join(same, ",")+"\t"+shown)
	}
	slices.Sort(lines)
	var out bytes.Buffer
	from := since.Format(time.DateOnly)
	fmt.Fprintf(&out, "# Time zones of the IANA database, release %s, from %s on.\n", release, from)
	fmt.Fprint(&out, "# Source: https://www.iana.org/time-zones (in the public domain). "+
		"Made by generate.go; do not edit.\n")
	fmt.Fprintf(&out, "# names <tab> what clocks show first, then from each instant on, then for good (POSIX TZ)\n")
	for _, line := range lines {
		fmt.Fprintln(&out, line)
	}
	check(os.WriteFile("zones.txt", out.Bytes(), 0o644))
}

// show renders what clocks show: abbreviation, seconds east of UTC, and + in daylight saving time; for each
// change the Unix time; at last the rule that holds after the last change.
func show(name string, data []byte) string {
	zone, err := time.LoadLocationFromTZData(name, data)
	check(err)
	tail := bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	rule := string(tail[len(tail)-1])
	last := lastListed(data)
	var b strings.Builder
	at := since.In(zone)
	b.WriteString(clock(at))
	for {
		_, next := at.ZoneBounds()
		if next.IsZero() || next.Unix() > last {
			break
		}
		fmt.Fprintf(&b, " %d=%s", next.Unix(), clock(next))
		at = next
	}
	return b.String() + " " + rule
}

func clock(at time.Time) string {
	abbreviation, offset := at.Zone()
	daylight := ""
	if at.IsDST() {
		daylight = "+"
	}
	return fmt.Sprintf("%s/%d%s", abbreviation, offset, daylight)
}

// lastListed finds the last change that the data list, beyond which their rule holds (RFC 9636 §3).
func lastListed(data []byte) int64 {
	const header = 44
	counts := func(at int) (n [6]int) {
		for i := range n {
			for _, b := range data[at+20+4*i : at+24+4*i] {
				n[i] = n[i]<<8 | int(b)
			}
		}
		return n // isutc, isstd, leap, time, type, char
	}
	v1 := counts(0)
	second := header + v1[3]*5 + v1[4]*6 + v1[5] + v1[2]*8 + v1[1] + v1[0]
	n := counts(second)[3]
	if n == 0 {
		return -1 << 62
	}
	var last uint64
	for _, b := range data[second+header+8*(n-1) : second+header+8*n] {
		last = last<<8 | uint64(b)
	}
	return int64(last)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
