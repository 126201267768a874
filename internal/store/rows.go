package store

import (
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"gorm.io/gorm/schema"
)

// One statement returns the rows of several tables, each table as the JSON array that json_agg makes of its rows.

// A rowsOf scans such an array. Columns are named as GORM names them, and NULL leaves a field as it is.
type rowsOf[T any] struct{ into *[]T }

// Scan implements sql.Scanner.
func (r rowsOf[T]) Scan(source any) error {
	document, err := bytesOf(source)
	if err != nil || document == nil {
		*r.into = []T{}
		return err
	}
	shape := shapeOf(reflect.TypeFor[T]())
	rows := reflect.New(reflect.SliceOf(shape.tagged))
	if err := json.Unmarshal(document, rows.Interface()); err != nil {
		return fmt.Errorf("read rows of %T: %w", *r.into, err)
	}
	found := make([]T, rows.Elem().Len())
	for i := range found {
		shape.take(rows.Elem().Index(i), reflect.ValueOf(&found[i]).Elem())
	}
	*r.into = found
	return nil
}

// A rowOf scans the JSON that row_to_json makes of one row; without a row it changes nothing.
type rowOf[T any] struct{ into *T }

// Scan implements sql.Scanner.
func (r rowOf[T]) Scan(source any) error {
	document, err := bytesOf(source)
	if err != nil || document == nil {
		return err
	}
	shape := shapeOf(reflect.TypeFor[T]())
	row := reflect.New(shape.tagged)
	if err := json.Unmarshal(document, row.Interface()); err != nil {
		return fmt.Errorf("read row of %T: %w", *r.into, err)
	}
	shape.take(row.Elem(), reflect.ValueOf(r.into).Elem())
	return nil
}

func bytesOf(source any) ([]byte, error) {
	switch document := source.(type) {
	case nil:
		return nil, nil
	case []byte:
		return document, nil
	case string:
		return []byte(document), nil
	}
	return nil, fmt.Errorf("a %T is not JSON", source)
}

// A shape is how a model is read from JSON: by a type that differs from the model only in the JSON names of its fields,
// so that one converts to the other.
type shape struct {
	model, tagged reflect.Type
	// instants are the fields whose time is converted to UTC.
	instants []int
}

var shapes sync.Map

func shapeOf(model reflect.Type) shape {
	if known, ok := shapes.Load(model); ok {
		return known.(shape) //nolint:forcetypeassert // nothing else is stored
	}
	s := shape{model: model}
	fields := make([]reflect.StructField, model.NumField())
	for i := range fields {
		f := model.Field(i)
		column := schema.NamingStrategy{}.ColumnName("", f.Name)
		fields[i] = reflect.StructField{
			Name: f.Name, Type: f.Type,
			Tag: reflect.StructTag(fmt.Sprintf("json:%q", column)),
		}
		if f.Type == reflect.TypeFor[time.Time]() || f.Type == reflect.TypeFor[*time.Time]() {
			s.instants = append(s.instants, i)
		}
	}
	s.tagged = reflect.StructOf(fields)
	shapes.Store(model, s)
	return s
}

// take makes a model from what was read.
func (s shape) take(read, model reflect.Value) {
	model.Set(read.Convert(s.model))
	for _, i := range s.instants {
		switch instant := model.Field(i).Addr().Interface().(type) {
		case *time.Time:
			*instant = instant.UTC()
		case **time.Time:
			if *instant != nil {
				**instant = (*instant).UTC()
			}
		}
	}
}
