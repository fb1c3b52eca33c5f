package sim

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/netip"
	"slices"

	"github.com/distribution/reference"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/engine/internal/pipe"
)

// The methods of this file give an engine what another one has, under the ids that it has there, without any of it
// being a call of the contract. Networks come before containers.

// PutImage gives the engine an image.
func (e *Engine) PutImage(i engine.Image) {
	e.mu.Lock()
	defer e.mu.Unlock()
	config := i.Config
	config.Labels = maps.Clone(i.Labels)
	put := &image{id: i.ID, digests: slices.Clone(i.Digests), config: config, created: i.Created, size: i.Size, files: tree{}}
	for _, ref := range i.Tags {
		put.tags = append(put.tags, normal(ref))
	}
	e.images[i.ID] = put
}

// PutNetwork gives the engine a network, of which it hands out the lower half itself.
func (e *Engine) PutNetwork(n engine.Network) {
	e.mu.Lock()
	defer e.mu.Unlock()
	put := &network{Network: n}
	if n.Subnet.IsValid() {
		put.dynamic = netip.PrefixFrom(n.Subnet.Masked().Addr(), min(n.Subnet.Bits()+1, n.Subnet.Addr().BitLen()))
	}
	e.networks[n.Name] = put
}

// PutVolume gives the engine a volume, without what is in it.
func (e *Engine) PutVolume(v engine.Volume) {
	e.mu.Lock()
	defer e.mu.Unlock()
	v.Dir = ""
	e.volumes[v.Name] = &volume{Volume: v, files: tree{}}
}

// PutContainer gives the engine a container, which runs where it is said to. The spec tells what the container does
// not; files are in it by their absolute paths. What it runs has booted long ago.
func (e *Engine) PutContainer(c engine.Container, spec engine.ContainerSpec, files map[string][]byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	spec.Name, spec.Image, spec.Labels, spec.Env = c.Name, c.Image, maps.Clone(c.Labels), slices.Clone(c.Env)
	spec.Limits, spec.Restart = c.Limits, c.Restart
	b := &box{
		spec: spec, id: c.ID, imageID: c.ImageID, state: c.State, health: c.Health, exitCode: c.ExitCode, restarts: c.RestartCount,
		created: c.Created, started: c.Started, finished: c.Finished, stopped: c.State == engine.Exited,
		endpoints: maps.Clone(spec.Endpoints), files: tree{}, stdin: pipe.New(),
	}
	for name, text := range files {
		b.files[name] = file{header: tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o600}, text: text}
	}
	for _, m := range spec.Mounts {
		e.mountable(m)
	}
	e.containers[b.id] = b
	if c.State == engine.Running || c.State == engine.Restarting {
		b.held = maps.Clone(c.Addresses)
		e.run(b)
		b.health = c.Health
		b.started = c.Created
	}
}

// Answer has the registry of a reference answer with a digest, as another engine was told.
func (e *Engine) Answer(ref, digest string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return // nobody can ask for it
	}
	i := e.newImage(engine.ImageConfig{})
	delete(e.images, i.id) // the registry has it, the engine not yet
	sum := sha256.Sum256([]byte("image of " + digest))
	i.id = "sha256:" + hex.EncodeToString(sum[:])
	i.digests = []string{reference.FamiliarName(named) + "@" + digest}
	e.registry[normal(ref)], e.registry[i.digests[0]] = i, i
}
