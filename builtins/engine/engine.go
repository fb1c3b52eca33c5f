// Package engine is the contract between recipe and a container engine.
//
// It says what recipe needs of an engine and no more, in words that any engine of the field knows. The
// docker package speaks it to a real engine, the sim package plays one in memory; both pass the suite in
// enginetest. Reading and changing are apart: whoever plans is handed a Reader, which has no method that
// could change anything.
package engine

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"time"
)

// Errors that callers tell apart with errors.Is. An implementation wraps them with what it was doing.
var (
	ErrNotFound    = errors.New("not found")
	ErrConflict    = errors.New("already exists")
	ErrUnreachable = errors.New("the engine does not answer")
	ErrTooOld      = errors.New("the engine is too old")
	// ErrPortTaken is what starting a container gives when a host port of it is bound by someone else.
	ErrPortTaken = errors.New("the port is taken")
	// ErrInUse is what removing something gives that something else still needs.
	ErrInUse = errors.New("still in use")
	// ErrLost says that a call ended without telling whether it took effect.
	ErrLost = errors.New("the connection to the engine was lost")
)

// Reader is what can be asked of an engine. None of its methods changes anything.
type Reader interface {
	Info(context.Context) (Info, error)
	// Containers lists all containers, running or not, that carry every one of the labels; a label with an
	// empty value matches any value. Details that a listing does not tell are left empty.
	Containers(ctx context.Context, labels map[string]string) ([]Container, error)
	// Container tells everything about one container, by id or name.
	Container(ctx context.Context, id string) (Container, error)
	// Images lists the images that carry the labels, as Containers does.
	Images(ctx context.Context, labels map[string]string) ([]Image, error)
	// Image finds a local image by reference or id; ErrNotFound where the engine does not have it.
	Image(ctx context.Context, ref string) (Image, error)
	// RemoteDigest asks the registry, through the engine, what digest ref has now.
	RemoteDigest(ctx context.Context, ref string) (string, error)
	Networks(ctx context.Context, labels map[string]string) ([]Network, error)
	Volumes(ctx context.Context, labels map[string]string) ([]Volume, error)
	// ReadArchive streams a path of a container's file system, running or not, as a tar archive.
	ReadArchive(ctx context.Context, container, path string) (io.ReadCloser, error)
	// Logs returns the last lines that a container wrote, standard output and error together.
	Logs(ctx context.Context, container string, lines int) ([]byte, error)
	// ReadLogs tells what a container wrote, a line at a time and those of each output in their order. It ends with what
	// there is; with Follow it goes on until the container ends, or until ctx does, which is no error then. An error of
	// each ends it, too, and is returned.
	ReadLogs(ctx context.Context, container string, o LogOptions, each func(LogLine) error) error
}

// LogOptions choose what of a container's output is read.
type LogOptions struct {
	Since  time.Time // by the engine's clock; all that it kept when zero
	Tail   int       // the last lines alone; all of them when 0, and none when -1
	Follow bool      // and what is written from now on
}

// LogLine is a line that a container wrote.
type LogLine struct {
	Time   time.Time // when, by the engine's clock
	Stderr bool      // to standard error; a container with a terminal has no such output
	Text   string    // without the line's end
}

