package haproxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deployrecipe/recipe/builtins/proxy"
)

// A port with TLS reads its certificates from a list, to which each recipe on it adds lines as it does to maps. A line
// names a file that is called by what it holds, so that a renewal is another line: the new file is there before anything
// names it, and whatever a crash leaves is whole. Files with keys lie where ReadFiles does not look, and are read by root
// alone. A running worker is told of other lines, for which no reload is needed.

// keysDir is where files with keys lie, those of each recipe in a directory of its own.
const keysDir = "keys"

// keyFile is the file of a certificate with its key.
func keyFile(recipe, id string) string { return keysDir + "/" + recipe + "/" + id + ".pem" }

// certList is the list of a port's certificates.
func certList(p proxy.Port) string { return "maps/" + frontendName(p) + listSuffix }

const listSuffix = ".crt"

// certLists are a site's lines in each list: file to options. Files are named from the root, so that a copy of the
// configuration, which has no keys, can be checked too.
func certLists(s *proxy.Site, dir string) map[string]map[string]string {
	lists := map[string]map[string]string{}
	for _, p := range s.Ports {
		if p.TLS == nil {
			continue
		}
		lines := map[string]string{}
		for _, c := range p.TLS.Certificates {
			lines[dir+"/"+keyFile(s.Recipe, c.ID())] = certOptions(p)
		}
		lists[certList(p)] = lines
	}
	return lists
}

// certOptions are what is spoken with a port's certificates.
func certOptions(p proxy.Port) string {
	var options []string
	switch {
	case p.Mode == proxy.TCP: // whatever the app speaks
	case p.TLS.HTTP1:
		options = append(options, "alpn http/1.1")
	default:
		options = append(options, "alpn h2,http/1.1")
	}
	options = append(options, "ssl-min-ver TLSv"+cmp.Or(p.TLS.Min, "1.2"))
	return "[" + strings.Join(options, " ") + "]"
}

// tlsLines are the comments that tell of a port's certificates what its list does not.
func tlsLines(p proxy.Port) []string {
	if p.TLS == nil {
		return nil
	}
	protocol := "h2"
	if p.TLS.HTTP1 {
		protocol = "http/1.1"
	}
	lines := []string{fmt.Sprintf("# tls %s %s %s", p.Name, orDash(p.TLS.Min), protocol)}
	for _, c := range p.TLS.Certificates {
		lines = append(lines, fmt.Sprintf("# certificate %s %s %s %s %s", p.Name, c.Name, c.ID(), c.Expires.Format(time.RFC3339), orDash(strings.Join(c.Hosts, ","))))
	}
	return lines
}

// parseTLS reads the words of one of them after its first.
func parseTLS(p *proxy.Port, key string, args []string) error {
	if key == "tls" {
		p.TLS = &proxy.TLS{Min: strings.TrimPrefix(args[0], "-"), HTTP1: args[1] == "http/1.1"}
		return nil
	}
	if p.TLS == nil || len(args) != 4 {
		return errors.New("a certificate of a port without TLS")
	}
	c := proxy.Certificate{Name: args[0]}
	c.Fingerprint, c.Chain, _ = strings.Cut(args[1], "-")
	var err error
	if c.Expires, err = time.Parse(time.RFC3339, args[2]); err != nil {
		return err
	}
	if args[3] != "-" {
		c.Hosts = strings.Split(args[3], ",")
	}
	p.TLS.Certificates = append(p.TLS.Certificates, c)
	return nil
}

// Certify implements proxy.Edge.
func (e *Edge) Certify(ctx context.Context, recipe string, pairs []proxy.Pair, keep []string) (err error) {
	unlock, err := e.lock(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	files, err := e.host.ReadFiles(ctx)
	if err != nil {
		return err
	}
	config, err := Parse(files)
	if err != nil {
		return err
	}
	have, err := e.host.ReadKeys(ctx, recipe)
	if err != nil {
		return err
	}
	site := config.Site(recipe)
	wanted := append(site.IDs(), keep...)
	write := map[string][]byte{}
	for _, pair := range pairs {
		name := keyFile(recipe, pair.ID())
		if string(have[name]) != string(pair.PEM) {
			write[name] = pair.PEM
		}
		wanted = append(wanted, pair.ID())
	}
	var remove []string
	for name := range have {
		if !slices.ContainsFunc(wanted, func(id string) bool { return keyFile(recipe, id) == name }) {
			remove = append(remove, name)
		}
	}
	slices.Sort(remove)
	return e.host.WriteKeys(ctx, write, remove)
}

// forgetAll removes all that was laid ready for a recipe which is no more.
func (e *Edge) forgetAll(ctx context.Context, recipe string) error {
	have, err := e.host.ReadKeys(ctx, recipe)
	if err != nil || len(have) == 0 {
		return err
	}
	return e.host.WriteKeys(ctx, nil, slices.Sorted(maps.Keys(have)))
}

// laid makes sure that the files of certificates are there which the site names and did not before: without one of them
// HAProxy would not start again.
func (u *updating) laid(ctx context.Context) error {
	fresh := slices.DeleteFunc(u.site.IDs(), func(id string) bool { return slices.Contains(u.known, id) })
	if len(fresh) == 0 {
		return nil
	}
	have, err := u.host.ReadKeys(ctx, u.site.Recipe)
	if err != nil {
		return err
	}
	for _, id := range fresh {
		if have[keyFile(u.site.Recipe, id)] == nil {
			return fmt.Errorf("%w: the certificate %.16s… and its key were not brought to the edge", proxy.ErrInvalid, id)
		}
	}
	return nil
}

// forget removes the files of certificates that the site names no more. Those of one that is empty go with Remove: it
// may be about to be made anew, with what was laid ready for that.
func (u *updating) forget(ctx context.Context) error {
	if u.site.Empty() {
		return nil
	}
	now := u.site.IDs()
	var remove []string
	for _, id := range u.known {
		if !slices.Contains(now, id) {
			remove = append(remove, keyFile(u.site.Recipe, id))
		}
	}
	if len(remove) == 0 {
		return nil
	}
	return u.host.WriteKeys(ctx, nil, remove)
}

// lists tells whether the update changes which certificates a port has.
func (u *updating) lists() bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(u.write)), func(name string) bool { return strings.HasSuffix(name, listSuffix) })
}

