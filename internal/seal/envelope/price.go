package envelope

import (
	"bufio"
	"errors"
	"io"

	"github.com/ppi-engine/ppi/models"
)

// formatPrice is the format of the first line of what a price envelope holds.
const formatPrice = "ppi-engine.org/price/1"

// MostPriceLine is how long the line with the price is at most, with its newline.
const MostPriceLine = 1 << 10

// A priceLine says the price that counts.
type priceLine struct {
	Format string `json:"format"`
	models.Money
}

// PriceLine is the first line of what a price envelope holds, with its newline: the price that counts, so that whoever
// opens the envelope finds the same. Anything may follow on it, such as a breakdown as PDF.
func PriceLine(price models.Money) ([]byte, error) {
	if fault := price.Check(""); fault != nil {
		return nil, fault
	}
	line, err := Render(priceLine{formatPrice, price})
	return append(line, '\n'), err
}

// ReadPrice reads the price from what a price envelope holds, and returns what follows on it. It refuses what does not
// begin with a price ([models.CodePriceMalformed]); an error of reading is a [*FailedReadError].
func ReadPrice(content io.Reader) (models.Money, io.Reader, error) {
	in := bufio.NewReaderSize(content, MostPriceLine)
	line, err := in.ReadSlice('\n')
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return models.Money{}, nil, &FailedReadError{err}
	}
	var p priceLine
	if err != nil || read(line[:len(line)-1], &p, models.CodePriceMalformed, "the price") != nil ||
		p.Format != formatPrice || p.Check("") != nil {
		return models.Money{}, nil, models.Refuse(models.CodePriceMalformed, "",
			"what the price envelope holds does not begin with a price").
			Accepting(`a first line such as {"amount":"1250000.10","currency":"EUR","format":"%s"}`, formatPrice)
	}
	return p.Money, in, nil
}
