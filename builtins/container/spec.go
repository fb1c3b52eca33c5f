// Package container is what services and jobs have in common: the arguments that describe a container, the
// release digest over them, the containers' names, and the steps that create, start, probe, stop and remove
// them.
package container

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
)

// Spec is a service's or a job's block, as state.Resource.Spec holds it.
type Spec struct {
	Image      Image                 `json:"image"`
	Command    []string              `json:"command,omitempty"`
	Entrypoint []string              `json:"entrypoint,omitempty"`
	Env        map[string]state.Text `json:"env,omitempty"`
	Networks   []state.Ref           `json:"networks,omitempty"`
	User       string                `json:"user,omitempty"`
	Workdir    string                `json:"workdir,omitempty"`
	Hostname   string                `json:"hostname,omitempty"`
	Labels     map[string]string     `json:"labels,omitempty"`
	Init       bool                  `json:"init,omitempty"`
	ReadOnly   bool                  `json:"read_only,omitempty"`
	Tmpfs      Tmpfs                 `json:"tmpfs,omitempty"`
	Ulimits    map[string]Ulimit     `json:"ulimits,omitempty"`
	CapAdd     []string              `json:"cap_add,omitempty"`
	CapDrop    []string              `json:"cap_drop,omitempty"`
	Devices    []string              `json:"devices,omitempty"`
	ExtraHosts map[string]string     `json:"extra_hosts,omitempty"`
	DNS        []string              `json:"dns,omitempty"`
	Logging    *Logging              `json:"logging,omitempty"`
	ShmSize    int64                 `json:"shm_size,omitempty"`
	Platform   string                `json:"platform,omitempty"`

	Mount  map[string]Mount  `json:"mount,omitempty"`  // by path
	File   map[string]File   `json:"file,omitempty"`   // by path
	Expose map[string]Expose `json:"expose,omitempty"` // by name
	Limits *Limits           `json:"limits,omitempty"`
	Stop   *Stop             `json:"stop,omitempty"`
	Health *HealthSpec       `json:"health,omitempty"`

	// A service's own.
	Count   *int   `json:"count,omitempty"`
	Restart string `json:"restart,omitempty"`
	// A job's own.
	Timeout state.Duration `json:"timeout,omitzero"`
}

// Image is a reference to an image block, or an image reference in the engine's sense.
type Image struct {
	state.Ref
	Name string
}

// UnmarshalJSON reads {"ref": ...} or a string.
func (i *Image) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &i.Name); err == nil {
		return nil
	}
	return json.Unmarshal(data, &i.Ref)
}

// MarshalJSON writes what UnmarshalJSON reads.
func (i Image) MarshalJSON() ([]byte, error) {
	if i.Addr != "" {
		return json.Marshal(i.Ref)
	}
	return json.Marshal(i.Name)
}

// Tmpfs is paths kept in memory with their options; written as a list it has no options.
type Tmpfs map[string]string

// UnmarshalJSON reads a list or an object.
func (t *Tmpfs) UnmarshalJSON(data []byte) error {
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		return json.Unmarshal(data, (*map[string]string)(t))
	}
	*t = Tmpfs{}
	for _, path := range list {
		(*t)[path] = ""
	}
	return nil
}

// Ulimit is a soft and a hard limit; written as a number both are the same.
type Ulimit struct {
	Soft int64 `json:"soft"`
	Hard int64 `json:"hard"`
}

// UnmarshalJSON reads a number or an object.
func (u *Ulimit) UnmarshalJSON(data []byte) error {
	if n, err := strconv.ParseInt(string(data), 10, 64); err == nil {
		*u = Ulimit{n, n}
		return nil
	}
	type plain Ulimit
	return json.Unmarshal(data, (*plain)(u))
}

// Logging chooses a log driver.
type Logging struct {
	Driver  string            `json:"driver"`
	Options map[string]string `json:"options,omitempty"`
}