// Containers is the role of whoever runs containers.
type Containers interface {
	// CreateContainer creates a container without starting it and returns its id. The name is taken
	// atomically: of any number of racing creates one wins, the others get ErrConflict.
	CreateContainer(context.Context, ContainerSpec) (id string, err error)
	// StartContainer starts a created or stopped container; starting a running one is no error. A host port
	// or a fixed address that someone else holds shows only now, as a *PortError or ErrConflict, and leaves
	// the container as it was: it is for the caller to remove it.
	StartContainer(ctx context.Context, id string) error
	// StopContainer sends signal (the container's own when empty), waits for timeout and kills. Stopping a
	// stopped one is no error.
	StopContainer(ctx context.Context, id string, signal string, timeout time.Duration) error
	Signal(ctx context.Context, id, signal string) error
	// RenameContainer gives a container another name, whether it runs or not. A name that is taken is ErrConflict, also
	// the one that it has.
	RenameContainer(ctx context.Context, id, name string) error
	// RemoveContainer removes a container, a running one too, and its anonymous volumes. A missing one is no error.
	RemoveContainer(ctx context.Context, id string) error
	// UpdateContainer changes limits and the restart policy in place, and reads them back: an engine that
	// did not take one of them is an error. A zero limit and an empty policy stay as they are, since engines
	// cannot lift a limit in place (see Limits.CanBecome).
	UpdateContainer(ctx context.Context, id string, limits Limits, restart string) error
	// WaitContainer blocks until the container is not running and returns its exit code.
	WaitContainer(ctx context.Context, id string) (exitCode int, err error)
	// Watch reports state changes of the containers that carry the labels, from the moment it returns,
	// until ctx ends; the channel is closed then, or when the engine is lost. Events are a hint to look
	// sooner: whoever relies on them also looks now and then.
	Watch(ctx context.Context, labels map[string]string) (<-chan Event, error)
	// WriteArchive unpacks a tar archive below path, which exists, in a container, running or not.
	WriteArchive(ctx context.Context, container, path string, archive io.Reader) error
	// Attach connects to a container's standard streams before it is started (see Stream).
	Attach(ctx context.Context, id string) (Stream, error)
	// Exec runs a command in a running container to its end.
	Exec(ctx context.Context, container string, command []string) (ExecResult, error)
	// ExecStream starts a command in a running container and talks to it. ctx bounds the opening only.
	// Closing the stream ends the command's standard input; a command that does not read it lives on.
	ExecStream(ctx context.Context, container string, spec ExecSpec) (Command, error)
}

// Images is the role of whoever brings images to the engine. Building is BuildKit's, see package image.
type Images interface {
	// Pull fetches ref from its registry, with the user's credentials; progress may be nil.
	Pull(ctx context.Context, ref string, platform string, progress func(Progress)) (Image, error)
	// ImportRoot makes an image ref of one layer out of a tar archive of a root file system.
	ImportRoot(ctx context.Context, ref string, root io.Reader, config ImageConfig) error
	Tag(ctx context.Context, id, ref string) error
	// RemoveImage removes a reference, and the image with its last one: ErrInUse while a container is made
	// from it. A missing one is no error.
	RemoveImage(ctx context.Context, ref string) error
}

// Networks is the role of whoever makes networks.
type Networks interface {
	// CreateNetwork creates a network: ErrConflict when the name is taken, or the subnet overlaps another.
	// Not atomic: of racing creates of one name several may win, so whoever calls it holds a lock.
	CreateNetwork(context.Context, NetworkSpec) (id string, err error)
	// RemoveNetwork removes a network, ErrInUse while containers are on it. A missing one is no error.
	RemoveNetwork(ctx context.Context, name string) error
	// Connect puts a container, running or not, on one more network: ErrConflict if it is on it already.
	Connect(ctx context.Context, network, container string, endpoint Endpoint) error
	// Disconnect takes a container off a network. Not being on it is no error.
	Disconnect(ctx context.Context, network, container string) error
}

// Volumes is the role of whoever makes volumes.
type Volumes interface {
	// CreateVolume creates a volume. Engines keep the first labels of a name, so an existing volume whose
	// labels differ is ErrConflict.
	CreateVolume(context.Context, VolumeSpec) error
	// RemoveVolume removes a volume, ErrInUse while a container has it, running or not. A missing one is no error.
	RemoveVolume(ctx context.Context, name string) error
}

// Engine is everything together: what an apply needs.
type Engine interface {
	Reader
	Containers
	Images
	Networks
	Volumes
}

// Info tells what engine this is.
type Info struct {
	ID, Name    string
	Version     string
	API         string // negotiated API version, "1.41"
	OS, Arch    string // of the engine's machine, as Go names them
	Rootless    bool
	Desktop     bool  // the engine lives in a virtual machine of a desktop product
	Memory      int64 // bytes
	CPUs        int
	StoreDriver string
	Root        string // directory of the engine's things on its machine, empty where it does not tell
	HostAddress string // where users reach the ports of the engine's machine, "localhost" for a local one
}

// PortError is an ErrPortTaken that knows which port.
type PortError struct {
	Address string // as the engine names it, may be empty
	Port    int    // 0 where the engine does not tell
}

// Error tells which port is taken.
func (e *PortError) Error() string {
	if e.Port == 0 {
		return "a host port of the container is taken by someone else"
	}
	return "port " + net.JoinHostPort(e.Address, strconv.Itoa(e.Port)) + " of the engine's machine is taken by someone else"
}

// Is makes errors.Is(err, ErrPortTaken) hold.
func (e *PortError) Is(target error) bool { return target == ErrPortTaken }

