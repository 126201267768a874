package models

import (
	"fmt"
	"reflect"
	"strings"
)

// Sentence is [fmt.Sprintf] for people: lists are written with commas, such as open, restricted. It writes them into
// args.
func Sentence(format string, args ...any) string {
	for i, arg := range args {
		if list := reflect.ValueOf(arg); list.IsValid() && list.Kind() == reflect.Slice {
			args[i] = listed(list)
		}
	}
	return fmt.Sprintf(format, args...)
}

func listed(list reflect.Value) string {
	items := make([]string, list.Len())
	for i := range items {
		items[i] = fmt.Sprint(list.Index(i).Interface())
	}
	return strings.Join(items, ", ")
}
