package planner

import "time"

// UpPolicy says how [Up] treats what it finds. The zero value is `stack up`
// without flags.
type UpPolicy struct {
	// Recreate says which containers are replaced.
	Recreate Recreate `json:"recreate,omitempty"`
	// RecreateDeps is what Recreate is for services that are not in Selected.
	RecreateDeps Recreate `json:"recreateDeps,omitempty"`
	// Selected are the services that were named; none is all.
	Selected         []string `json:"selected,omitempty"`
	RemoveOrphans    bool     `json:"removeOrphans,omitempty"`
	IgnoreOrphans    bool     `json:"ignoreOrphans,omitempty"` // no warning of them
	RenewAnonVolumes bool     `json:"renewAnonVolumes,omitempty"`
	NoStart          bool     `json:"noStart,omitempty"`
	// Wait waits for every selected service to be ready, at most WaitTimeout
	// (0 is no limit).
	Wait        bool          `json:"wait,omitempty"`
	WaitTimeout time.Duration `json:"waitTimeout,omitempty"`
	// StopTimeout replaces every service's stop_grace_period.
	StopTimeout *time.Duration `json:"stopTimeout,omitempty"`
	// Pull replaces every service's pull_policy.
	Pull string `json:"pull,omitempty"`
	// Build builds every service that can be; NoBuild none.
	Build   bool `json:"build,omitempty"`
	NoBuild bool `json:"noBuild,omitempty"`
	// Only are the services that may be changed; the others are left as they
	// are. None is all.
	Only []string `json:"only,omitempty"`
	// ImagesFresh is true when this run has pulled and built already.
	ImagesFresh bool `json:"imagesFresh,omitempty"`
	// EngineProbes leaves every healthcheck to the engine.
	EngineProbes bool `json:"engineProbes,omitempty"`
	// RollBack updates services as their rollback_config says: what is wanted is
	// what there was before. Whatever fails, that is not rolled back.
	RollBack bool `json:"rollBack,omitempty"`
	// Now is the time that the age of an image is reckoned from, for
	// pull_policy daily and the like. The zero time finds every image too old.
	Now time.Time `json:"now,omitzero"`
	// Consents are the engine names of the volumes that may be replaced.
	Consents []string `json:"consents,omitempty"`
}

// Recreate says when a container is replaced.
type Recreate string

// The ways to recreate.
const (
	RecreateChanged Recreate = ""       // when it is not as it should be
	RecreateAlways  Recreate = "always" // --force-recreate
	RecreateNever   Recreate = "never"  // --no-recreate
)

// DownPolicy says what [Down] removes besides the project's containers and
// networks.
type DownPolicy struct {
	// Services are the ones to remove; none is the whole project.
	Services      []string       `json:"services,omitempty"`
	RemoveOrphans bool           `json:"removeOrphans,omitempty"`
	Volumes       bool           `json:"volumes,omitempty"` // the consent to remove every volume
	Images        string         `json:"images,omitempty"`  // all, local or empty
	StopTimeout   *time.Duration `json:"stopTimeout,omitempty"`
}

// StopPolicy says what [Stop] stops.
type StopPolicy struct {
	// Services are the ones to stop; none is the whole project.
	Services []string `json:"services,omitempty"`
	// Timeout replaces every service's stop_grace_period.
	Timeout *time.Duration `json:"timeout,omitempty"`
}

// StartPolicy says what [Start] starts, and what it waits for.
type StartPolicy struct {
	Services []string `json:"services,omitempty"` // and what they depend on; none is the whole project
	// Wait waits for every container to be ready, at most WaitTimeout (0 is no
	// limit).
	Wait        bool          `json:"wait,omitempty"`
	WaitTimeout time.Duration `json:"waitTimeout,omitempty"`
	// Now is the time that the age of a container's start is reckoned from.
	Now time.Time `json:"now,omitzero"`
}

// RestartPolicy says what [Restart] restarts.
type RestartPolicy struct {
	Services []string `json:"services,omitempty"` // none is the whole project
	// NoDeps leaves out the dependents that have `restart: true`.
	NoDeps bool `json:"noDeps,omitempty"`
	// Timeout replaces every service's stop_grace_period.
	Timeout *time.Duration `json:"timeout,omitempty"`
	// Now is the time that the age of a container's start is reckoned from.
	Now time.Time `json:"now,omitzero"`
}

// KillPolicy says what [Kill] sends a signal to.
type KillPolicy struct {
	Services []string `json:"services,omitempty"` // none is the whole project
	Signal   string   `json:"signal"`
	// RemoveOrphans kills and removes the containers of services that the
	// project does not have.
	RemoveOrphans bool `json:"removeOrphans,omitempty"`
}

// RemovePolicy says what [Remove] removes.
type RemovePolicy struct {
	Services []string `json:"services,omitempty"` // none is the whole project
	Stop     bool     `json:"stop,omitempty"`     // stop what runs, and remove it too
	Volumes  bool     `json:"volumes,omitempty"`  // with the anonymous volumes
	OneOff   bool     `json:"oneOff,omitempty"`   // one-off containers too
}
