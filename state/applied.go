package state

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"

	"github.com/compose-spec/compose-go/v2/types"
)

// CanonicalConfig returns, as JSON, what of a service's configuration its
// config hash covers: all but what can change while its containers stay as
// they are (build, pull policy, scale, dependencies, profiles).
func CanonicalConfig(config types.ServiceConfig) ([]byte, error) {
	config.Build = nil
	config.PullPolicy = ""
	config.Scale = nil
	if config.Deploy != nil {
		deploy := *config.Deploy
		deploy.Replicas = nil
		config.Deploy = &deploy
	}
	config.DependsOn = nil
	config.Profiles = nil
	return json.Marshal(config)
}

// EncodeConfig returns the value of [LabelStackConfig]: the canonical
// configuration, compressed.
func EncodeConfig(config types.ServiceConfig) (string, error) {
	plain, err := CanonicalConfig(config)
	if err != nil {
		return "", fmt.Errorf("encode the configuration of service %s: %w", config.Name, err)
	}
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(plain) // a bytes.Buffer takes everything
	_ = w.Close()
	return base64.RawStdEncoding.EncodeToString(b.Bytes()), nil
}

// maxConfig is how large a configuration may be, in bytes: far more than an
// engine takes as a container to create.
const maxConfig = 16 << 20

// DecodeConfig reads a [LabelStackConfig].
func DecodeConfig(label string) (types.ServiceConfig, error) {
	var config types.ServiceConfig
	packed, err := base64.RawStdEncoding.DecodeString(label)
	if err != nil {
		return config, fmt.Errorf("label %s: %w", LabelStackConfig, err)
	}
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return config, fmt.Errorf("label %s: %w", LabelStackConfig, err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxConfig)) // anybody may have written it
	if err != nil {
		return config, fmt.Errorf("label %s: %w", LabelStackConfig, err)
	}
	if config, err = DecodeServiceConfig(plain); err != nil {
		return config, fmt.Errorf("label %s: %w", LabelStackConfig, err)
	}
	return config, nil
}

// EncodeInputs returns the value of [LabelStackInputs], empty for no inputs.
func EncodeInputs(inputs map[string]string) string {
	if len(inputs) == 0 {
		return ""
	}
	b, _ := json.Marshal(inputs) // a map of strings always marshals, keys sorted
	return string(b)
}

// DecodeInputs reads a [LabelStackInputs].
func DecodeInputs(label string) (map[string]string, error) {
	if label == "" {
		return nil, nil
	}
	var inputs map[string]string
	if err := json.Unmarshal([]byte(label), &inputs); err != nil {
		return nil, fmt.Errorf("label %s: %w", LabelStackInputs, err)
	}
	return inputs, nil
}