// State of a container.
type State string

// The states of a container, as engines name them.
const (
	Created    State = "created"
	Running    State = "running"
	Restarting State = "restarting"
	Paused     State = "paused"
	Exited     State = "exited"
	Dead       State = "dead"
)

// Container is a container as the engine shows it.
type Container struct {
	ID, Name string
	Image    string // the reference it was made from
	ImageID  string
	State    State
	Health   string // "", starting, healthy or unhealthy: of the engine's own health check
	ExitCode int
	Created  time.Time
	Started  time.Time
	Finished time.Time
	Labels   map[string]string
	// Addresses are the container's addresses by network name: the fixed ones where some were set, also
	// while it does not run.
	Addresses map[string]netip.Addr

	// What only Container, not Containers, tells. PID is the first process's number on the engine's machine, 0
	// while the container does not run.
	PID          int
	Env          []string
	Limits       Limits
	Restart      string
	OOMKilled    bool
	RestartCount int
	HealthLog    string // output of the last health check
}

// ContainerSpec is how a container is to be made.
type ContainerSpec struct {
	Name        string            `json:"name"`
	Image       string            `json:"image"` // reference or id
	Platform    string            `json:"platform,omitempty"`
	Entrypoint  []string          `json:"entrypoint,omitempty"`
	Command     []string          `json:"command,omitempty"`
	Env         []string          `json:"env,omitempty"` // NAME=value
	Labels      map[string]string `json:"labels,omitempty"`
	User        string            `json:"user,omitempty"`
	Workdir     string            `json:"workdir,omitempty"`
	Hostname    string            `json:"hostname,omitempty"`
	StopSignal  string            `json:"stop_signal,omitempty"`
	StopTimeout time.Duration     `json:"stop_timeout,omitempty"`
	Health      *HealthCheck      `json:"health,omitempty"`

	// NetworkMode is "" for the endpoints below, "host", "none", or "container:ID" for the network of another one.
	NetworkMode string              `json:"network_mode,omitempty"`
	Endpoints   map[string]Endpoint `json:"endpoints,omitempty"` // by network name
	Publish     []Publish           `json:"publish,omitempty"`
	Mounts      []Mount             `json:"mounts,omitempty"`
	Tmpfs       map[string]string   `json:"tmpfs,omitempty"` // path to options
	Limits      Limits              `json:"limits"`
	Restart     string              `json:"restart,omitempty"` // no, always, unless-stopped, on-failure[:N]
	Init        bool                `json:"init,omitempty"`
	ReadOnly    bool                `json:"read_only,omitempty"`
	CapAdd      []string            `json:"cap_add,omitempty"`
	CapDrop     []string            `json:"cap_drop,omitempty"`
	SecurityOpt []string            `json:"security_opt,omitempty"`
	Devices     []string            `json:"devices,omitempty"`     // host[:container[:rwm]]
	ExtraHosts  []string            `json:"extra_hosts,omitempty"` // name:address
	DNS         []string            `json:"dns,omitempty"`
	Ulimits     map[string]Ulimit   `json:"ulimits,omitempty"`
	Logging     *Logging            `json:"logging,omitempty"`
	ShmSize     int64               `json:"shm_size,omitempty"` // bytes

	// OpenStdin keeps standard input open for one attached client and ends it when that client goes.
	OpenStdin  bool `json:"open_stdin,omitempty"`
	AutoRemove bool `json:"auto_remove,omitempty"`
}

// Endpoint is a container's place on a network.
type Endpoint struct {
	Address netip.Addr `json:"address,omitzero"` // fixed address, zero for any of the network's dynamic range
	Aliases []string   `json:"aliases,omitempty"`
}

// Publish binds a container's port to a port of the engine's machine.
type Publish struct {
	Address  string `json:"address,omitempty"` // to bind, all when empty
	Port     int    `json:"port"`              // on the machine
	Target   int    `json:"target"`            // in the container
	Protocol string `json:"protocol,omitempty"`
}

// Mount puts a volume or a host path into a container.
type Mount struct {
	Volume   string `json:"volume,omitempty"` // a volume's name, or
	Source   string `json:"source,omitempty"` // an absolute path on the engine's machine
	Target   string `json:"target"`
	ReadOnly bool   `json:"read_only,omitempty"`
}

