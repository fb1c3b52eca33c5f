package image

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/deployrecipe/recipe/builtins/engine"
	"github.com/deployrecipe/recipe/builtins/image/buildcontext"
	"github.com/deployrecipe/recipe/eval/addr"
	"github.com/deployrecipe/recipe/eval/state"
	"golang.org/x/sync/errgroup"
)

// FactsKey is where Refine leaves its Facts among those of what was observed.
const FactsKey = "image"

// Facts is what planning must know of images beyond the list of those that are there.
type Facts struct {
	// Version is the engine's.
	Version string
	// Contents are those of the image blocks, by address.
	Contents map[addr.Addr]Content
	// References are the images that other blocks name as text, by that text.
	References map[string]Content
	// Problems are what kept a content from being known; each belongs to its block.
	Problems map[addr.Addr]error
}

// FactsOf finds what Refine left; empty facts before it ran.
func FactsOf(o *state.Observed) *Facts {
	if o != nil {
		if f, ok := o.Facts[FactsKey].(*Facts); ok {
			return f
		}
	}
	return &Facts{}
}

// Content gives what an image block or a plain reference stands for.
func (f *Facts) Content(image any) (Content, bool) {
	switch image := image.(type) {
	case addr.Addr:
		c, ok := f.Contents[image]
		return c, ok
	case string:
		c, ok := f.References[image]
		return c, ok
	}
	return Content{}, false
}

// Options of Refine.
type Options struct {
	// Upgrade asks registries for the newest images in place of those that were resolved before.
	Upgrade bool
	// CacheDir keeps hashes of context files; buildcontext.DefaultCacheDir when empty, nowhere when "-".
	CacheDir string
	// Version is the engine's; it is asked when empty, which takes it some 10 ms.
	Version string
}

