package remote

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

func TestCertificatesOfARegistryAreTrusted(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	dir := t.TempDir()
	get := func() error {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: certificates(dir), DisableKeepAlives: true}}
		response, err := client.Get(server.URL)
		if err == nil {
			response.Body.Close()
		}
		return err
	}
	assert.ErrorContains(t, get(), "certificate signed by unknown authority")
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "broken.crt"), []byte("x"), 0o600))
	assert.ErrorContains(t, get(), "certificate")
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "ca.crt"), authority, 0o600))
	assert.NilError(t, get())
}
