package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/ppi-engine/ppi/internal/auth"
	"github.com/ppi-engine/ppi/internal/config"
	"github.com/ppi-engine/ppi/internal/store"
	"github.com/ppi-engine/ppi/models"
)

type keyCommand struct {
	Create keyCreateCommand `cmd:"" help:"Make an administrator and write the API key, once, to standard output."`
	Rotate keyRotateCommand `cmd:"" help:"Replace a key of the installation, which is there, by a new one."`
	Lost   keyLostCommand   `cmd:"" help:"Have a key of the installation replaced that is gone for good."`
}

// keyCreateCommand makes the first key of an installation, or a new one for an operator who has lost theirs. All other
// people and keys are made through the API.
type keyCreateCommand struct {
	Administrator bool       `required:"" help:"Who makes organisations, people and keys, and sees no procurement."`
	Name          string     `default:"Administrator" help:"The person's name."`
	Email         string     `placeholder:"ADDRESS" help:"The person's e-mail address."`
	Organisation  string     `default:"Platform operator" help:"Legal name of the platform's operator."`
	Country       string     `placeholder:"CODE" help:"The operator's country, in two letters (ISO 3166-1)."`
	Expires       *time.Time `placeholder:"INSTANT" help:"Expiry, such as 2027-01-31T12:00:00Z; default: never."`
}

var mailAddress = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)

// Validate is called by the parser of the command line.
func (c *keyCreateCommand) Validate() error {
	switch {
	case strings.TrimSpace(c.Name) == "" || strings.TrimSpace(c.Organisation) == "":
		return errors.New("--name and --organisation must not be blank")
	case c.Email != "" && !mailAddress.MatchString(c.Email):
		return errors.New("--email is not an e-mail address")
	case c.Country != "" && !models.ValidCountry(c.Country):
		return errors.New("--country is not a country of ISO 3166-1, such as FR or GR")
	case c.Expires != nil && !c.Expires.After(time.Now()):
		return errors.New("--expires is in the past")
	}
	return errors.Join(c.checkText("--name", &c.Name), c.checkText("--organisation", &c.Organisation))
}

// checkText brings a text into the form in which the API takes it, too, or refuses it.
func (c *keyCreateCommand) checkText(flag string, text *string) error {
	if strings.ContainsRune(*text, utf8.RuneError) || strings.ContainsRune(*text, 0) { // the parser writes U+FFFD, too
		return fmt.Errorf("%s is not valid UTF-8", flag)
	}
	if err := models.CheckReversing("", *text); err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	*text = norm.NFC.String(strings.TrimSpace(*text))
	return nil
}

func (c *keyCreateCommand) Run(ctx context.Context, inv *invocation) error {
	return withRecord(ctx, inv, func(_ *config.Config, record *store.Store) error {
		token, err := auth.CreateAdministrator(ctx, record, auth.Administrator{
			Name: c.Name, Email: c.Email, Organisation: c.Organisation, Country: c.Country, ExpiresAt: c.Expires,
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(inv.stderr, "ppi: %s is the key of an administrator. It is shown only now, "+
			"because only its digest is kept\n", token)
		if _, err := fmt.Fprintln(inv.stdout, token.Reveal()); err != nil {
			return fmt.Errorf("write the key; it is lost, so make another: %w", err)
		}
		return nil
	})
}