// Refine computes the content of every image that the recipe names, in parallel, and leaves it in observed.Facts. It
// asks the engine, and registries for images that the engine does not have; it changes nothing. What is wrong with a
// single block becomes a problem among the facts, so that the plan can report them all.
func Refine(ctx context.Context, reader engine.Reader, observed *state.Observed, desired *state.Desired, options Options) error {
	if options.Version == "" {
		info, err := reader.Info(ctx)
		if err != nil {
			return err
		}
		options.Version = info.Version
	}
	r := &refiner{
		resolver: resolver{reader: askOnce(reader), upgrade: options.Upgrade}, options: options,
		observed: observed, desired: desired, waits: map[addr.Addr]chan struct{}{},
		facts: &Facts{Version: options.Version, Contents: map[addr.Addr]Content{}, References: map[string]Content{}, Problems: map[addr.Addr]error{}},
	}
	if observed.Facts == nil {
		observed.Facts = map[string]any{}
	}
	observed.Facts[FactsKey] = r.facts
	for _, resource := range desired.Resources {
		if resource.Addr.Kind == "image" {
			r.waits[resource.Addr] = make(chan struct{})
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, resource := range desired.Resources {
		group.Go(func() error { return r.refine(ctx, resource) })
	}
	return group.Wait()
}

func (o Options) cacheDir() string {
	switch o.CacheDir {
	case "":
		return buildcontext.DefaultCacheDir()
	case "-":
		return ""
	}
	return o.CacheDir
}

type refiner struct {
	resolver
	options  Options
	observed *state.Observed
	desired  *state.Desired
	waits    map[addr.Addr]chan struct{} // closed when an image block's content is settled

	mu    sync.Mutex
	facts *Facts
}

// refine settles one block. Only what ends everything, as a lost engine does, is its error.
func (r *refiner) refine(ctx context.Context, resource *state.Resource) error {
	if resource.Addr.Kind != "image" {
		return r.reference(ctx, resource)
	}
	defer close(r.waits[resource.Addr])
	for _, need := range resource.Needs {
		if wait := r.waits[need]; wait != nil {
			select {
			case <-wait:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	c, err := r.content(ctx, resource)
	return r.settle(resource.Addr, err, func() { r.facts.Contents[resource.Addr] = c })
}

// settle notes a result or a problem.
func (r *refiner) settle(a addr.Addr, err error, note func()) error {
	if errors.Is(err, engine.ErrUnreachable) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.facts.Problems[a] = err
		return nil
	}
	note()
	return nil
}

// reference resolves an image that a block names as text.
func (r *refiner) reference(ctx context.Context, resource *state.Resource) error {
	var named struct {
		Image    any    `json:"image"`
		Platform string `json:"platform"`
	}
	if json.Unmarshal(resource.Spec, &named) != nil {
		return nil // the block's own kind reports it
	}
	ref, ok := named.Image.(string)
	if !ok || ref == "" {
		return nil
	}
	c, err := r.pulled(ctx, ref)
	c.Addr = resource.Addr
	return r.settle(resource.Addr, err, func() { r.facts.References[ref] = c })
}

// pulled resolves a reference that containers are made from.
func (r *refiner) pulled(ctx context.Context, ref string) (Content, error) {
	found, err := r.resolve(ctx, ref, r.running(ref))
	if err != nil {
		return Content{}, err
	}
	c := Content{Ref: ref, Digest: hexOf(found.Digest), ID: found.ID, Bases: map[string]Base{ref: found.Base}}
	if found.Registry {
		c.Ref = withDigest(ref, found.Digest)
	}
	if found.Newer {
		c.Newer = []string{ref}
	}
	return c, nil
}

// running is the digest of ref that the newest container uses: while the recipe's text stays the same, it is kept.
func (r *refiner) running(ref string) string {
	var digest string
	var newest time.Time
	for _, object := range r.observed.Objects {
		c, ok := containerOf(object)
		if !ok || digestIn(c.Image) == "" || plainRef(c.Image) != plainRef(ref) {
			continue
		}
		if digest == "" || c.Created.After(newest) {
			digest, newest = digestIn(c.Image), c.Created
		}
	}
	return digest
}

// content computes the content of an image block.
func (r *refiner) content(ctx context.Context, resource *state.Resource) (Content, error) {
	s, err := parseSpec(resource.Spec)
	if err != nil {
		return Content{}, err
	}
	if s.Pull != "" {
		c, err := r.pulled(ctx, s.Pull)
		c.Addr = resource.Addr
		if err == nil && c.ID != "" {
			err = r.tags(ctx, &c)
		}
		return c, err
	}
	before := recordedBases(r.observed.At(resource.Addr))
	var mu sync.Mutex
	var newer []string
	c, err := Compute(ctx, resource, Sources{
		Recipe: r.desired.Recipe, Now: time.Now(), CacheDir: r.options.cacheDir(),
		Images: func(a addr.Addr) (Content, bool) {
			r.mu.Lock()
			defer r.mu.Unlock()
			c, ok := r.facts.Contents[a]
			return c, ok
		},
		Bases: func(ctx context.Context, ref string) (Base, error) {
			found, err := r.resolve(ctx, ref, before[ref])
			if found.Newer {
				mu.Lock()
				newer = append(newer, ref)
				mu.Unlock()
			}
			return found.Base, err
		},
	})
	if err != nil {
		return c, err
	}
	c.Newer = newer
	return c, r.tags(ctx, &c)
}

// tags notes whether the engine has the image, and under which names.
func (r *refiner) tags(ctx context.Context, c *Content) error {
	image, err := r.local(ctx, c.Ref)
	if c.File.Text != "" && image.ID != "" && image.Labels[LabelContent] != c.Digest {
		c.taken = image.ID // somebody gave its name to another image, which is not what was asked for
		return err
	}
	c.ID, c.tagged = image.ID, image.Tags
	return err
}

// recordedBases are the digests that the newest image of a block was built from, by reference.
func recordedBases(objects []state.Object) map[string]string {
	var images []engine.Image
	for _, object := range objects {
		if image, ok := imageOf(object); ok && image.Labels[LabelBases] != "" {
			images = append(images, image)
		}
	}
	if len(images) == 0 {
		return nil
	}
	newest := slices.MaxFunc(images, func(a, b engine.Image) int { return cmp.Compare(a.Created.UnixNano(), b.Created.UnixNano()) })
	bases := map[string]string{}
	_ = json.Unmarshal([]byte(newest.Labels[LabelBases]), &bases) // what cannot be read was not recorded
	return bases
}
