package registry

import "net"

// Silent is a registry that takes every connection and never says a word.
type Silent struct {
	Address  string
	listener net.Listener
}

// ListenSilently takes connections on a free port, and keeps them.
func ListenSilently() (*Silent, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(Host(), "0"))
	if err != nil {
		return nil, err
	}
	go func() {
		var taken []net.Conn
		for {
			connection, err := listener.Accept()
			if err != nil {
				break
			}
			taken = append(taken, connection)
		}
		for _, connection := range taken {
			connection.Close()
		}
	}()
	return &Silent{Address: listener.Addr().String(), listener: listener}, nil
}

// Close ends it, and all connections.
func (s *Silent) Close() error { return s.listener.Close() }
