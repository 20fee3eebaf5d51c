package cli

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"

	"github.com/stackctl/stack/internal/history"
)

// lastRevision is what was applied last to a project from here.
func (s *session) lastRevision(project string) (history.Revision, bool, error) {
	a := s.app
	engine := sha256.Sum256([]byte(a.engineName() + "\n" + a.process.getenv("DOCKER_HOST") + "\n" + a.process.getenv("DOCKER_CONTEXT")))
	return history.In(filepath.Join(a.stateFolder(), "history", fmt.Sprintf("%x-%s", engine[:8], project))).Last()
}