// certify brings a worker's lists in line: what is new is there before what is old goes, so that whoever connects
// meanwhile is shown one of the two. Whatever a worker refuses it gets by a reload.
func certify(ctx context.Context, host Host, site *proxy.Site, dir string) error {
	for list, wanted := range certLists(site, dir) {
		have, err := listed(ctx, host, list)
		if err != nil {
			return err
		}
		var gone []string
		for _, path := range have {
			if _, keep := wanted[path]; !keep && ownsLine(list, site.Recipe, path, "") {
				gone = append(gone, path)
			}
		}
		fresh := slices.DeleteFunc(slices.Sorted(maps.Keys(wanted)), func(path string) bool { return slices.Contains(have, path) })
		if len(fresh)+len(gone) == 0 {
			continue
		}
		if err := addAll(ctx, host, site.Recipe, list, fresh, wanted); err != nil {
			return err
		}
		for _, path := range gone {
			if err := tell(ctx, host, fmt.Sprintf("del ssl crt-list %s %s", list, path), "deleted in crtlist"); err != nil {
				return err
			}
			// Another list may have it still.
			if _, err := send(ctx, host, Admin, "del ssl cert "+path); err != nil {
				return err
			}
		}
		have, err = listed(ctx, host, list)
		if err != nil {
			return err
		}
		in := func(path string) bool { return slices.Contains(have, path) }
		out := func(path string) bool { return !in(path) }
		if slices.ContainsFunc(gone, in) || slices.ContainsFunc(fresh, out) {
			return errStructure
		}
	}
	return nil
}

// listed are the files in a worker's list. One that is not there comes with a reload.
func listed(ctx context.Context, host Host, list string) ([]string, error) {
	_, said, err := ask(ctx, host, []string{"show ssl crt-list " + list})
	if err != nil {
		return nil, err
	}
	_, lines, there := strings.Cut(said, "# "+list+"\n")
	if !there {
		return nil, errStructure
	}
	var paths []string
	for line := range strings.Lines(lines) {
		if words := strings.Fields(line); len(words) > 0 && strings.HasSuffix(words[0], ".pem") {
			paths = append(paths, words[0])
		}
	}
	return paths, nil
}

// addAll gives a worker certificates and puts them into a list.
func addAll(ctx context.Context, host Host, recipe, list string, paths []string, options map[string]string) error {
	if len(paths) == 0 {
		return nil
	}
	keys, err := host.ReadKeys(ctx, recipe)
	if err != nil {
		return err
	}
	for _, path := range paths {
		at := strings.Index(path, keysDir+"/"+recipe+"/")
		pem := strings.TrimSpace(string(keys[path[at:]]))
		if pem == "" || len(pem) > lineLimit {
			return errStructure
		}
		// One that is there already was left by somebody who did not come to the end.
		if _, err := send(ctx, host, Admin, "new ssl cert "+path); err != nil {
			return err
		}
		for _, c := range []struct{ text, want string }{
			{fmt.Sprintf("set ssl cert %s <<\n%s\n", path, pem), "Transaction"},
			{"commit ssl cert " + path, "Success"},
			{fmt.Sprintf("add ssl crt-list %s <<\n%s %s\n", list, path, options[path]), "Success"},
		} {
			if err := tell(ctx, host, c.text, c.want); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell sends a command, which may hold a key and so is in no error. An answer without what is wanted asks for a reload.
func tell(ctx context.Context, host Host, command, want string) error {
	said, err := send(ctx, host, Admin, command)
	if err == nil && !strings.Contains(said, want) {
		return errStructure
	}
	return err
}

// withoutTLS tells of a HAProxy that refuses files since it was built without OpenSSL.
func withoutTLS(err error) error {
	if errors.Is(err, proxy.ErrRefused) && strings.Contains(err.Error(), "unknown keyword 'ssl'") {
		return fmt.Errorf("%w: its HAProxy was built without OpenSSL; make the edge from an image that has it, as the official ones do", proxy.ErrNoTLS)
	}
	return err
}
