package supervise

import (
	"bytes"
	"io"
)

// maxLine bounds the memory that a child can take that never ends its line.
const maxLine = 64 << 10

// Lines returns a writer that passes every complete line, without its end, to emit; a line over 64 KiB is passed in
// pieces. It reads the output of a child, so it never returns an error. It is for one goroutine.
func Lines(emit func(line string)) io.Writer { return &lineWriter{emit: emit} }

type lineWriter struct {
	emit func(string)
	rest []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		line, after, found := bytes.Cut(w.rest, []byte{'\n'})
		if !found {
			break
		}
		w.emit(string(bytes.TrimSuffix(line, []byte{'\r'})))
		w.rest = after
	}
	if len(w.rest) >= maxLine {
		w.emit(string(w.rest))
		w.rest = w.rest[:0]
	}
	return len(p), nil
}