// Limits can change while a container runs. A zero means the engine's default.
type Limits struct {
	Memory int64   `json:"memory,omitempty"` // bytes
	CPUs   float64 `json:"cpus,omitempty"`
	PIDs   int64   `json:"pids,omitempty"`
}

// CanBecome reports whether an engine can get from l to next in place: it cannot lift a limit that is set.
func (l Limits) CanBecome(next Limits) bool {
	return (l.Memory == 0 || next.Memory != 0) && (l.CPUs == 0 || next.CPUs != 0) && (l.PIDs == 0 || next.PIDs != 0)
}

// Beyond are those limits of l that want does not set.
func (l Limits) Beyond(want Limits) Limits {
	if want.Memory != 0 {
		l.Memory = 0
	}
	if want.CPUs != 0 {
		l.CPUs = 0
	}
	if want.PIDs != 0 {
		l.PIDs = 0
	}
	return l
}

// Ulimit is a soft and a hard resource limit.
type Ulimit struct {
	Soft int64 `json:"soft"`
	Hard int64 `json:"hard"`
}

// HealthCheck is a check that the engine itself runs in the container. With an empty Exec the container has
// none, not even its image's.
type HealthCheck struct {
	Exec        []string      `json:"exec"`
	Interval    time.Duration `json:"interval,omitempty"`
	Timeout     time.Duration `json:"timeout,omitempty"`
	StartPeriod time.Duration `json:"start_period,omitempty"`
	// StartInterval is the time between checks during StartPeriod; as Interval when zero. Engines before API
	// 1.44 know none and use Interval.
	StartInterval time.Duration `json:"start_interval,omitempty"`
	Retries       int           `json:"retries,omitempty"`
}

// Logging chooses the engine's log driver.
type Logging struct {
	Driver  string            `json:"driver"`
	Options map[string]string `json:"options,omitempty"`
}

// Image is an image on the engine.
type Image struct {
	ID      string
	Tags    []string // NAME:TAG
	Digests []string // NAME@sha256:...
	Labels  map[string]string
	Created time.Time
	Size    int64 // bytes
	Config  ImageConfig
}

// ImageConfig is what an image says of the containers made from it.
type ImageConfig struct {
	Entrypoint, Command []string
	Env                 []string
	ExposedPorts        []string // 80/tcp
	User, Workdir       string
	Labels              map[string]string
	Arch                string
}

// Network is a network on the engine.
type Network struct {
	ID, Name string
	Driver   string
	Internal bool
	Labels   map[string]string
	Subnet   netip.Prefix
	Gateway  netip.Addr
	Created  time.Time
}

// NetworkSpec is how a network is to be made.
type NetworkSpec struct {
	Name     string            `json:"name"`
	Labels   map[string]string `json:"labels,omitempty"`
	Internal bool              `json:"internal,omitempty"`
	Subnet   netip.Prefix      `json:"subnet,omitzero"`
	Gateway  netip.Addr        `json:"gateway,omitzero"`
	// Dynamic is the part of Subnet that the engine hands out itself; fixed addresses lie outside it.
	Dynamic netip.Prefix      `json:"dynamic,omitzero"`
	Driver  string            `json:"driver,omitempty"`
	Options map[string]string `json:"options,omitempty"`
}

// Volume is a volume on the engine.
type Volume struct {
	Name    string
	Driver  string
	Dir     string // where its files lie on the engine's machine, empty where the engine does not tell
	Labels  map[string]string
	Created time.Time
}

// VolumeSpec is how a volume is to be made.
type VolumeSpec struct {
	Name    string            `json:"name"`
	Driver  string            `json:"driver,omitempty"`
	Options map[string]string `json:"options,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
}

// Event is a change of a container's state.
type Event struct {
	Container string // id
	Action    string // start, die, health_status: healthy, destroy, ...
	Labels    map[string]string
}

// Stream is a process's standard input and its demultiplexed output. What is not read yet of one output does
// not hold up the other.
type Stream interface {
	io.Writer          // to standard input
	Stdout() io.Reader // ends with the process
	Stderr() io.Reader
	CloseWrite() error // ends standard input, output stays open
	Close() error
}

// ExecResult is how a command in a container ended.
type ExecResult struct {
	ExitCode int
	Output   []byte // standard output and error, at most 64 KiB of the end
}

// Progress is one line of a pull: a layer's state.
type Progress struct {
	Layer, Status  string
	Current, Total int64 // bytes
}
