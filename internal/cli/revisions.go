package cli

import "github.com/stackctl/stack/internal/history"

// lastRevision is what was applied last to a project from here.
func (s *session) lastRevision(project string) (history.Revision, bool, error) {
	return s.app.history(project).Last()
}
