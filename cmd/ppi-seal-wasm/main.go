//go:build js && wasm

// Command ppi-seal-wasm is package envelope for browsers: it gives a page the object ppiSeal, whose functions seal,
// check and release on the machine of the person who sits there. It opens no connection. cmd/ppi-seal-page puts it into
// one file.
//
// Every function takes an object of texts and an array of Blobs and returns a Promise. What it refuses it rejects with
// an Error that has code, field and accepted besides its message.
package main

import (
	"encoding/json"
	"fmt"
	"syscall/js"

	"github.com/ppi-engine/ppi/models"
)

func main() {
	api := js.Global().Get("Object").New()
	for name, f := range map[string]function{
		"makeKey": makeKey, "openers": openers, "price": price, "seal": seal, "check": check, "release": release,
		"ask": ask, "give": give,
	} {
		api.Set(name, js.FuncOf(f.promise))
	}
	js.Global().Set("ppiSeal", api)
	js.Global().Get("document").Call("dispatchEvent", js.Global().Get("Event").New("ppi-seal-ready"))
	select {}
}

// A function of the page: what it is given as JSON, the files, and what it gives back.
type function func(given []byte, files []js.Value) (any, error)

// promise calls f outside of the browser's thread of events, so that f can wait for files.
func (f function) promise(_ js.Value, arguments []js.Value) any {
	executor := js.FuncOf(func(_ js.Value, settle []js.Value) any {
		go func() {
			result, err := f.call(arguments)
			if err != nil {
				settle[1].Invoke(errorFor(err))
				return
			}
			settle[0].Invoke(result)
		}()
		return nil
	})
	defer executor.Release()
	return js.Global().Get("Promise").New(executor)
}

func (f function) call(arguments []js.Value) (any, error) {
	var given []byte
	var files []js.Value
	if len(arguments) > 0 {
		given = []byte(js.Global().Get("JSON").Call("stringify", arguments[0]).String())
	}
	if len(arguments) > 1 {
		for i := range arguments[1].Length() {
			files = append(files, arguments[1].Index(i))
		}
	}
	return f(given, files)
}

// errorFor makes the Error of a refusal, or of what failed.
func errorFor(err error) js.Value {
	r, refused := models.RefusalOf(err)
	if !refused {
		return js.Global().Get("Error").New(err.Error())
	}
	e := js.Global().Get("Error").New(r.Detail)
	e.Set("code", string(r.Code))
	e.Set("field", r.Field)
	e.Set("accepted", r.Accepted)
	return e
}

// object gives a value to the page as its JSON says.
func object(v any) (js.Value, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return js.Undefined(), fmt.Errorf("write for the page: %w", err)
	}
	return js.Global().Get("JSON").Call("parse", string(text)), nil
}

// decode reads what the page has given.
func decode(given []byte, v any) error {
	if err := json.Unmarshal(given, v); err != nil {
		return fmt.Errorf("read what the page has given: %w", err)
	}
	return nil
}
