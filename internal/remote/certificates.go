package remote

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
)

// certificateFolder is where Docker Engine has the certificates of registries,
// in a folder each.
const certificateFolder = "/etc/docker/certs.d"

// certificates are those that a registry's folder has besides the system's: who
// may vouch for the registry (NAME.crt), and who we are to it (NAME.cert with
// NAME.key). What cannot be read is not there.
func certificates(dir string) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	authorities, _ := filepath.Glob(filepath.Join(dir, "*.crt"))
	for _, file := range authorities {
		content, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if config.RootCAs == nil {
			if config.RootCAs, err = x509.SystemCertPool(); err != nil {
				config.RootCAs = x509.NewCertPool()
			}
		}
		config.RootCAs.AppendCertsFromPEM(content)
	}
	ours, _ := filepath.Glob(filepath.Join(dir, "*.cert"))
	for _, file := range ours {
		if pair, err := tls.LoadX509KeyPair(file, strings.TrimSuffix(file, ".cert")+".key"); err == nil {
			config.Certificates = append(config.Certificates, pair)
		}
	}
	return config
}
