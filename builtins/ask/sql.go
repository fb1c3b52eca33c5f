package ask

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Query is a question to a database.
type Query struct {
	URL  string // as Database reads it
	Text string // one statement, asked in a transaction that may only read
}

// Rows are a database's answer.
type Rows struct {
	At      string // HOST:PORT
	Columns int
	// Rows are the first two, Count how many there are at least: no more are read.
	Rows [][]Value
	Failure
}

// Value is one value of a row, as the database writes it; a PostgreSQL boolean is true or false.
type Value struct {
	Text string
	Null bool
}

// keptRows is how many rows of an answer are read: enough to tell that it is not one.
const keptRows = 2

// SQL asks a database.
func SQL(ctx context.Context, q Query) Rows {
	d, err := ParseDatabase(q.URL)
	if err != nil {
		return Rows{Failure: Failure{Why: err.Error(), Final: true}}
	}
	rows := Rows{At: d.At()}
	if d.Postgres() {
		rows.Failure = d.postgres(ctx, q.Text, &rows)
	} else {
		rows.Failure = d.mysql(ctx, q.Text, &rows)
	}
	return rows
}

// Database is where a database is and who asks: the URL that apps take it from.
type Database struct {
	system string // postgres or mysql
	host   string
	port   string
	name   string
	user   string
	secret string
	tls    string
}

// systems are the databases by the schemes of their URLs, as apps of several languages write them.
var systems = map[string]string{
	"postgres": "postgres", "postgresql": "postgres",
	"mysql": "mysql", "mysql2": "mysql", "mariadb": "mysql",
}

var defaultPorts = map[string]string{"postgres": "5432", "mysql": "3306"}

// encryption are the parameters of a URL that say whether the connection is encrypted, and their values. None checks a
// certificate: a helper has no authorities to check it by.
var encryption = map[string]struct {
	parameter string
	values    []string
	usual     string
}{
	"postgres": {"sslmode", []string{"disable", "allow", "prefer", "require"}, "prefer"},
	"mysql":    {"tls", []string{"false", "preferred", "skip-verify"}, "preferred"},
}

// ParseDatabase reads a URL such as postgres://USER:PASSWORD@HOST:PORT/NAME?sslmode=require. A driver's name after the
// scheme (postgresql+psycopg) and parameters that are for apps alone are passed over. Its errors tell nothing of the
// URL but its scheme.
func ParseDatabase(text string) (Database, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return Database{}, errors.New("this is no URL of a database: write postgres://USER:PASSWORD@HOST:5432/NAME or mysql://USER:PASSWORD@HOST:3306/NAME, special characters of the password as in any URL (%40 for @)")
	}
	scheme, _, _ := strings.Cut(u.Scheme, "+")
	d := Database{system: systems[scheme], host: u.Hostname(), port: u.Port(), name: strings.TrimPrefix(u.Path, "/"), user: u.User.Username()}
	d.secret, _ = u.User.Password()
	switch {
	case d.system == "":
		return d, fmt.Errorf("%s:// is no scheme of a database that can be asked; these are postgres:// and mysql://", scheme)
	case d.host == "":
		return d, errors.New("the URL of the database names no host")
	}
	if d.port == "" {
		d.port = defaultPorts[d.system]
	}
	e := encryption[d.system]
	d.tls = e.usual
	if given := u.Query().Get(e.parameter); given != "" {
		d.tls = given
	}
	for _, value := range e.values {
		if d.tls == value {
			return d, nil
		}
	}
	return d, fmt.Errorf("%s of the database's URL is to be one of %s here: the gate's helper has no authorities to check a certificate by", e.parameter, strings.Join(e.values, ", "))
}

// Postgres tells whether it is PostgreSQL.
func (d Database) Postgres() bool { return d.system == "postgres" }

// At is HOST:PORT.
func (d Database) At() string { return net.JoinHostPort(d.host, d.port) }

// Password is what must never be told.
func (d Database) Password() string { return d.secret }
