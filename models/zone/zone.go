// Package zone holds the time zones of the IANA database as data of the program. What a machine has in its
// files or in ZONEINFO never decides: two programs on two machines must read a deadline as the same instant.
//
// Package time cannot do this: time.LoadLocation asks ZONEINFO and the machine first, even with time/tzdata.
package zone

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:generate go run generate.go

//go:embed zones.txt
var table string

// Load returns the zone of that name and tells whether there is one. Names are those of the IANA database, older ones
// included, in its spelling. The table begins with the year 2000: before that, a zone shows what it showed at its
// beginning.
func Load(name string) (*time.Location, bool) {
	zone, found := zones()[name]
	return zone, found
}

// zones reads the table once.
//
//nolint:gochecknoglobals // what it holds never changes
var zones = sync.OnceValue(func() map[string]*time.Location {
	all := map[string]*time.Location{}
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		names, shown, _ := strings.Cut(strings.TrimSpace(line), "\t")
		for name := range strings.SplitSeq(names, ",") {
			zone, err := read(name, strings.Fields(shown))
			if err != nil {
				panic(fmt.Errorf("zone %s: %w", name, err)) // the table is part of the program
			}
			all[name] = zone
		}
	}
	return all
})

// since is the instant from which on the table holds.
const since = 946684800 // 2000-01-01T00:00:00Z

// read makes a zone of what clocks show first, of each change, and of the rule that holds after the last.
func read(name string, shown []string) (*time.Location, error) {
	rule := shown[len(shown)-1]
	var changes, kinds, types, abbreviations bytes.Buffer
	known := map[string]byte{}
	for i, change := range shown[:len(shown)-1] {
		at := int64(since)
		if i > 0 {
			instant, clock, _ := strings.Cut(change, "=")
			var err error
			if at, err = strconv.ParseInt(instant, 10, 64); err != nil {
				return nil, fmt.Errorf("read change: %w", err)
			}
			change = clock
		}
		if _, found := known[change]; !found {
			known[change] = byte(len(known)) //nolint:gosec // the table has a handful a zone
			if err := writeType(&types, &abbreviations, change); err != nil {
				return nil, err
			}
		}
		changes.Write(binary.BigEndian.AppendUint64(nil,
			uint64(at))) //nolint:gosec // two's complement, as the format has it
		kinds.WriteByte(known[change])
	}
	// A file of version 2 is an empty one of version 1 and one with 64 bits (RFC 9636 §3).
	var file bytes.Buffer
	writeHeader(&file, 0, 0, 0)
	writeHeader(&file, kinds.Len(), len(known), abbreviations.Len())
	for _, part := range []bytes.Buffer{changes, kinds, types, abbreviations} {
		file.Write(part.Bytes())
	}
	file.WriteString("\n" + rule + "\n")
	return time.LoadLocationFromTZData(name, file.Bytes()) //nolint:wrapcheck // the caller names the zone
}

func writeHeader(to *bytes.Buffer, changes, types, characters int) {
	to.WriteString("TZif2")
	to.Write(make([]byte, 15))
	for _, count := range []int{0, 0, 0, changes, types, characters} {
		to.Write(binary.BigEndian.AppendUint32(nil, uint32(count))) //nolint:gosec // lengths of a line of the table
	}
}

// writeType writes what clocks show, such as CEST/7200+: the plus says that it is daylight saving time.
func writeType(types, abbreviations *bytes.Buffer, clock string) error {
	abbreviation, seconds, _ := strings.Cut(clock, "/")
	standard := strings.TrimSuffix(seconds, "+")
	offset, err := strconv.ParseInt(standard, 10, 32)
	if err != nil {
		return fmt.Errorf("read offset: %w", err)
	}
	types.Write(binary.BigEndian.AppendUint32(nil,
		uint32(offset))) //nolint:gosec // two's complement, as the format has it
	daylight := byte(0)
	if standard != seconds {
		daylight = 1
	}
	types.Write([]byte{daylight, byte(abbreviations.Len())}) //nolint:gosec // a few letters a zone
	abbreviations.WriteString(abbreviation + "\x00")
	return nil
}
