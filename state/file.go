package state

import "encoding/json"

// File is a config or secret of a service. Its content is never printed or
// serialised: Digest stands for it.
type File struct {
	Name   string `json:"name"` // config/x or secret/y
	Target string `json:"target"`
	UID    int    `json:"uid,omitempty"`
	GID    int    `json:"gid,omitempty"`
	Mode   uint32 `json:"mode"`
	// Digest is sha256:…, empty for content that is not known.
	Digest  string  `json:"digest"`
	Content Content `json:"-"`
	// Dir is true for a directory, and Tree is all that is in it: each entry's
	// Target is its path in there, and a directory comes before its entries.
	Dir  bool   `json:"dir,omitempty"`
	Tree []File `json:"-"`

	// Source is the absolute path on this machine, empty for what is in no file.
	Source string `json:"source,omitempty"`
	// Owned is true when a uid, gid or mode is asked for, which a mount of
	// Source would not have.
	Owned bool `json:"owned,omitempty"`
	// Unread says why Content or Tree is not known: such a file can be mounted
	// but not copied.
	Unread string `json:"unread,omitempty"`
}

// FilesVolume is a volume to create and to fill with files. Their Targets are
// paths in the volume.
type FilesVolume struct {
	Volume VolumeSpec `json:"volume"`
	// Image and Platform are those of the service that the files are for.
	Image    string `json:"image"`
	Platform string `json:"platform,omitempty"`
	Files    []File `json:"files"`
}

// Content is bytes that must not be shown: it formats and serialises as ***.
type Content []byte

// String returns ***.
func (Content) String() string { return "***" }

// GoString returns ***.
func (Content) GoString() string { return "***" }

// MarshalJSON writes "***".
func (Content) MarshalJSON() ([]byte, error) { return json.Marshal("***") }
