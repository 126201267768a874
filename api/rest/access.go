package rest

import "github.com/ppi-engine/ppi/models"

// Access says who may call an operation. Its zero value lets nobody in.
type Access struct {
	kind  accessKind
	roles []models.Role
}

type accessKind string

const (
	accessPublic        accessKind = "public"
	accessAuthenticated accessKind = "authenticated"
	accessAdministrator accessKind = "administrator"
	accessSelf          accessKind = "self"
	accessRoles         accessKind = "roles"
)

// Public lets everyone in.
func Public() Access { return Access{kind: accessPublic} }

// Authenticated lets in everyone who has an API key.
func Authenticated() Access { return Access{kind: accessAuthenticated} }

// Administrator lets in the people who run the platform.
func Administrator() Access { return Access{kind: accessAdministrator} }

// Self lets in administrators and the person whom the path names.
func Self() Access { return Access{kind: accessSelf} }

// Roles lets in everyone who holds one of the roles on the procurement of the path now, in its procedure time.
func Roles(allowed ...models.Role) Access { return Access{kind: accessRoles, roles: allowed} }

// Names lists who may call, for people and for the OpenAPI document.
func (a Access) Names() []string {
	if a.kind != accessRoles {
		return []string{string(a.kind)}
	}
	names := make([]string, len(a.roles))
	for i, r := range a.roles {
		names[i] = string(r)
	}
	return names
}
