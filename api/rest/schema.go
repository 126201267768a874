package rest

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// A Schema describes a body or an answer where the types of the handler do not.
type Schema func(Schemas) *huma.Schema

// SchemaOf describes a Go type.
func SchemaOf(t reflect.Type) Schema {
	return func(s Schemas) *huma.Schema { return s.Schema(t, true, t.Name()) }
}

// In describes a T in which one member (or, if the member is a list, each of its items) has another schema: as if T
// were a generic type whose argument is known only when the program runs. name is the name of the result in the
// document.
func In[T any](name, member string, other Schema) Schema {
	return func(s Schemas) *huma.Schema {
		inner := other(s)
		// In a registry of its own, so that T itself gets no place in the document.
		outer := newSchemas(s.alias).Schema(reflect.TypeFor[T](), false, "")
		if list := outer.Properties[member]; list.Type == huma.TypeArray {
			list.Items = inner
		} else {
			outer.Properties[member] = inner
		}
		s.Map()[name] = outer
		return &huma.Schema{Ref: schemaPath + name}
	}
}

// Schemas are those of the document, by name.
type Schemas struct {
	huma.Registry

	alias func(huma.Registry)
}

// schemaPath begins the reference to a schema of the document.
const schemaPath = "#/components/schemas/"

func newSchemas(alias func(huma.Registry)) Schemas {
	s := Schemas{huma.NewMapRegistry(schemaPath, huma.DefaultSchemaNamer), alias}
	if alias != nil {
		alias(s.Registry)
	}
	return s
}
