package e2e

import (
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A proxy stands between the product and a server, to take the server away.
type proxy struct {
	listener net.Listener
	target   string

	mu    sync.Mutex
	pairs map[net.Conn]net.Conn
	away  bool
	// mute, when set, swallows nothing but holds back what clients send.
	mute chan struct{}
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{listener: listener, target: target, pairs: map[net.Conn]net.Conn{}}
	go p.accept()
	t.Cleanup(func() {
		_ = listener.Close()
		p.cut()
	})
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.serve(client)
	}
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	p.mu.Lock()
	away := p.away
	p.mu.Unlock()
	if away {
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	p.mu.Lock()
	p.pairs[client] = server
	p.mu.Unlock()
	go func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	}()
	p.forward(server, client)
}

// forward copies what the client says, unless it is held back.
func (p *proxy) forward(server, client net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		p.mu.Lock()
		mute := p.mute
		p.mu.Unlock()
		if mute != nil {
			<-mute
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// cut drops every connection.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for client, server := range p.pairs {
		_ = client.Close()
		_ = server.Close()
	}
	clear(p.pairs)
}

// takeAway drops every connection and accepts no other until bringBack.
func (p *proxy) takeAway() {
	p.mu.Lock()
	p.away = true
	p.mu.Unlock()
	p.cut()
}

func (p *proxy) bringBack() {
	p.mu.Lock()
	p.away = false
	p.mu.Unlock()
}

// hold keeps back what clients send from now on until it is released; the server goes on talking to them.
func (p *proxy) hold(t *testing.T) (release func()) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	mute := make(chan struct{})
	p.mute = mute
	release = sync.OnceFunc(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.mute = nil
		close(mute)
	})
	t.Cleanup(release)
	return release
}
