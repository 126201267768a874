package demo

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strconv"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
)

// secretOf is a webhook secret of one repeated byte.
func secretOf(b byte) string {
	return "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32))
}

// deliver signs a message with a secret, sends it to the portal and returns the status.
func deliver(t *testing.T, p *portal, secret, id, procurement string) int {
	t.Helper()
	signer, err := standardwebhooks.NewWebhook(secret)
	require.NoError(t, err)
	now, body := time.Now(), []byte(`{"type":"lot.closed","data":{"procurement":"`+procurement+`"}}`)
	signature, err := signer.Sign(id, now, body)
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url, bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set(standardwebhooks.HeaderWebhookID, id)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}

func TestThePortalCountsVerifiedMessagesOnceAndForgedOnesApart(t *testing.T) {
	t.Parallel()
	p, err := openPortal(t.Context())
	require.NoError(t, err)
	t.Cleanup(p.close)
	ours, theirs := secretOf(1), secretOf(2)
	require.Equal(t, http.StatusBadRequest, deliver(t, p, ours, "evt_0", "prc_1"), "no secret is known yet")
	require.NoError(t, p.trust(ours))
	for _, id := range []string{"evt_1", "evt_2", "evt_1"} {
		require.Equal(t, http.StatusNoContent, deliver(t, p, ours, id, "prc_1"))
	}
	require.Equal(t, http.StatusNoContent, deliver(t, p, ours, "evt_3", "prc_2"))
	require.Equal(t, http.StatusBadRequest, deliver(t, p, theirs, "evt_4", "prc_1"))
	p.await(t.Context(), "prc_1", 2)
	verified, forged := p.heard("prc_1")
	require.Equal(t, []int{2, 2}, []int{verified, forged})
}
