package docker

import (
	"context"
	"net"
)

type dial func(ctx context.Context, network, address string) (net.Conn, error)

type wireKey struct{}

// wired makes the connection of a call end with the call's context. The client
// cannot be interrupted while it waits on one that it takes over for a
// command's output.
func wired(ctx context.Context) context.Context { return context.WithValue(ctx, wireKey{}, true) }

// wires dials connections that end as their calls say.
func wires(open dial) dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := open(ctx, network, address)
		if err == nil && ctx.Value(wireKey{}) != nil {
			context.AfterFunc(ctx, func() { _ = conn.Close() })
		}
		return conn, err
	}
}
