package docker

import "cmp"

// DetachKeys are the keys that end a session, as the docker CLI's configuration
// says or, where it cannot be read or does not say, the engine's own.
func DetachKeys(getenv func(string) string) string {
	const usual = "ctrl-p,ctrl-q"
	config, err := loadConfig(getenv)
	if err != nil {
		return usual
	}
	return cmp.Or(config.DetachKeys, usual)
}
