package state

// APISocket is how a container reaches the engine that runs it
// (use_api_socket).
type APISocket struct {
	// Path is the engine's unix socket.
	Path string
	// Config is a configuration file of the docker CLI, with the credentials of
	// registries.
	Config Content
}
