package state

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"
)

// ServiceHash is Docker Compose's config hash of a service: what its containers
// carry as a label, and by which both tools know that one is up to date.
//
// What only matters when an image or a graph is made does not count: build,
// pull policy, scale, dependencies and profiles.
func ServiceHash(s types.ServiceConfig) (string, error) {
	s.Build = nil
	s.PullPolicy = ""
	s.Scale = nil
	if s.Deploy != nil {
		deploy := *s.Deploy
		deploy.Replicas = nil
		s.Deploy = &deploy
	}
	s.DependsOn = nil
	s.Profiles = nil
	hash, err := hashJSON(InOrder(s))
	if err != nil {
		return "", fmt.Errorf("hash service %s: %w", s.Name, err)
	}
	return hash, nil
}

// NetworkHash is Docker Compose's config hash of a network.
func NetworkHash(n types.NetworkConfig) (string, error) {
	hash, err := hashJSON(n)
	if err != nil {
		return "", fmt.Errorf("hash network %s: %w", n.Name, err)
	}
	return hash, nil
}

// VolumeHash is Docker Compose's config hash of a volume.
func VolumeHash(v types.VolumeConfig) (string, error) {
	if v.Driver == "" {
		v.Driver = "local"
	}
	hash, err := hashJSON(v)
	if err != nil {
		return "", fmt.Errorf("hash volume %s: %w", v.Name, err)
	}
	return hash, nil
}

func hashJSON(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
