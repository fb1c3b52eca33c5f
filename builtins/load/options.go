package load

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// The bounds of a run: this is to watch a deploy, not to wear anything out.
const (
	MaxRate     = 5000 // operations a second
	MaxDuration = time.Hour
)

// Options say what to aim at and with what. Zero values take the defaults
// named here.
type Options struct {
	URL  string // such as http://127.0.0.1:8080, or https, without a path; needed by all kinds but TCP
	Host string // the Host header, and over TLS the name that is asked for; default: that of URL
	// Roots are whom certificates have to be signed by; default: those of the machine.
	Roots *x509.CertPool
	TCP   string // such as 127.0.0.1:9000, where bytes are echoed; needed by kind TCP
	// Header is a further line of every request, such as "X-Canary: 1".
	Header string

	Rate     float64       // operations that begin each second; required, up to MaxRate
	Duration time.Duration // operations begin within it; required, up to MaxDuration
	Mix      Mix           // default: DefaultMix, with TCP if TCP is set
	Seed     uint64        // the same seed and mix give the same sequence of kinds

	KeepAlive   int // connections that KeepAlive and Post take turns on; default 32
	Endless     int // endless streams held open beside the rate; default none
	Concurrency int // operations in flight, endless streams apart; past it they are skipped; default 1000

	Timeout time.Duration // for an answer, beyond what the operation takes by its nature; default 10s
	Dribble time.Duration // how long a slow POST sends; default 1s
	Slow    time.Duration // how long a slow GET waits and a stream lasts; default 2s
	Hold    time.Duration // how long a websocket and a TCP connection are held; default 3s

	// Drain is the drain limit of the switchover that is watched. An endless
	// stream outlives any limit, so being cut at this age or older is counted as
	// Cut; one that is cut younger was not given its drain, and failed. Default
	// 10s.
	Drain time.Duration

	Failures int           // how many failures are kept in full; default 20
	Bucket   time.Duration // the width of the timeline's buckets; default 250ms
}

// target is where the options aim.
type target struct {
	http, tcp string // addresses
	host      string
	tls       *tls.Config // nil without TLS
}

// complete fills in the defaults and refuses what cannot be meant.
func (o *Options) complete() (target, error) {
	if o.Mix == nil {
		o.Mix = DefaultMix(o.TCP != "")
	}
	setDefault(&o.KeepAlive, 32)
	setDefault(&o.Concurrency, 1000)
	setDefault(&o.Failures, 20)
	setDefault(&o.Timeout, 10*time.Second)
	setDefault(&o.Dribble, time.Second)
	setDefault(&o.Slow, 2*time.Second)
	setDefault(&o.Hold, 3*time.Second)
	setDefault(&o.Drain, 10*time.Second)
	setDefault(&o.Bucket, 250*time.Millisecond)
	t, err := o.aim()
	return t, errors.Join(o.checkBounds(), o.Mix.check(), err)
}

func setDefault[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

func (o *Options) checkBounds() error {
	switch {
	case !(o.Rate > 0 && o.Rate <= MaxRate):
		return fmt.Errorf("the rate is %g operations a second; it must be above 0 and at most %d", o.Rate, MaxRate)
	case o.Duration <= 0 || o.Duration > MaxDuration:
		return fmt.Errorf("the duration is %s; it must be above 0 and at most %s", o.Duration, MaxDuration)
	case o.Bucket < 10*time.Millisecond:
		return fmt.Errorf("buckets of %s are too narrow; they must be 10ms or wider", o.Bucket)
	case o.Endless < 0 || o.KeepAlive < 0 || o.Concurrency < 0 || o.Failures < 0:
		return errors.New("numbers of connections and failures cannot be negative")
	case strings.ContainsAny(o.Header, "\r\n") || (o.Header != "" && !strings.Contains(o.Header, ": ")):
		return fmt.Errorf("the header is %q; it must be one line like X-Canary: 1", o.Header)
	case min(o.Timeout, o.Dribble, o.Slow, o.Hold, o.Drain) < 0:
		return errors.New("durations cannot be negative")
	}
	return nil
}

// defaultPort is the port of a URL that names none, by its scheme.
var defaultPort = map[string]string{"http": "80", "https": "443"}

// aim reads the addresses, as far as the mix needs them.
func (o *Options) aim() (t target, err error) {
	if o.Mix.needsHTTP() || o.Endless > 0 {
		u, err := url.Parse(o.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Opaque != "" || u.User != nil || u.RawQuery != "" || (u.Path != "" && u.Path != "/") {
			return t, fmt.Errorf("the URL is %q; it must be like http://127.0.0.1:8080, without a path", o.URL)
		}
		t.http, t.host = u.Host, u.Host
		if u.Port() == "" {
			t.http = net.JoinHostPort(u.Hostname(), defaultPort[u.Scheme])
		}
		if u.Scheme == "https" {
			t.tls = &tls.Config{ServerName: cmp.Or(o.Host, u.Hostname()), RootCAs: o.Roots, NextProtos: []string{"http/1.1"}}
		}
		if err := checkLocal(t.http); err != nil {
			return t, err
		}
	}
	if o.Host != "" {
		t.host = o.Host
	}
	if o.Mix[TCP] > 0 {
		t.tcp, err = o.TCP, checkLocal(o.TCP)
	}
	return t, err
}

// checkLocal refuses all hosts but 127.0.0.1. Names are refused as well: what
// they stand for is decided elsewhere.
func checkLocal(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil || port == "" {
		return fmt.Errorf("%q is no address; it must be like 127.0.0.1:8080", address)
	}
	if host != "127.0.0.1" {
		return fmt.Errorf("load is put on 127.0.0.1 only, not on %q", host)
	}
	return nil
}
