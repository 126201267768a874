package receipt

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"strings"

	"github.com/ppi-engine/ppi/models"
)

// A client keeps one connection and hands in tenders, each as another supplier. It writes requests by
// itself: on one machine with the server, what the client costs is taken from the server.
type client struct {
	conn   net.Conn
	reader *bufio.Reader
	// acknowledged are the tenders for which a receipt came; refused counts those after the deadline.
	acknowledged []models.ID
	refused      int64
}

func dial(ctx context.Context, address string) (*client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("reach the API: %w", err)
	}
	return &client{conn: conn, reader: bufio.NewReader(conn)}, nil
}

func (c *client) handIn(n int) error {
	if _, err := io.WriteString(c.conn, request(n)); err != nil {
		return fmt.Errorf("send tender: %w", err)
	}
	//nolint:bodyclose // read to its end below; the connection goes on
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	switch {
	case response.StatusCode == http.StatusCreated:
		c.acknowledged = append(c.acknowledged, models.ID(path.Base(response.Header.Get("Location"))))
		return nil
	case response.StatusCode == http.StatusConflict && late(body):
		c.refused++
		return nil
	}
	return fmt.Errorf("supplier %d was answered %s: %s", n, response.Status, body)
}

func late(body []byte) bool {
	var problem struct {
		Code models.Code `json:"code"`
	}
	err := json.Unmarshal(body, &problem)
	return err == nil && (problem.Code == models.CodeDeadlinePassed || problem.Code == models.CodeLotClosed)
}

// request is what supplier n sends.
func request(n int) string {
	body := fmt.Sprintf(`{"envelopes":[{"kind":"quality","upload":"%s","digest":"%s"},`+
		`{"kind":"price","upload":"%s","digest":"%s"}]}`,
		id(models.PrefixUpload, quality, n), envelopeDigest, id(models.PrefixUpload, price, n), envelopeDigest)
	key := strings.ReplaceAll(id(models.PrefixAPIKey, 0, n).UUID(), "-", "")
	return fmt.Sprintf("POST /v1/procurements/%s/lots/%s/tenders HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer "+
		"ppi_%s_%s\r\n"+
		"Idempotency-Key: tender-%d\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		procurementID(), lotID(0), key, secret(n), n, len(body), body)
}
