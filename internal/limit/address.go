package limit

import (
	"net/netip"
	"slices"
	"strings"
)

// widthOf6 is how many bits of an IPv6 address name one subscriber: a network of that size is given to each (RFC 6177).
const widthOf6 = 64

// Network is whom an address stands for when requests are counted: the address itself, or, with IPv6, the network of
// the subscriber, who can take any address in it.
func Network(address netip.Addr) netip.Prefix {
	address = address.Unmap().WithZone("")
	width := address.BitLen()
	if address.Is6() {
		width = widthOf6
	}
	network, _ := address.Prefix(width) // the width fits the address; of no address it is no network
	return network
}

// Client is the address of the client of a request: that of the peer, unless the peer is a trusted proxy. Then it is
// the last address in X-Forwarded-For that is not itself a trusted proxy's. What stands before that address was written
// by the client, so it never counts. forwarded are the values of the header, in the order of its lines.
func Client(peer netip.Addr, forwarded []string, trusted []netip.Prefix) netip.Addr {
	client := peer.Unmap().WithZone("")
	chain := strings.Split(strings.Join(forwarded, ","), ",")
	for _, hop := range slices.Backward(chain) {
		if !Trusts(trusted, client) {
			break
		}
		before, err := hopAddress(strings.TrimSpace(hop))
		if err != nil {
			break // nobody vouches for what the proxy could not name
		}
		client = before
	}
	return client
}

// Trusts tells whether an address is one of the trusted networks'.
func Trusts(trusted []netip.Prefix, address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	return slices.ContainsFunc(trusted, func(network netip.Prefix) bool { return network.Contains(address) })
}

// hopAddress reads an address of X-Forwarded-For; some proxies add the port.
func hopAddress(hop string) (netip.Addr, error) {
	address, err := netip.ParseAddr(strings.Trim(hop, "[]"))
	if err != nil {
		var withPort netip.AddrPort
		if withPort, err = netip.ParseAddrPort(hop); err == nil {
			address = withPort.Addr()
		}
	}
	return address.Unmap().WithZone(""), err
}
