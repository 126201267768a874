// Package models holds the nouns of public procurement of innovation, their states and transitions, the
// codes of refusals and the types of events. It imports nothing else of the product.
package models
