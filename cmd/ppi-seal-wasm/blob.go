//go:build js && wasm

package main

import (
	"bufio"
	"errors"
	"io"
	"syscall/js"
)

// pieceSize is how much of a file is held in memory at a time.
const pieceSize = 1 << 20

// newBlobReader reads a Blob or File piece by piece.
func newBlobReader(blob js.Value) io.Reader {
	return bufio.NewReaderSize(&blobReader{blob: blob, size: blob.Get("size").Int()}, pieceSize)
}

type blobReader struct {
	blob     js.Value
	at, size int
}

// Read waits for the next piece.
func (r *blobReader) Read(p []byte) (int, error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	end := min(r.at+len(p), r.size)
	buffer, err := await(r.blob.Call("slice", r.at, end).Call("arrayBuffer"))
	if err != nil {
		return 0, err
	}
	n := js.CopyBytesToGo(p, js.Global().Get("Uint8Array").New(buffer))
	r.at += n
	return n, nil
}

// await waits for a Promise.
func await(promise js.Value) (js.Value, error) {
	type settled struct {
		value js.Value
		err   error
	}
	done := make(chan settled, 1)
	kept := js.FuncOf(func(_ js.Value, v []js.Value) any { done <- settled{value: v[0]}; return nil })
	broken := js.FuncOf(func(_ js.Value, v []js.Value) any {
		done <- settled{err: errors.New(v[0].Call("toString").String())}
		return nil
	})
	defer kept.Release()
	defer broken.Release()
	promise.Call("then", kept, broken)
	s := <-done
	return s.value, s.err
}

// A blobWriter gathers a file in pieces that the browser may keep on its disk.
type blobWriter struct {
	*bufio.Writer

	pieces js.Value
}

func newBlobWriter() *blobWriter {
	w := &blobWriter{pieces: js.Global().Get("Array").New()}
	w.Writer = bufio.NewWriterSize(pieceWriter{w.pieces}, pieceSize)
	return w
}

type pieceWriter struct{ pieces js.Value }

// Write adds a piece.
func (w pieceWriter) Write(p []byte) (int, error) {
	bytes := js.Global().Get("Uint8Array").New(len(p))
	js.CopyBytesToJS(bytes, p)
	w.pieces.Call("push", blobOf(js.Global().Get("Array").New(bytes)))
	return len(p), nil
}

// blob is the whole file.
func (w *blobWriter) blob() js.Value {
	_ = w.Flush() // adding a piece never fails
	return blobOf(w.pieces)
}

func blobOf(parts js.Value) js.Value {
	kind := js.Global().Get("Object").New()
	kind.Set("type", "application/octet-stream")
	return js.Global().Get("Blob").New(parts, kind)
}
