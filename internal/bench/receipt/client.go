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
	"time"

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
	// took has how long each answer took; refusedOf has when each of the refused was sent.
	took      []time.Duration
	refusedOf []time.Time
}

func dial(ctx context.Context, address string) (*client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("reach the API: %w", err)
	}
	return &client{conn: conn, reader: bufio.NewReader(conn)}, nil
}

func (c *client) handIn(n int) error {
	sent := time.Now()
	a, err := c.ask(request(n))
	if err != nil {
		return err
	}
	c.took = append(c.took, time.Since(sent))
	switch {
	case a.status == http.StatusCreated:
		c.acknowledged = append(c.acknowledged, models.ID(path.Base(a.location)))
		return nil
	case a.status == http.StatusConflict && late(a.body):
		c.refused++
		c.refusedOf = append(c.refusedOf, sent)
		return nil
	}
	return fmt.Errorf("supplier %d was answered %d: %s", n, a.status, a.body)
}

// An answer is what the API says to a request.
type answer struct {
	status   int
	location string
	body     []byte
}

// ask sends a request and reads the answer to its end.
func (c *client) ask(request string) (answer, error) {
	if _, err := io.WriteString(c.conn, request); err != nil {
		return answer{}, fmt.Errorf("send request: %w", err)
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return answer{}, fmt.Errorf("read answer: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, fmt.Errorf("read answer: %w", err)
	}
	return answer{response.StatusCode, response.Header.Get("Location"), body}, nil
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
	return post(n, fmt.Sprintf("lots/%s/tenders", lotID(0)), fmt.Sprintf("tender-%d", n), body)
}

// post is a request of supplier n about the procurement.
func post(n int, path, idempotencyKey, body string) string {
	key := strings.ReplaceAll(id(models.PrefixAPIKey, 0, n).UUID(), "-", "")
	media := ""
	if body != "" {
		media = "Content-Type: application/json\r\n"
	}
	return fmt.Sprintf("POST /v1/procurements/%s/%s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ppi_%s_%s\r\n"+
		"Idempotency-Key: %s\r\n%sContent-Length: %d\r\n\r\n%s",
		procurementID(), path, key, secret(n), idempotencyKey, media, len(body), body)
}
