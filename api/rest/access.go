package rest

import (
	"slices"

	"github.com/ppi-engine/ppi/models"
)

// Access says who may call an operation. Its zero value lets nobody in.
type Access struct {
	kind  accessKind
	roles []models.Role
}

type accessKind string

const (
	accessPublic        accessKind = "public"
	accessAuthenticated accessKind = "authenticated"
	accessPlatform      accessKind = "platform"
	accessRoles         accessKind = "roles"
)

// self is the person whom the path names.
const self models.Role = "self"

// Public lets everyone in.
func Public() Access { return Access{kind: accessPublic} }

// Authenticated lets in everyone who has an API key.
func Authenticated() Access { return Access{kind: accessAuthenticated} }

// Administrator lets in the people who run the platform.
func Administrator() Access { return platform(models.RoleAdministrator) }

// Representative lets in the representatives of any organisation; the act or view judges of which.
func Representative() Access { return platform(models.RoleRepresentative) }

// Self lets in the person whom the path names.
func Self() Access { return platform(self) }

// Or lets in both those of one access to the platform and those of another.
func (a Access) Or(b Access) Access { return platform(append(slices.Clone(a.roles), b.roles...)...) }

func platform(who ...models.Role) Access { return Access{kind: accessPlatform, roles: who} }

// Roles lets in everyone who holds one of the roles on the procurement of the path now, in its procedure time.
func Roles(allowed ...models.Role) Access { return Access{kind: accessRoles, roles: allowed} }

// onProcurement are the roles of which one must be held on the procurement of the path; none, if it names none.
func (a Access) onProcurement() []models.Role {
	if a.kind != accessRoles {
		return nil
	}
	return a.roles
}

// Names lists who may call, for people and for the OpenAPI document.
func (a Access) Names() []string {
	if len(a.roles) == 0 {
		return []string{string(a.kind)}
	}
	names := make([]string, len(a.roles))
	for i, r := range a.roles {
		names[i] = string(r)
	}
	return names
}