// Mount is a mount block.
type Mount struct {
	Volume    *state.Ref `json:"volume,omitempty"`
	Source    string     `json:"source,omitempty"`
	ReadOnly  bool       `json:"read_only,omitempty"`
	Exclusive bool       `json:"exclusive,omitempty"`
}

// File is a file block.
type File struct {
	Content state.Text `json:"content"`
	Mode    string     `json:"mode"`
	User    int        `json:"user,omitempty"`
	Group   int        `json:"group,omitempty"`
}

// Expose is an expose block: a port of the container, and a fixed port of the machine where it is published.
type Expose struct {
	Port    int    `json:"port"`
	Publish string `json:"publish,omitempty"`
}

// Limits is a limits block.
type Limits struct {
	Memory int64   `json:"memory,omitempty"`
	CPUs   float64 `json:"cpus,omitempty"`
	PIDs   int64   `json:"pids,omitempty"`
}

// Stop is a stop block.
type Stop struct {
	Signal  string         `json:"signal"`
	Timeout state.Duration `json:"timeout"`
}

// HealthSpec is a health block.
type HealthSpec struct {
	HTTP         *HTTPCheck     `json:"http,omitempty"`
	TCP          *TCPCheck      `json:"tcp,omitempty"`
	Exec         []string       `json:"exec,omitempty"`
	Interval     state.Duration `json:"interval"`
	Timeout      state.Duration `json:"timeout"`
	Retries      int            `json:"retries"`
	StartTimeout state.Duration `json:"start_timeout"`
}

// HTTPCheck asks for a path.
type HTTPCheck struct {
	Port PortName `json:"port"`
	Path string   `json:"path,omitempty"`
	Host string   `json:"host,omitempty"`
}

// TCPCheck connects.
type TCPCheck struct {
	Port PortName `json:"port"`
}

// PortName is the name of an expose block, or a number.
type PortName string

// UnmarshalJSON reads a string or a number.
func (p *PortName) UnmarshalJSON(data []byte) error {
	if _, err := strconv.Atoi(string(data)); err == nil {
		*p = PortName(data)
		return nil
	}
	return json.Unmarshal(data, (*string)(p))
}

// Number finds the port's number among the exposed ones.
func (p PortName) Number(expose map[string]Expose) (int, bool) {
	if e, ok := expose[string(p)]; ok {
		return e.Port, true
	}
	n, err := strconv.Atoi(string(p))
	return n, err == nil && n > 0 && n < 65536
}

// Parse reads a resource's spec.
func Parse(spec json.RawMessage) (*Spec, error) {
	var s Spec
	if err := json.Unmarshal(spec, &s); err != nil {
		return nil, fmt.Errorf("reading a container's arguments: %w", err)
	}
	return &s, nil
}

// Replicas is how many containers the spec asks for.
func (s *Spec) Replicas() int {
	if s.Count == nil {
		return 1
	}
	return *s.Count
}

// Volumes are the volumes that the spec mounts, in the order of the paths.
func (s *Spec) Volumes() ([]addr.Addr, error) {
	var volumes []addr.Addr
	for _, path := range slices.Sorted(maps.Keys(s.Mount)) {
		v := s.Mount[path].Volume
		if v == nil {
			continue
		}
		a, err := addr.Parse(v.Addr)
		if err != nil {
			return nil, fmt.Errorf("mount %q: %w", path, err)
		}
		volumes = append(volumes, a)
	}
	return volumes, nil
}

// Exclusive tells whether two releases must never run at once: an exclusive mount, or a fixed port of the
// machine, which only one container can have.
func (s *Spec) Exclusive() (why string, exclusive bool) {
	for _, path := range slices.Sorted(maps.Keys(s.Mount)) {
		if s.Mount[path].Exclusive {
			return "mount " + strconv.Quote(path) + " is exclusive", true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Expose)) {
		if publish := s.Expose[name].Publish; publish != "" {
			return "expose " + strconv.Quote(name) + " publishes " + publish, true
		}
	}
	return "", false
}
