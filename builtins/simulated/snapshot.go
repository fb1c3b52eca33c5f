package simulated

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"maps"
	"net/netip"
	"path"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/deployrecipe/recipe/builtins/container"
	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/label"
	"github.com/deployrecipe/recipe/builtins/proxy"
	"github.com/deployrecipe/recipe/builtins/world"
	"github.com/deployrecipe/recipe/eval/state"
)

// Looking is a Reader that remembers what registries answered, which no later question to the engine tells.
type Looking struct {
	engine.Reader

	mu      sync.Mutex
	digests map[string]string
}

// RemoteDigest asks the registry.
func (l *Looking) RemoteDigest(ctx context.Context, ref string) (string, error) {
	digest, err := l.Reader.RemoteDigest(ctx, ref)
	if err == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.digests == nil {
			l.digests = map[string]string{}
		}
		l.digests[ref] = digest
	}
	return digest, err
}

// Snapshot is an engine with its edge as it was seen when a plan was made. It is not changed once it was taken, so
// that any number of Worlds can begin with it.
type Snapshot struct {
	info       engine.Info
	containers []engine.Container
	files      map[string]map[string][]byte // by container's id and path: those that hold secrets
	images     []engine.Image
	networks   []engine.Network
	volumes    []engine.Volume
	digests    map[string]string
	edge       string
	sites      []proxy.Site
	inForce    map[string]world.InForce
	recipe     string
	recorded   *state.Recorded
	volume     map[string]string // names by the address of their block
}

// Take looks at all that an engine has. The Reader is the one that the plan was made with; it is asked for nothing
// that could change it. The other arguments are what was read for the plan, with secrets numbered.
func Take(ctx context.Context, l *Looking, r state.Recipe, edge string, o *state.Observed, recorded *state.Recorded) (*Snapshot, error) {
	known := world.Facts(o)
	s := &Snapshot{info: known.Info, networks: known.Networks, edge: edge, sites: known.Edge.Sites, inForce: known.Edge.InForce, recipe: r.Name, recorded: recorded,
		files: map[string]map[string][]byte{}, volume: map[string]string{}, digests: map[string]string{}}
	l.mu.Lock()
	for ref, digest := range l.digests {
		s.digests[ref] = digest
	}
	l.mu.Unlock()
	for _, object := range o.Objects {
		if object.Type == world.Volume {
			s.volume[object.Addr.String()] = object.Name
		}
	}
	group, asking := errgroup.WithContext(ctx)
	group.Go(func() (err error) { s.images, err = l.Images(asking, nil); return err })
	group.Go(func() (err error) { s.volumes, err = l.Volumes(asking, nil); return err })
	group.Go(func() (err error) { s.containers, err = l.Containers(asking, nil); return err })
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return s, s.inspect(ctx, l)
}

// inspect completes the containers of the recipe, and the edge's, by what a listing does not tell.
func (s *Snapshot) inspect(ctx context.Context, l *Looking) error {
	for i, c := range s.containers {
		if c.Labels[label.Recipe] != s.recipe && c.Name != s.edge {
			continue
		}
		full, err := l.Container(ctx, c.ID)
		if errors.Is(err, engine.ErrNotFound) {
			continue // gone since; the plan that is made of what is left shows whether that matters
		}
		if err != nil {
			return err
		}
		s.containers[i] = full
		if s.files[c.ID], err = secretFiles(ctx, l, full); err != nil {
			return err
		}
	}
	return nil
}

// secretFiles are the files of a container that hold secrets, by which planning tells whether a secret is a new one.
func secretFiles(ctx context.Context, r engine.Reader, c engine.Container) (map[string][]byte, error) {
	spec := specOf(c)
	if spec == nil {
		return nil, nil
	}
	files := map[string][]byte{}
	for name, f := range spec.File {
		if f.Content.Secret == "" {
			continue
		}
		archive, err := r.ReadArchive(ctx, c.ID, name)
		if errors.Is(err, engine.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		entries := tar.NewReader(archive)
		if _, err = entries.Next(); err == nil {
			files[path.Clean(name)], err = io.ReadAll(io.LimitReader(entries, maxSecret))
		}
		if err = errors.Join(err, archive.Close()); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// maxSecret is how much of a file that holds a secret is read, in bytes.
const maxSecret = 1 << 20

// specOf is what a block said of a container, nil for one that no block made.
func specOf(c engine.Container) *container.Spec {
	object, ok := label.Read(c.Labels)
	if !ok || c.Labels[label.Role] != "" || object.Spec == nil {
		return nil
	}
	spec, err := container.Parse(object.Spec)
	if err != nil {
		return nil
	}
	return spec
}

// Stand gives an empty World what a Snapshot holds.
func (w *World) Stand(s *Snapshot) {
	w.Engine.About = s.info
	for _, i := range s.images {
		w.Engine.PutImage(i)
	}
	for _, n := range s.networks {
		w.Engine.PutNetwork(n)
	}
	for _, v := range s.volumes {
		w.Engine.PutVolume(v)
	}
	for ref, digest := range s.digests {
		w.Engine.Answer(ref, digest)
	}
	for _, c := range s.containers {
		w.Engine.PutContainer(c, s.spec(c), s.files[c.ID])
	}
	w.Edge.Stand(s.sites)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.noticed(s.sites)
	w.recorded[s.recipe] = s.recorded
	maps.Copy(w.inForce, s.inForce)
}

// noticed has the edge's checks know of what does not answer any more: that is so for longer than they take.
func (w *World) noticed(sites []proxy.Site) {
	for _, site := range sites {
		for _, service := range site.Services {
			for _, server := range slices.Concat(service.Side(proxy.A).Servers, service.Side(proxy.B).Servers) {
				if _, err := w.Engine.Dial(server.Address.Addr()); err != nil {
					w.seen[server.Address.Addr()] = time.Now().Add(-checkLag)
				}
			}
		}
	}
}

// spec is how a container was made, as far as its labels tell.
func (s *Snapshot) spec(c engine.Container) engine.ContainerSpec {
	var spec engine.ContainerSpec
	if said := specOf(c); said != nil && c.Labels[label.Recipe] == s.recipe {
		object, _ := label.Read(c.Labels)
		made, err := container.Create(said, object.Spec, container.Place{Recipe: state.Recipe{Name: s.recipe}, Addr: object.Addr, Volumes: s.volume})
		if err == nil {
			spec = made.Spec
		}
	}
	if c.Name == s.edge {
		spec.NetworkMode, spec.Mounts = "host", []engine.Mount{{Volume: s.edge, Target: "/edge"}}
	}
	fixed, _ := netip.ParseAddr(c.Labels[label.Address])
	spec.Endpoints = map[string]engine.Endpoint{}
	for name, address := range c.Addresses {
		var e engine.Endpoint
		if address == fixed {
			e.Address = fixed
		}
		spec.Endpoints[name] = e
	}
	return spec
}
