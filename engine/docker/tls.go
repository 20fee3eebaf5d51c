package docker

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	clicontext "github.com/docker/cli/cli/context"
)

// TLSFiles are the files of a client's TLS, each empty for the usual one.
type TLSFiles struct{ CA, Cert, Key string }

// clientTLS makes the TLS configuration of a client. Data may be nil, and any
// of its parts absent.
func clientTLS(data *clicontext.TLSData, skipVerify bool) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: skipVerify}
	if data == nil {
		return config, nil
	}
	if data.CA != nil {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(data.CA) {
			return nil, errors.New("ca.pem has no certificate")
		}
	}
	if data.Cert != nil && data.Key != nil {
		pair, err := tls.X509KeyPair(data.Cert, data.Key)
		if err != nil {
			return nil, fmt.Errorf("cert.pem and key.pem: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
