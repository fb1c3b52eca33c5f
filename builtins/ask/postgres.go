package ask

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// booleans are PostgreSQL's number of the type, as which it writes t and f.
const booleans = 16

// postgres asks over PostgreSQL's own protocol: database/sql would give values in Go's words, and this gives them in
// the database's.
func (d Database) postgres(ctx context.Context, query string, out *Rows) Failure {
	conn, failure := d.connectPostgres(ctx)
	if failure.Failed() {
		return failure
	}
	defer func() {
		// Sending that we go may take long where nobody takes it; the context may have ended.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	// A server works on what nobody waits for any more, unless it is told for how long.
	begin := "BEGIN READ ONLY"
	if end, ok := ctx.Deadline(); ok {
		begin += fmt.Sprintf("; SET LOCAL statement_timeout = %d", max(1, time.Until(end).Milliseconds()))
	}
	if _, err := conn.Exec(ctx, begin).ReadAll(); err != nil {
		return d.postgresFailure(ctx, err)
	}
	result := conn.ExecParams(ctx, query, nil, nil, nil, nil)
	for len(out.Rows) < keptRows && result.NextRow() {
		var row []Value
		for i, value := range result.Values() {
			text := string(value)
			if result.FieldDescriptions()[i].DataTypeOID == booleans {
				text = map[string]string{"t": "true", "f": "false"}[text]
			}
			row = append(row, Value{Text: clip(text), Null: value == nil})
		}
		out.Rows = append(out.Rows, row)
	}
	out.Columns = len(result.FieldDescriptions())
	if len(out.Rows) == keptRows {
		return Failure{} // the rest is not read
	}
	if _, err := result.Close(); err != nil {
		return d.postgresFailure(ctx, err)
	}
	return Failure{}
}

func (d Database) connectPostgres(ctx context.Context) (*pgconn.PgConn, Failure) {
	u := url.URL{Scheme: "postgres", Host: d.At(), Path: "/" + d.name,
		RawQuery: url.Values{"sslmode": {d.tls}, "application_name": {"recipe"}}.Encode()}
	config, err := pgconn.ParseConfig(u.String())
	if err != nil {
		return nil, Failure{Why: d.At() + ": the database's URL has something that PostgreSQL does not take", Final: true}
	}
	config.User, config.Password, config.ConnectTimeout = d.user, d.secret, connectLimit
	for _, fallback := range config.Fallbacks {
		fallback.Host = d.host
	}
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, d.postgresFailure(ctx, err)
	}
	return conn, Failure{}
}

// postgresFailure tells what the server says, or why it could not be asked.
func (d Database) postgresFailure(ctx context.Context, err error) Failure {
	var said *pgconn.PgError
	if !errors.As(err, &said) || ctx.Err() != nil {
		return failed(ctx, d.At(), err)
	}
	if said.Code == "57014" { // query_canceled: the server's clock was first
		return failed(ctx, d.At(), context.DeadlineExceeded)
	}
	class := said.Code[:min(2, len(said.Code))]
	// Who may not come in, and what is no SQL or would change something, stays so. What is missing may be made yet.
	final := class == "28" || said.Code == "42601" || class == "25" || said.Code == "42501" || class == "22"
	return Failure{Why: d.At() + ": " + d.hide(said.Message), Final: final}
}

// hide takes the password out of what a server says, should it ever repeat it.
func (d Database) hide(text string) string {
	if d.secret != "" {
		text = strings.ReplaceAll(text, d.secret, "***")
	}
	return clip(text)
}
