package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
)

// hidden is shown in place of a secret.
const hidden = "***"

// sealed is a secret behind a function: fmt shows at most its address, even where it cannot call a Format method, as in
// a field that is not exported. (fmt does follow a pointer when the verb does not fit.) nil means that there is no
// secret.
type sealed[T any] func() T

func seal[T any](secret T) sealed[T] { return func() T { return secret } }

// Key is 32 secret bytes. They are not shown when the key is printed, logged or marshalled, alone or inside another
// value.
type Key struct{ bytes sealed[[keySize]byte] }

const keySize = 32

func parseKey(text string) (Key, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return Key{}, errors.New("not base64") // the original error would quote a part of it
	}
	if len(raw) != keySize {
		return Key{}, fmt.Errorf("%d bytes, not %d", len(raw), keySize)
	}
	return Key{bytes: seal([keySize]byte(raw))}, nil
}

// IsSet tells whether there is a key.
func (k Key) IsSet() bool { return k.bytes != nil }

// Bytes returns a copy of the key, nil without one.
func (k Key) Bytes() []byte {
	if k.bytes == nil {
		return nil
	}
	secret := k.bytes()
	return secret[:]
}

// Reveal returns the key in the form in which a setting or a file holds it.
func (k Key) Reveal() string { return base64.StdEncoding.EncodeToString(k.Bytes()) }

// String shows whether there is a key.
func (k Key) String() string {
	if k.bytes == nil {
		return ""
	}
	return hidden
}

// Format shows the same for every verb.
func (k Key) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(k.String())) }

// LogValue shows the same in logs.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText shows the same in JSON and other encodings.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// DatabaseURL is a PostgreSQL connection URL. Its password is not shown when it is printed, logged or marshalled.
type DatabaseURL struct{ url sealed[*url.URL] }

// ParseDatabaseURL reads a postgres:// URL that names a role and a database. The
// error does not quote it.
func ParseDatabaseURL(text string) (DatabaseURL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return DatabaseURL{}, errors.New("not a URL") // the original error would quote it
	case u.Scheme != "postgres" && u.Scheme != "postgresql":
		return DatabaseURL{}, errors.New("not a postgres:// URL")
	case u.User.Username() == "":
		return DatabaseURL{}, errors.New("names no role")
	case strings.Trim(u.Path, "/") == "":
		return DatabaseURL{}, errors.New("names no database")
	}
	return DatabaseURL{url: seal(u)}, nil
}

// IsSet tells whether there is a URL.
func (d DatabaseURL) IsSet() bool { return d.url != nil }

// Reveal returns the URL with its password.
func (d DatabaseURL) Reveal() string {
	if d.url == nil {
		return ""
	}
	return d.url().String()
}

// User is the role's name.
func (d DatabaseURL) User() string {
	if d.url == nil {
		return ""
	}
	return d.url().User.Username()
}

// String is the URL without its password.
func (d DatabaseURL) String() string {
	if d.url == nil {
		return ""
	}
	shown := *d.url()
	shown.RawQuery = hideParameters(shown.Query())
	if _, has := shown.User.Password(); !has {
		return shown.String()
	}
	// Not through url.UserPassword, which would escape the asterisks.
	shown.User = url.User(shown.User.Username())
	return strings.Replace(shown.String(), "@", ":"+hidden+"@", 1)
}

// hideParameters hides the query parameters that libpq knows as secrets.
func hideParameters(query url.Values) string {
	for _, name := range []string{"password", "sslpassword"} {
		if query.Has(name) {
			query.Set(name, "hidden")
		}
	}
	return query.Encode()
}

// Format shows the same for every verb.
func (d DatabaseURL) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(d.String())) }

// LogValue shows the same in logs.
func (d DatabaseURL) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalText shows the same in JSON and other encodings.
func (d DatabaseURL) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
