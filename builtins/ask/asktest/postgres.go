package asktest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Password is that of every account of the databases here: such as a URL has to escape, and as would be noticed.
const (
	Password = "s3cret/p@ss"
	escaped  = "s3cret%2Fp%40ss"
)

// Postgres is a PostgreSQL server.
type Postgres struct {
	*server
	bin  string
	Port int
}

// NewPostgres starts a primary that listens on all addresses of the machine. Its superuser is postgres.
func NewPostgres(t testing.TB) *Postgres {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		missing(t, "PostgreSQL")
	}
	p := &Postgres{server: newServer(t, "postgres"), bin: filepath.Dir(found[len(found)-1]), Port: Port(t)}
	p.do(p.bin+"/initdb", "-D", p.path("data"), "-U", "postgres", "--auth=scram-sha-256", "--no-sync", "--no-instructions",
		"--pwfile="+p.write("password", Password))
	p.write("data/pg_hba.conf", "local all all trust\nhost all all all scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n")
	p.serve()
	return p
}

// Replica starts a streaming replica.
func (p *Postgres) Replica(t testing.TB) *Postgres {
	t.Helper()
	r := &Postgres{server: newServer(t, "postgres"), bin: p.bin, Port: Port(t)}
	r.do(p.bin+"/pg_basebackup", "-d", p.URL("127.0.0.1"), "-D", r.path("data"), "-R", "-X", "stream", "-c", "fast", "--no-sync")
	r.serve()
	return r
}

func (p *Postgres) serve() {
	p.t.Helper()
	p.start(func() error { return p.try("SELECT 1") },
		p.bin+"/postgres", "-D", p.path("data"), "-p", fmt.Sprint(p.Port), "-k", p.dir, "-c", "listen_addresses=*",
		"-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "wal_receiver_status_interval=1s")
}

// URL is how the superuser reaches the server by a host's name, with the password.
func (p *Postgres) URL(host string) string {
	return url("postgres", "postgres", escaped, host, p.Port, "postgres")
}

// Do has the server carry out statements.
func (p *Postgres) Do(statements string) {
	p.t.Helper()
	if err := p.try(statements); err != nil {
		p.t.Fatal(err)
	}
}

func (p *Postgres) try(statements string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	conn, err := pgconn.Connect(ctx, p.URL("127.0.0.1"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statements).ReadAll()
	return err
}

// Pause has a replica replay nothing until Resume.
func (p *Postgres) Pause() {
	p.t.Helper()
	p.Do("SELECT pg_wal_replay_pause()")
	for end := time.Now().Add(startLimit); p.try("SELECT 1 / (pg_get_wal_replay_pause_state() = 'paused')::int") != nil; {
		if time.Now().After(end) {
			p.t.Fatal(errors.New("the replica does not pause"))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Resume ends Pause.
func (p *Postgres) Resume() { p.t.Helper(); p.Do("SELECT pg_wal_replay_resume()") }

// Stop ends the server at once.
func (p *Postgres) Stop() { p.signal(syscall.SIGQUIT); p.stop() }
